"""Demands that no plan can meet, each in one sentence that names who and what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from matching.scheduling.problem import Problem


def impossible_locks(problem: Problem) -> list[str]:
    """What is wrong with the locked meetings, before anything is planned around them.

    >>> from matching.scheduling.problem import Locked
    >>> locked = (Locked(0, 1, 0), Locked(0, 2, 0))
    >>> impossible_locks(Problem(3, 1, 9, (), ((True,),) * 3, (2, 1, 1), locked=locked))
    ['Person 0 has 2 locked meetings in 1 open slot.']
    """
    sentences = []
    held: defaultdict[int, list[int]] = defaultdict(list)
    pairs: Counter[frozenset[int]] = Counter()
    tables: Counter[tuple[int, int]] = Counter()
    for lock in problem.locked:
        held[lock.i].append(lock.slot)
        held[lock.j].append(lock.slot)
        pairs[frozenset((lock.i, lock.j))] += 1
        if lock.table is not None:
            tables[lock.slot, lock.table] += 1
    for person, slots in sorted(held.items()):
        name, open_slots = problem.name(person), sum(problem.available[person])
        closed = sorted({slot for slot in slots if not problem.available[person][slot]})
        if len(slots) > open_slots:
            sentences.append(
                f"{name} has {counted(len(slots), 'locked meeting')} in {counted(open_slots, 'open slot')}."
            )
        elif closed:
            sentences.append(f"{name} has a locked meeting in {problem.time(closed[0])}, which is not open.")
        elif len(set(slots)) < len(slots):
            twice = next(slot for slot, number in sorted(Counter(slots).items()) if number > 1)
            sentences.append(f"{name} has {slots.count(twice)} locked meetings in {problem.time(twice)}.")
        if len(slots) > problem.most[person]:
            most = problem.most[person]
            sentences.append(
                f"{name} has {counted(len(slots), 'locked meeting')} but may have at most {most}."
            )
    for both, number in pairs.items():
        if number > 1:
            i, j = sorted(both)
            sentences.append(
                f"{problem.name(i)} and {problem.name(j)} have {number} locked meetings; a pair meets once."
            )
    for slot, number in sorted(Counter(lock.slot for lock in problem.locked).items()):
        if number > problem.tables:
            time = problem.time(slot)
            sentences.append(
                f"{time[:1].upper()}{time[1:]} has {counted(number, 'locked meeting')} at "
                f"{counted(problem.tables, 'table')}."
            )
    for (slot, table), number in sorted(tables.items()):
        if number > 1:
            sentences.append(f"Table {table} has {number} locked meetings in {problem.time(slot)}.")
    return sentences


def impossible_counts(problem: Problem) -> list[str]:
    """Least and most that contradict each other, or ask for more than a person's diary and pairs allow."""
    sentences: list[str] = []
    if not any(problem.least):
        return sentences
    partners: defaultdict[int, set[int]] = defaultdict(set)
    meetable = [(p.i, p.j) for p in problem.pairs if _common(problem, p.i, p.j)]
    for i, j in [*meetable, *((lock.i, lock.j) for lock in problem.locked)]:
        partners[i].add(j)
        partners[j].add(i)
    for person, least in enumerate(problem.least):
        name, open_slots = problem.name(person), sum(problem.available[person])
        asked = f"{name} must have at least {counted(least, 'meeting')}"
        if least > problem.most[person]:
            sentences.append(f"{asked} but may have at most {problem.most[person]}.")
        elif least > open_slots:
            sentences.append(f"{asked} but has {counted(open_slots, 'open slot')}.")
        elif least > len(partners[person]):
            sentences.append(
                f"{asked} but can meet only {counted(len(partners[person]), 'person', 'people')}."
            )
    places = problem.slots * problem.tables
    if sum(problem.least) > 2 * places:
        needed = (sum(problem.least) + 1) // 2
        sentences.append(f"People must have {needed} meetings at least in all; there is room for {places}.")
    return sentences


def short_people(problem: Problem, people: Sequence[int]) -> list[str]:
    """Sentences for people whose least cannot be met for all of them together."""
    return [
        f"{problem.name(person)} cannot have {counted(problem.least[person], 'meeting')} when all others "
        "have what they must have: tables or common open slots do not suffice."
        for person in people
    ]


def _common(problem: Problem, i: int, j: int) -> bool:
    return any(a and b for a, b in zip(problem.available[i], problem.available[j], strict=True))


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
