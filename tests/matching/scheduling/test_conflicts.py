"""Demands no plan can meet are named as conflicts, person by person."""

from __future__ import annotations

import time

import pytest

from matching.scheduling.problem import BadProblem, Conflict, Locked, Pair, Plan, Problem
from matching.scheduling.solve import solve

OPEN = (True, True, True)
FOURTH: dict[str, object] = {"people": 4, "available": (OPEN,) * 4, "most": (3,) * 4}


def problem(**changes: object) -> Problem:
    """Three people, three slots, two tables, every pair."""
    usual: dict[str, object] = {
        "people": 3,
        "slots": 3,
        "tables": 2,
        "pairs": (Pair(0, 1, 5), Pair(0, 2, 5), Pair(1, 2, 5)),
        "available": (OPEN, OPEN, OPEN),
        "most": (3, 3, 3),
    }
    return Problem(**(usual | changes))  # type: ignore[arg-type]


def plan_of(asked: Problem) -> Plan:
    return solve(asked, seconds=20, seed=1, clock=time.monotonic)


@pytest.mark.parametrize(
    ("changes", "conflict"),
    [
        (
            {"available": ((True, False, False), OPEN, OPEN), "locked": (Locked(0, 1, 0), Locked(0, 2, 1))},
            Conflict("locked_over_open_slots", (0,), count=2, limit=1),
        ),
        (
            {"available": ((True, False, True), OPEN, OPEN), "locked": (Locked(0, 1, 1),)},
            Conflict("locked_in_closed_slot", (0,), slot=1),
        ),
        (
            {"locked": (Locked(0, 1, 1), Locked(0, 2, 1))},
            Conflict("locked_in_one_slot", (0,), slot=1, count=2, limit=1),
        ),
        (
            {"locked": (Locked(0, 1, 0), Locked(0, 2, 1)), "most": (1, 3, 3)},
            Conflict("locked_over_most", (0,), count=2, limit=1),
        ),
        ({"locked": (Locked(0, 1, 0), Locked(1, 0, 1))}, Conflict("pair_locked_twice", (0, 1), count=2, limit=1)),
        ({"tables": 0, "locked": (Locked(0, 1, 0),)}, Conflict("locked_over_tables", slot=0, count=1, limit=0)),
        (
            {"locked": (Locked(0, 1, 0, 1), Locked(2, 3, 0, 1)), **FOURTH},
            Conflict("table_locked_twice", slot=0, table=1, count=2, limit=1),
        ),
        ({"least": (2, 0, 0), "most": (1, 3, 3)}, Conflict("least_over_most", (0,), count=2, limit=1)),
        (
            {"least": (2, 0, 0), "available": ((True, False, False), OPEN, OPEN)},
            Conflict("least_over_open_slots", (0,), count=2, limit=1),
        ),
        ({"least": (2, 0, 0), "pairs": (Pair(0, 1, 5),)}, Conflict("least_over_partners", (0,), count=2, limit=1)),
        (
            {"least": (2, 2, 2), "slots": 1, "available": ((True,),) * 3},
            Conflict("least_over_open_slots", (0,), count=2, limit=1),
        ),
        ({"least": (1, 0, 0), "tables": 0}, Conflict("least_over_capacity", count=1, limit=0)),
        (
            {"least": (1, 1, 1), "slots": 1, "tables": 1, "available": ((True,),) * 3, "most": (1, 1, 1)},
            Conflict("least_over_capacity", count=2, limit=1),
        ),
    ],
)
def test_an_infeasible_problem_names_its_conflict(changes: dict[str, object], conflict: Conflict) -> None:
    plan = plan_of(problem(**changes))
    assert (plan.status, plan.value, plan.bound, plan.meetings) == ("infeasible", None, None, ())
    assert conflict in plan.conflicts


def test_a_shortage_only_the_slots_together_cause_is_proven_and_named() -> None:
    """Each of three people could meet another in the one slot, but only two of them at once."""
    asked = problem(slots=1, available=((True,),) * 3, least=(1, 1, 1), most=(1, 1, 1))
    plan = plan_of(asked)
    assert plan.status == "infeasible"
    assert any(conflict.code == "least_out_of_reach" and conflict.count == 1 for conflict in plan.conflicts)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairs": (Pair(0, 0, 1),)}, "two different people"),
        ({"pairs": (Pair(0, 3, 1),)}, "two different people"),
        ({"pairs": (Pair(0, 1, 1), Pair(1, 0, 2))}, "stands twice"),
        ({"pairs": (Pair(0, 1, float("nan")),)}, "not a usable number"),
        ({"most": (1, 1)}, "“most” needs 3 numbers"),
        ({"least": (1, -1, 0)}, "“least” of person 1 is below zero"),
        ({"available": (OPEN, OPEN)}, "“available” needs 3 rows"),
        ({"days": (0, 1)}, "“days” needs 3 numbers"),
        ({"locked": (Locked(0, 1, 7),)}, "slot 7 of 3"),
        ({"locked": (Locked(0, 1, 0, 9),)}, "table 9 of 2"),
        ({"tables": -1}, "below zero"),
    ],
)
def test_a_problem_with_unusable_entries_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadProblem, match=words):
        problem(**changes)
