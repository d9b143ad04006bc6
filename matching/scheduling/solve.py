"""The planner: select meetings for the greatest total value, then move them in time for fewer breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.scheduling.annealing import Annealing, Schedule
from matching.scheduling.checking import breaks_of
from matching.scheduling.columns import CandidateColumns, Flags, candidate_columns
from matching.scheduling.conflicts import count_conflicts, joint_conflicts, locked_conflicts
from matching.scheduling.deadline import Clock, Deadline, ShouldStop, never
from matching.scheduling.large_neighbourhood_search import select_meetings
from matching.scheduling.problem import Conflict, Plan, Problem, Status
from matching.scheduling.relaxation import relax
from matching.scheduling.tables import assign_tables

Rows = list[tuple[int, int, int]]
SELECTION_SHARE = 0.75  # of the time; the rest goes to the breaks
STEPS_PER_OPTION = 2000  # of annealing, per slot a meeting may take: more brought small forums nothing
GRACE_SECONDS = 2.0  # for the breaks, after the caller asked to stop


@dataclass(frozen=True, slots=True)
class Progress:
    """The best value so far and its proven bound, and the seconds it took."""

    value: float
    bound: float
    seconds: float


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    clock: Clock,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: ShouldStop = never,
) -> Plan:
    """The best plan found within `seconds` on two cores, with a proven bound of its value.

    clock: gives seconds and never goes back (time.monotonic); on_progress: called, from any thread, at each
    better plan; should_stop: asked from any thread, often; once true, the best plan so far comes within a few
    seconds. Conflicting demands give status "infeasible" and the conflicts. The threads are stopped by the
    clock: the same seed gives the same plan only on small problems, which are solved exactly; on others plans
    may differ between runs, value and bound being right in each.

    >>> import time
    >>> from matching.scheduling.problem import Pair
    >>> pairs = (Pair(0, 1, 5), Pair(0, 2, 4), Pair(1, 2, 3))
    >>> open_slots = ((True, True), (True, False), (False, True))
    >>> plan = solve(Problem(3, 2, 1, pairs, open_slots, (2, 2, 2)), seconds=5, seed=1, clock=time.monotonic)
    >>> plan.status, plan.value, [(m.i, m.j, m.slot) for m in plan.meetings]
    ('optimal', 9, [(0, 1, 0), (0, 2, 1)])
    """
    deadline = Deadline(clock, seconds, should_stop)
    conflicts = locked_conflicts(problem) or count_conflicts(problem)
    if conflicts:
        return _infeasible(problem, deadline, conflicts)
    columns = candidate_columns(problem)
    relaxed = relax(columns, deadline.part(SELECTION_SHARE))
    if relaxed.short:
        return _infeasible(problem, deadline, joint_conflicts(problem, relaxed.short))
    locked_value = _locked_value(problem)

    def report(value: float, bound: float) -> None:
        if on_progress is not None:
            on_progress(Progress(value + locked_value, bound + locked_value, deadline.spent()))

    selected, bound = select_meetings(columns, relaxed, deadline.part(SELECTION_SHARE), seed, report)
    if columns.shortage(selected):
        status, found = _meet_least(columns, deadline.part(SELECTION_SHARE))
        if found is None:
            short = np.flatnonzero(columns.degrees(selected) < columns.least)
            if status == "infeasible":
                conflicts = joint_conflicts(problem, [int(person) for person in short])
                return _infeasible(problem, deadline, conflicts)
            return Plan("unknown", None, bound + locked_value, 0, deadline.spent(), people=problem.people)
        selected = found
    rows = [(lock.i, lock.j, lock.slot) for lock in problem.locked]
    arrays = (array[selected].tolist() for array in (columns.i, columns.j, columns.slot))
    rows += list(zip(*arrays, strict=True))
    rows = _with_fewer_breaks(problem, rows, deadline, seed)
    return _plan(problem, rows, bound + locked_value, deadline)


def _infeasible(problem: Problem, deadline: Deadline, conflicts: Sequence[Conflict]) -> Plan:
    found = tuple(conflicts)
    return Plan("infeasible", None, None, 0, deadline.spent(), people=problem.people, conflicts=found)


def _locked_value(problem: Problem) -> float:
    value = {frozenset((pair.i, pair.j)): pair.value for pair in problem.pairs}
    return sum(value.get(frozenset((lock.i, lock.j)), 0) for lock in problem.locked)


def _meet_least(columns: CandidateColumns, deadline: Deadline) -> tuple[Status, Flags | None]:
    """The best selection found that gives everyone the least they must have, where the search found none."""
    from ortools.sat.python import cp_model  # here: with pandas, which it imports, 48 MB of every process

    model = cp_model.CpModel()
    literals = [model.new_bool_var("") for _ in range(len(columns))]
    groups: dict[tuple[str, int, int], list[cp_model.IntVar]] = {}
    rows = zip(literals, *(a.tolist() for a in (columns.pair, columns.slot, columns.i, columns.j)), strict=True)
    for literal, pair, slot, i, j in rows:
        keys = (
            ("pair", pair, 0),
            ("seat", i, slot),
            ("seat", j, slot),
            ("table", slot, 0),
            ("person", i, 0),
            ("person", j, 0),
        )
        for key in keys:
            groups.setdefault(key, []).append(literal)
    for (kind, number, _), members in groups.items():
        if kind == "table":
            model.add(sum(members) <= int(columns.tables_left[number]))
        elif kind == "person":
            model.add_linear_constraint(sum(members), int(columns.least[number]), int(columns.most[number]))
        else:
            model.add_at_most_one(members)
    model.maximize(sum(value * literal for value, literal in zip(columns.value.tolist(), literals, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(deadline.left(), 0.01)
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return "feasible", np.array([solver.boolean_value(literal) for literal in literals], dtype=bool)
    return ("infeasible" if status == cp_model.INFEASIBLE else "unknown"), None


def _with_fewer_breaks(problem: Problem, rows: Rows, deadline: Deadline, seed: int) -> Rows:
    """The same pairs in other slots; locked meetings, the first of the rows, stay."""
    if not rows:
        return rows
    open_slots = [sum(1 << slot for slot, free in enumerate(row) if free) for row in problem.available]
    locked = len(problem.locked)
    allowed = [1 << slot if n < locked else open_slots[i] & open_slots[j] for n, (i, j, slot) in enumerate(rows)]
    days = problem.days
    first_of_day = 1 | sum(1 << slot for slot in range(1, len(days)) if days[slot] != days[slot - 1])
    schedule = Schedule(
        people=problem.people,
        slots=problem.slots,
        tables=problem.tables,
        pairs=tuple((i, j) for i, j, _ in rows),
        allowed=tuple(allowed),
        first_of_day=first_of_day,
    )
    annealing = Annealing(schedule, [slot for *_, slot in rows])
    annealing.run(
        deadline.part(0.97) if deadline.left() > 0 else deadline.grace(GRACE_SECONDS),
        np.random.default_rng(seed),
        steps_per_option=STEPS_PER_OPTION,
        is_good_enough=lambda cost: cost == 0,
    )
    return [(i, j, slot) for (i, j, _), slot in zip(rows, annealing.best, strict=True)]


def _plan(problem: Problem, rows: Rows, bound: float, deadline: Deadline) -> Plan:
    value_of = {frozenset((pair.i, pair.j)): pair.value for pair in problem.pairs}
    value = sum(value_of.get(frozenset((i, j)), 0) for i, j, _ in rows)
    meetings = assign_tables(rows, problem.tables, problem.locked)
    busy: list[list[int]] = [[] for _ in range(problem.people)]
    for i, j, slot in rows:
        busy[i].append(slot)
        busy[j].append(slot)
    breaks = sum(breaks_of(slots, problem.days) for slots in busy)
    is_optimal = value >= bound - 1e-6 * max(1.0, abs(bound))
    return Plan(
        status="optimal" if is_optimal else "feasible",
        value=value,
        bound=max(bound, value) if not is_optimal else value,
        breaks=breaks,
        seconds=deadline.spent(),
        meetings=tuple(sorted(meetings, key=lambda m: (m.slot, m.table))),
        idle=sum(_idle(problem, person, slots) for person, slots in enumerate(busy)),
        people=problem.people,
    )


def _idle(problem: Problem, person: int, slots: Sequence[int]) -> int:
    """Slots a person has open but no meeting in, between the first and the last meeting of a day."""
    days = problem.days or (0,) * problem.slots
    count = 0
    for day in {days[slot] for slot in slots}:
        of_day = [slot for slot in slots if days[slot] == day]
        inner = range(min(of_day) + 1, max(of_day))
        count += sum(problem.available[person][slot] for slot in inner) - (len(of_day) - 2 if len(of_day) > 1 else 0)
    return count
