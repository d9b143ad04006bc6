"""Demands of a B2B problem that no schedule can meet, and how the command prints them."""

from __future__ import annotations

from collections import Counter, defaultdict

from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.problem import Conflict


def b2b_conflicts(problem: B2BProblem) -> list[Conflict]:
    """What makes it plain, before any search, that not all meetings can take place."""
    conflicts = []
    meetings: Counter[int] = Counter()
    open_slots: defaultdict[int, int] = defaultdict(int)
    fixed: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, meeting in enumerate(problem.meetings):
        if not meeting.allowed:
            conflicts.append(Conflict("no_allowed_slot", meetings=(number,)))
        for person in (meeting.i, meeting.j):
            meetings[person] += 1
            open_slots[person] |= meeting.allowed
            if meeting.allowed.bit_count() == 1:
                fixed[person, meeting.allowed.bit_length() - 1].append(number)
    for person, number in sorted(meetings.items()):
        limit = open_slots[person].bit_count()
        if number > limit:
            conflicts.append(Conflict("meetings_over_open_slots", (person,), count=number, limit=limit))
    for (person, slot), numbers in sorted(fixed.items()):
        if len(numbers) > 1:
            conflicts.append(Conflict("fixed_in_one_slot", (person,), slot=slot, meetings=tuple(numbers)))
    capacity = problem.slots * problem.tables
    if len(problem.meetings) > capacity:
        conflicts.append(Conflict("meetings_over_capacity", count=len(problem.meetings), limit=capacity))
    return conflicts


def b2b_conflict_text(conflict: Conflict) -> str:
    """One sentence, for the terminal; people, meetings and slots are counted from 1, as in the files."""
    person = conflict.people[0] + 1 if conflict.people else 0
    slot = 1 + (conflict.slot or 0)
    numbers = " and ".join(str(number + 1) for number in conflict.meetings)
    count, limit = conflict.count, conflict.limit
    meetings = f"{count} meeting{'' if count == 1 else 's'}"
    open_slots = f"{limit} open slot{'' if limit == 1 else 's'}"
    places = f"{limit} place{'' if limit == 1 else 's'}"
    return {
        "no_allowed_slot": (f"Meeting {numbers} has no slot that its session, its fixed slot and its people allow."),
        "meetings_over_open_slots": f"Person {person} has {meetings} in {open_slots}.",
        "fixed_in_one_slot": f"Person {person} has meetings {numbers} that can only stand in slot {slot}.",
        "meetings_over_capacity": f"There are {count} meetings for {places}.",
        "demands_clash": ("No schedule meets all demands at once: places, sessions, order and fair breaks clash."),
    }[conflict.code]
