"""A problem that makes no sense is refused by what is wrong with it; a plan is counted by person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from matching.scheduling.problem import BadProblem, Locked, Meeting, Pair, Plan, Problem

PROBLEM = Problem(
    people=3,
    slots=2,
    tables=1,
    pairs=(Pair(0, 1, 5), Pair(0, 2, 4)),
    available=((True, True),) * 3,
    most=(2, 2, 2),
    least=(1, 0, 0),
    days=(0, 1),
    locked=(Locked(0, 1, 0, 0),),
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tables": -1}, "none can be below zero"),
        ({"available": ((True, True),) * 2}, "“available” needs 3 rows of 2 flags"),
        ({"most": (2, 2)}, "“most” needs 3 numbers, one per person; it has 2"),
        ({"least": (0, -1, 0)}, "“least” of person 1 is below zero"),
        ({"days": (1, 0)}, "“days” needs 2 numbers that never fall"),
        ({"pairs": (Pair(1, 1, 1),)}, "Pair 1 (1, 1) needs two different people"),
        ({"pairs": (Pair(0, 1, float("nan")),)}, "a value that is not a usable number"),
        ({"pairs": (Pair(0, 1, 1), Pair(1, 0, 2))}, "Pair 2 (1, 0) stands twice"),
        ({"locked": (Locked(0, 3, 0),)}, "Locked meeting 1 needs two different people"),
        ({"locked": (Locked(0, 1, 2),)}, "stands in slot 2 of 2"),
        ({"locked": (Locked(0, 1, 0, 1),)}, "stands at table 1 of 1"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadProblem) as refused:
        replace(PROBLEM, **changes)
    assert said in str(refused.value)


def test_a_plan_is_counted_by_person() -> None:
    plan = Plan("feasible", 9.0, 10.0, 0, 1.0, (Meeting(0, 1, 0, 0), Meeting(0, 2, 1, 0)), people=4)
    assert plan.meetings_per_person() == (2, 1, 1, 0)
    assert plan.fairness() == (0, 1.0, 2)
    assert plan.without_meeting() == (3,)
    assert plan.gap == pytest.approx(0.1)
    assert replace(plan, bound=9.0).gap == 0
    nothing = Plan("infeasible", None, None, 0, 1.0)
    assert (nothing.gap, nothing.fairness()) == (None, (0, 0.0, 0))
