"""A programme from valued pairs: choose for value, then move meetings in time for fewer breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from ortools.sat.python import cp_model

from matching.scheduling.checking import breaks_of
from matching.scheduling.choosing import choose
from matching.scheduling.columns import Field, Flags, field_of
from matching.scheduling.demands import impossible_counts, impossible_locks, short_people
from matching.scheduling.kempe import Annealing, Schedule
from matching.scheduling.problem import Plan, Problem, Status
from matching.scheduling.relaxation import relax
from matching.scheduling.stopwatch import Stopwatch
from matching.scheduling.tables import seated

Rows = list[tuple[int, int, int]]
CHOOSING = 0.75  # share of the time for choosing; what it leaves goes to the breaks
STEPS_EACH = 2000  # of annealing, for every slot a meeting may take: more brought small forums nothing
FINISH = 2.0  # seconds that breaks get where somebody stopped the planner


def programme(problem: Problem, watch: Stopwatch, seed: int, tell: Callable[[float, float], None]) -> Plan:
    """The plan of greatest value found, its meetings then moved so that people have fewer breaks."""
    reasons = impossible_locks(problem) or impossible_counts(problem)
    if reasons:
        return _infeasible(problem, watch, reasons)
    field = field_of(problem)
    relaxed = relax(field, watch.part(CHOOSING))
    if relaxed.short:
        return _infeasible(problem, watch, short_people(problem, relaxed.short))
    locked = _locked_value(problem)
    chosen, bound = choose(
        field, relaxed, watch.part(CHOOSING), seed, lambda value, most: tell(value + locked, most + locked)
    )
    if field.shortage(chosen):
        status, found = _meet_least(field, watch)
        if found is None:
            short = np.flatnonzero(field.degrees(chosen) < field.least)
            if status == "infeasible":
                return _infeasible(problem, watch, short_people(problem, [int(person) for person in short]))
            return Plan("unknown", None, bound + locked, 0, watch.spent(), people=problem.people)
        chosen = found
    rows = [(lock.i, lock.j, lock.slot) for lock in problem.locked]
    columns = (array[chosen].tolist() for array in (field.i, field.j, field.slot))
    rows += list(zip(*columns, strict=True))
    rows = _with_fewer_breaks(problem, rows, watch, seed)
    return _plan(problem, rows, bound + locked, watch)


def _infeasible(problem: Problem, watch: Stopwatch, reasons: Sequence[str]) -> Plan:
    return Plan("infeasible", None, None, 0, watch.spent(), people=problem.people, reasons=tuple(reasons))


def _locked_value(problem: Problem) -> float:
    value = {frozenset((pair.i, pair.j)): pair.value for pair in problem.pairs}
    return sum(value.get(frozenset((lock.i, lock.j)), 0) for lock in problem.locked)


def _meet_least(field: Field, watch: Stopwatch) -> tuple[Status, Flags | None]:
    """Any choice that gives everyone the least they must have, when the search for value found none."""
    model = cp_model.CpModel()
    columns = [model.new_bool_var("") for _ in range(len(field))]
    groups: dict[tuple[str, int, int], list[cp_model.IntVar]] = {}
    rows = zip(columns, *(a.tolist() for a in (field.pair, field.slot, field.i, field.j)), strict=True)
    for column, pair, slot, i, j in rows:
        keys = (
            ("pair", pair, 0),
            ("seat", i, slot),
            ("seat", j, slot),
            ("room", slot, 0),
            ("person", i, 0),
            ("person", j, 0),
        )
        for key in keys:
            groups.setdefault(key, []).append(column)
    for (kind, number, _), members in groups.items():
        if kind == "room":
            model.add(sum(members) <= int(field.room[number]))
        elif kind == "person":
            model.add_linear_constraint(sum(members), int(field.least[number]), int(field.most[number]))
        else:
            model.add_at_most_one(members)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(watch.left(), 0.01)
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return "feasible", np.array([solver.boolean_value(column) for column in columns], dtype=bool)
    return ("infeasible" if status == cp_model.INFEASIBLE else "unknown"), None


def _with_fewer_breaks(problem: Problem, rows: Rows, watch: Stopwatch, seed: int) -> Rows:
    """The same pairs at other times; locked meetings, the first of the rows, stay."""
    if not rows:
        return rows
    opened = [sum(1 << slot for slot, free in enumerate(row) if free) for row in problem.available]
    standing = len(problem.locked)
    allowed = [1 << slot if n < standing else opened[i] & opened[j] for n, (i, j, slot) in enumerate(rows)]
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
        watch.part(0.97) if watch.left() > 0 else watch.after_stop(FINISH),
        np.random.default_rng(seed),
        steps_each=STEPS_EACH,
        enough=lambda cost: cost == 0,
    )
    return [(i, j, slot) for (i, j, _), slot in zip(rows, annealing.best, strict=True)]


def _plan(problem: Problem, rows: Rows, bound: float, watch: Stopwatch) -> Plan:
    value_of = {frozenset((pair.i, pair.j)): pair.value for pair in problem.pairs}
    value = sum(value_of.get(frozenset((i, j)), 0) for i, j, _ in rows)
    meetings = seated(rows, problem.tables, problem.locked)
    busy: list[list[int]] = [[] for _ in range(problem.people)]
    for i, j, slot in rows:
        busy[i].append(slot)
        busy[j].append(slot)
    breaks = sum(breaks_of(slots, problem.days) for slots in busy)
    closed = value >= bound - 1e-6 * max(1.0, abs(bound))
    return Plan(
        status="optimal" if closed else "feasible",
        value=value,
        bound=max(bound, value) if not closed else value,
        breaks=breaks,
        seconds=watch.spent(),
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
        count += sum(problem.available[person][slot] for slot in inner) - (
            len(of_day) - 2 if len(of_day) > 1 else 0
        )
    return count
