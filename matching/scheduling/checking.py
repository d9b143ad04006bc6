"""An independent check of plans: it reads the problem and the plan's rows, and shares no solver's code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from matching.scheduling.problem import Meeting, Plan, Problem


def faults_in(problem: Problem, plan: Plan) -> list[str]:
    """Constraints the plan violates and figures it misstates, one sentence each; empty when it is sound.

    >>> from matching.scheduling.problem import Pair
    >>> one = Problem(2, 1, 1, (Pair(0, 1, 5),), ((True,), (False,)), (1, 1))
    >>> faults_in(one, Plan("optimal", 5, 5, 0, 0.1, (Meeting(0, 1, 0, 0),), people=2))
    ['Person 1 meets in slot 0, which is not open.']
    """
    if plan.status in ("infeasible", "unknown"):
        return ["A plan without value has no meetings."] if plan.meetings else []
    faults = clashes_in(plan.meetings, people=problem.people, slots=problem.slots, tables=problem.tables)
    return faults + _faults_of_selection(problem, plan)


def breaks_of(slots: Iterable[int], days: Sequence[int] = ()) -> int:
    """Breaks in one person's meetings: neighbours in time, of one day, with idle slots between them.

    >>> breaks_of([0, 1, 4, 6]), breaks_of([0, 1, 4, 6], days=[0, 0, 0, 1, 1, 1, 1])
    (2, 1)
    """
    ordered = sorted(slots)
    return sum(b != a + 1 and (not days or days[a] == days[b]) for a, b in pairwise(ordered))


def slots_of(meetings: Iterable[Meeting], people: int) -> list[list[int]]:
    """Slots of each person's meetings."""
    slots: list[list[int]] = [[] for _ in range(people)]
    for meeting in meetings:
        slots[meeting.i].append(meeting.slot)
        slots[meeting.j].append(meeting.slot)
    return slots


def clashes_in(meetings: Sequence[Meeting], *, people: int, slots: int, tables: int) -> list[str]:
    """Meetings outside the problem, and people and tables with two meetings in one slot."""
    faults = []
    seats: Counter[tuple[int, int]] = Counter()
    at_tables: Counter[tuple[int, int]] = Counter()
    for row in meetings:
        if row.i == row.j or not (0 <= row.i < people and 0 <= row.j < people):
            faults.append(f"{row} needs two different people of the problem.")
        if not (0 <= row.slot < slots and 0 <= row.table < tables):
            faults.append(f"{row} stands outside the slots or tables.")
        seats.update([(row.i, row.slot), (row.j, row.slot)])
        at_tables[row.slot, row.table] += 1
    faults += [f"Person {p} has {n} meetings in slot {t}." for (p, t), n in sorted(seats.items()) if n > 1]
    faults += [f"Table {k} has {n} meetings in slot {t}." for (t, k), n in sorted(at_tables.items()) if n > 1]
    return faults


def _faults_of_selection(problem: Problem, plan: Plan) -> list[str]:
    faults = []
    value_of = {frozenset((pair.i, pair.j)): pair.value for pair in problem.pairs}
    locked = {frozenset((lock.i, lock.j)): lock for lock in problem.locked}
    held: dict[frozenset[int], Meeting] = {}
    for row in plan.meetings:
        both = frozenset((row.i, row.j))
        if both in held:
            faults.append(f"{row.i} and {row.j} meet twice.")
        held[both] = row
        if both not in value_of and both not in locked:
            faults.append(f"{row.i} and {row.j} are not among the pairs.")
        faults += [
            f"Person {person} meets in slot {row.slot}, which is not open."
            for person in (row.i, row.j)
            if not (0 <= row.slot < problem.slots and problem.available[person][row.slot])
        ]
    for both, lock in locked.items():
        kept = held.get(both)
        if kept is None or kept.slot != lock.slot or lock.table not in (None, kept.table):
            faults.append(f"The locked meeting of {lock.i} and {lock.j} was moved or dropped.")
    counts = Counter(person for row in plan.meetings for person in (row.i, row.j))
    for person in range(problem.people):
        least = problem.least[person] if problem.least else 0
        if not least <= counts[person] <= problem.most[person]:
            faults.append(f"Person {person} has {counts[person]} meetings, outside least and most.")
    value = sum(value_of.get(both, 0) for both in held)
    breaks = sum(breaks_of(slots, problem.days) for slots in slots_of(plan.meetings, problem.people))
    if plan.value is None or plan.bound is None or abs(value - plan.value) > 1e-6 * max(1, abs(value)):
        faults.append(f"The plan states value {plan.value}; its rows add up to {value}.")
    elif plan.bound < plan.value - 1e-6 * max(1, abs(value)):
        faults.append(f"The bound {plan.bound} is below the value {plan.value}.")
    elif plan.status == "optimal" and plan.bound - plan.value > 1e-6 * max(1, abs(value)):
        faults.append("The plan is called optimal, but its bound is higher.")
    if breaks != plan.breaks:
        faults.append(f"The plan states {plan.breaks} breaks; its rows have {breaks}.")
    return faults
