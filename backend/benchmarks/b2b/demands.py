"""Demands that no schedule can meet, each in one sentence."""

from __future__ import annotations

from collections import Counter, defaultdict

from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.demands import counted


def impossible_requests(problem: B2BProblem) -> list[str]:
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
                f"Person {person + 1} has {counted(number, 'meeting')} in {counted(room, 'open slot')}."
            )
    for (person, slot), numbers in sorted(fixed.items()):
        if len(numbers) > 1:
            names = " and ".join(map(str, numbers))
            sentences.append(
                f"Person {person + 1} has meetings {names} that can only stand in slot {slot + 1}."
            )
    places = problem.slots * problem.tables
    if len(problem.meetings) > places:
        sentences.append(f"There are {len(problem.meetings)} meetings for {counted(places, 'place')}.")
    return sentences
