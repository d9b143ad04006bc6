"""Conflicts: demands of a planning problem that no plan can meet, as codes with the numbers concerned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from matching.scheduling.problem import Conflict, Problem


def locked_conflicts(problem: Problem) -> list[Conflict]:
    """What is wrong with the locked meetings, before anything is planned around them.

    >>> from matching.scheduling.problem import Locked
    >>> locked = (Locked(0, 1, 0), Locked(0, 2, 0))
    >>> found = locked_conflicts(Problem(3, 1, 9, (), ((True,),) * 3, (2, 1, 1), locked=locked))
    >>> [(conflict.code, conflict.people, conflict.count, conflict.limit) for conflict in found]
    [('locked_over_open_slots', (0,), 2, 1)]
    """
    conflicts = []
    locked_slots: defaultdict[int, list[int]] = defaultdict(list)
    pairs: Counter[frozenset[int]] = Counter()
    tables: Counter[tuple[int, int]] = Counter()
    for lock in problem.locked:
        locked_slots[lock.i].append(lock.slot)
        locked_slots[lock.j].append(lock.slot)
        pairs[frozenset((lock.i, lock.j))] += 1
        if lock.table is not None:
            tables[lock.slot, lock.table] += 1
    for person, slots in sorted(locked_slots.items()):
        conflicts += _locked_conflicts_of(problem, person, slots)
    for pair, number in pairs.items():
        if number > 1:
            i, j = sorted(pair)
            conflicts.append(Conflict("pair_locked_twice", people=(i, j), count=number, limit=1))
    for slot, number in sorted(Counter(lock.slot for lock in problem.locked).items()):
        if number > problem.tables:
            conflicts.append(Conflict("locked_over_tables", slot=slot, count=number, limit=problem.tables))
    for (slot, table), number in sorted(tables.items()):
        if number > 1:
            conflicts.append(Conflict("table_locked_twice", slot=slot, table=table, count=number, limit=1))
    return conflicts


def _locked_conflicts_of(problem: Problem, person: int, slots: Sequence[int]) -> list[Conflict]:
    """Conflicts of one person's locked meetings with the open slots, each other and the most allowed."""
    conflicts = []
    open_slots, most = sum(problem.available[person]), problem.most[person]
    closed = sorted({slot for slot in slots if not problem.available[person][slot]})
    people = (person,)
    if len(slots) > open_slots:
        conflicts.append(Conflict("locked_over_open_slots", people, count=len(slots), limit=open_slots))
    elif closed:
        conflicts.append(Conflict("locked_in_closed_slot", people, slot=closed[0]))
    elif len(set(slots)) < len(slots):
        twice = next(slot for slot, number in sorted(Counter(slots).items()) if number > 1)
        conflicts.append(Conflict("locked_in_one_slot", people, slot=twice, count=slots.count(twice), limit=1))
    if len(slots) > most:
        conflicts.append(Conflict("locked_over_most", people, count=len(slots), limit=most))
    return conflicts


def count_conflicts(problem: Problem) -> list[Conflict]:
    """Least and most that contradict each other, or exceed a person's open slots and possible partners."""
    conflicts: list[Conflict] = []
    if not any(problem.least):
        return conflicts
    partners: defaultdict[int, set[int]] = defaultdict(set)
    possible = [(p.i, p.j) for p in problem.pairs if _share_open_slot(problem, p.i, p.j)]
    for i, j in [*possible, *((lock.i, lock.j) for lock in problem.locked)]:
        partners[i].add(j)
        partners[j].add(i)
    for person, least in enumerate(problem.least):
        open_slots, people = sum(problem.available[person]), (person,)
        if least > problem.most[person]:
            conflicts.append(Conflict("least_over_most", people, count=least, limit=problem.most[person]))
        elif least > open_slots:
            conflicts.append(Conflict("least_over_open_slots", people, count=least, limit=open_slots))
        elif least > len(partners[person]):
            conflicts.append(Conflict("least_over_partners", people, count=least, limit=len(partners[person])))
    capacity = problem.slots * problem.tables
    if sum(problem.least) > 2 * capacity:
        needed = (sum(problem.least) + 1) // 2
        conflicts.append(Conflict("least_over_capacity", count=needed, limit=capacity))
    return conflicts


def joint_conflicts(problem: Problem, people: Sequence[int]) -> list[Conflict]:
    """Conflicts of people whose least cannot be met together with that of all others."""
    return [Conflict("least_out_of_reach", (person,), count=problem.least[person]) for person in people]


def _share_open_slot(problem: Problem, i: int, j: int) -> bool:
    return any(a and b for a, b in zip(problem.available[i], problem.available[j], strict=True))
