"""The checker of B2B schedules finds every planted fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.benchmarks.b2b.checking import b2b_faults_in
from backend.benchmarks.b2b.problem import B2BProblem, RequestedMeeting
from matching.scheduling.problem import Meeting, Plan

B2B = B2BProblem(
    3, 4, 1, (RequestedMeeting(0, 1, 0b0011), RequestedMeeting(1, 2, 0b1110), RequestedMeeting(0, 2, 0b1111)), ((0, 1),)
)
SCHEDULE = Plan("feasible", 1, 0, 1, 0.1, (Meeting(0, 1, 0, 0), Meeting(1, 2, 1, 0), Meeting(0, 2, 2, 0)), people=3)


def moved(number: int, slot: int, **figures: object) -> Plan:
    rows = list(SCHEDULE.meetings)
    rows[number] = replace(rows[number], slot=slot)
    return replace(SCHEDULE, meetings=tuple(rows), **figures)


def test_a_sound_schedule_has_no_faults() -> None:
    assert b2b_faults_in(B2B, SCHEDULE) == []


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (moved(0, 3), "Meeting 0 stands in slot 3, which is not allowed."),
        (moved(0, 1), "Meeting 0 is not before meeting 1."),
        (moved(2, 1), "Person 2 has 2 meetings in slot 1."),
        (moved(2, 0), "Table 0 has 2 meetings in slot 0."),
        (moved(2, 3), "The plan states 1 breaks; its rows have 2."),
        (replace(SCHEDULE, meetings=SCHEDULE.meetings[:2]), "3 meetings were requested, 2 are planned."),
        (replace(SCHEDULE, meetings=SCHEDULE.meetings[::-1]), "Meeting 0 is between the wrong people."),
        (replace(SCHEDULE, bound=2), "The lower bound 2 is above the value 1."),
        (replace(SCHEDULE, status="optimal"), "The plan is called optimal, but its bound is lower."),
    ],
)
def test_a_planted_fault_in_a_schedule_is_found(plan: Plan, fault: str) -> None:
    assert any(fault in found for found in b2b_faults_in(B2B, plan))


def test_unfair_breaks_are_found() -> None:
    assert "Breaks differ by 1." in b2b_faults_in(replace(B2B, fairness=0), SCHEDULE)
