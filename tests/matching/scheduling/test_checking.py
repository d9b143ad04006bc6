"""The checker sees every planted fault, and nothing in a sound plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.scheduling.checking import faults_in
from matching.scheduling.problem import Locked, Meeting, Pair, Plan, Problem

CHOICE = Problem(
    people=4,
    slots=3,
    tables=2,
    pairs=(Pair(0, 1, 5), Pair(2, 3, 4), Pair(0, 2, 3)),
    available=((True, True, True), (True, True, False), (True, True, True), (True, True, True)),
    most=(2, 2, 2, 2),
    least=(1, 0, 0, 0),
    locked=(Locked(1, 3, 1, 0),),
)
ROWS = (Meeting(0, 1, 0, 0), Meeting(1, 3, 1, 0), Meeting(2, 3, 0, 1), Meeting(0, 2, 2, 0))
SOUND = Plan("optimal", 12, 12, 2, 0.1, ROWS, people=4)


def with_row(number: int, row: Meeting, **figures: object) -> Plan:
    rows = (*ROWS[:number], row, *ROWS[number + 1 :])
    return replace(SOUND, meetings=rows, **figures)


def test_a_sound_plan_has_no_faults() -> None:
    assert faults_in(CHOICE, SOUND) == []


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (with_row(2, Meeting(2, 3, 1, 1)), "Person 3 has 2 meetings in slot 1."),
        (with_row(2, Meeting(2, 3, 0, 0)), "Table 0 has 2 meetings in slot 0."),
        (with_row(0, Meeting(0, 1, 2, 1)), "Person 1 meets in slot 2, which is not open."),
        (with_row(1, Meeting(1, 3, 1, 1)), "The locked meeting of 1 and 3 was moved or dropped."),
        (with_row(3, Meeting(0, 3, 2, 0)), "0 and 3 are not among the pairs."),
        (with_row(3, Meeting(0, 1, 1, 1)), "0 and 1 meet twice."),
        (with_row(3, Meeting(0, 2, 2, 7)), "stands outside the slots or tables."),
        (replace(SOUND, value=13), "The plan states value 13; its rows add up to 12."),
        (replace(SOUND, bound=11), "The bound 11 is below the value 12."),
        (replace(SOUND, bound=14), "The plan is called optimal, but its bound is higher."),
        (replace(SOUND, breaks=0), "The plan states 0 breaks; its rows have 2."),
        (replace(SOUND, meetings=ROWS[1:3]), "Person 0 has 0 meetings, outside least and most."),
        (replace(SOUND, status="infeasible"), "A plan without value has no meetings."),
    ],
)
def test_a_planted_fault_in_a_plan_is_found(plan: Plan, fault: str) -> None:
    assert any(fault in found for found in faults_in(CHOICE, plan))


def test_more_meetings_than_most_are_found() -> None:
    assert "Person 0 has 2 meetings, outside least and most." in faults_in(replace(CHOICE, most=(1, 2, 2, 2)), SOUND)
