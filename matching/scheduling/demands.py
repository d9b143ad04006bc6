"""Demands that no plan can meet, each in one sentence that names who and what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from matching.scheduling.problem import Brokerage, Problem


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
                f"{name} has {_count(len(slots), 'locked meeting')} in {_count(open_slots, 'open slot')}."
            )
        elif closed:
            sentences.append(f"{name} has a locked meeting in {problem.time(closed[0])}, which is not open.")
        elif len(set(slots)) < len(slots):
            twice = next(slot for slot, number in sorted(Counter(slots).items()) if number > 1)
            sentences.append(f"{name} has {slots.count(twice)} locked meetings in {problem.time(twice)}.")
        if len(slots) > problem.most[person]:
            most = problem.most[person]
            sentences.append(
                f"{name} has {_count(len(slots), 'locked meeting')} but may have at most {most}."
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
                f"{time[:1].upper()}{time[1:]} has {_count(number, 'locked meeting')} at "
                f"{_count(problem.tables, 'table')}."
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
        asked = f"{name} must have at least {_count(least, 'meeting')}"
        if least > problem.most[person]:
            sentences.append(f"{asked} but may have at most {problem.most[person]}.")
        elif least > open_slots:
            sentences.append(f"{asked} but has {_count(open_slots, 'open slot')}.")
        elif least > len(partners[person]):
            sentences.append(
                f"{asked} but can meet only {_count(len(partners[person]), 'person', 'people')}."
            )
    places = problem.slots * problem.tables
    if sum(problem.least) > 2 * places:
        needed = (sum(problem.least) + 1) // 2
        sentences.append(f"People must have {needed} meetings at least in all; there is room for {places}.")
    return sentences


def short_people(problem: Problem, people: Sequence[int]) -> list[str]:
    """Sentences for people whose least cannot be met for all of them together."""
    return [
        f"{problem.name(person)} cannot have {_count(problem.least[person], 'meeting')} when all others have "
        "what they must have: tables or common open slots do not suffice."
        for person in people
    ]


def impossible_requests(problem: Brokerage) -> list[str]:
    """What makes it plain that not all meetings can take place; people and meetings are counted from 1."""
    sentences = []
    meetings: Counter[int] = Counter()
    open_slots: defaultdict[int, int] = defaultdict(int)
    fixed: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, meeting in enumerate(problem.meetings, 1):
        if not meeting.allowed:
            sentences.append(
                f"Meeting {number} has no slot that its session, its fixed slot and its people allow."
            )
        for person in (meeting.i, meeting.j):
            meetings[person] += 1
            open_slots[person] |= meeting.allowed
            if meeting.allowed and not meeting.allowed & (meeting.allowed - 1):
                fixed[person, meeting.allowed.bit_length() - 1].append(number)
    for person, number in sorted(meetings.items()):
        room = open_slots[person].bit_count()
        if number > room:
            sentences.append(
                f"Person {person + 1} has {_count(number, 'meeting')} in {_count(room, 'open slot')}."
            )
    for (person, slot), numbers in sorted(fixed.items()):
        if len(numbers) > 1:
            names = " and ".join(map(str, numbers))
            sentences.append(
                f"Person {person + 1} has meetings {names} that can only stand in slot {slot + 1}."
            )
    places = problem.slots * problem.tables
    if len(problem.meetings) > places:
        sentences.append(f"There are {len(problem.meetings)} meetings for {_count(places, 'place')}.")
    return sentences


def _common(problem: Problem, i: int, j: int) -> bool:
    return any(a and b for a, b in zip(problem.available[i], problem.available[j], strict=True))


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
