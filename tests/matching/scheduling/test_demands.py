"""Demands no plan can meet are named in words, person by person."""

from __future__ import annotations

import time

import pytest

from matching.scheduling.solve import BadProblem, Locked, Pair, Plan, Problem, solve

OPEN = (True, True, True)


def problem(**changes: object) -> Problem:
    """Three people, three slots, two tables, every pair; Ana, Budi and Chai."""
    usual: dict[str, object] = {
        "people": 3,
        "slots": 3,
        "tables": 2,
        "pairs": (Pair(0, 1, 5), Pair(0, 2, 5), Pair(1, 2, 5)),
        "available": (OPEN, OPEN, OPEN),
        "most": (3, 3, 3),
        "names": ("Ana", "Budi", "Chai"),
    }
    return Problem(**(usual | changes))  # type: ignore[arg-type]


def plan_of(asked: Problem) -> Plan:
    return solve(asked, seconds=20, seed=1, clock=time.monotonic)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"available": ((True, False, False), OPEN, OPEN), "locked": (Locked(0, 1, 0), Locked(0, 2, 1))},
            "Ana has 2 locked meetings in 1 open slot.",
        ),
        (
            {"available": ((True, False, True), OPEN, OPEN), "locked": (Locked(0, 1, 1),)},
            "Ana has a locked meeting in slot 1, which is not open.",
        ),
        ({"locked": (Locked(0, 1, 1), Locked(0, 2, 1))}, "Ana has 2 locked meetings in slot 1."),
        (
            {"locked": (Locked(0, 1, 0), Locked(0, 2, 1)), "most": (1, 3, 3)},
            "Ana has 2 locked meetings but may have at most 1.",
        ),
        (
            {"locked": (Locked(0, 1, 0), Locked(1, 0, 1))},
            "Ana and Budi have 2 locked meetings; a pair meets once.",
        ),
        ({"tables": 0, "locked": (Locked(0, 1, 0),)}, "Slot 0 has 1 locked meeting at 0 tables."),
        (
            {"least": (2, 0, 0), "most": (1, 3, 3)},
            "Ana must have at least 2 meetings but may have at most 1.",
        ),
        (
            {"least": (2, 0, 0), "available": ((True, False, False), OPEN, OPEN)},
            "Ana must have at least 2 meetings but has 1 open slot.",
        ),
        (
            {"least": (2, 0, 0), "pairs": (Pair(0, 1, 5),)},
            "Ana must have at least 2 meetings but can meet only 1 person.",
        ),
        (
            {"least": (2, 2, 2), "slots": 1, "available": ((True,),) * 3},
            "Ana must have at least 2 meetings but has 1 open slot.",
        ),
        (
            {"least": (1, 0, 0), "tables": 0},
            "People must have 1 meetings at least in all; there is room for 0.",
        ),
        (
            {"least": (1, 1, 1), "slots": 1, "tables": 1, "available": ((True,),) * 3, "most": (1, 1, 1)},
            "People must have 2 meetings at least in all; there is room for 1.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_words(changes: dict[str, object], sentence: str) -> None:
    plan = plan_of(problem(**changes))
    assert (plan.status, plan.value, plan.bound, plan.meetings) == ("infeasible", None, None, ())
    assert sentence in plan.reasons


def test_a_shortage_only_the_slots_together_cause_is_proven_and_named() -> None:
    """Each of three people could meet another in the one slot, but only two of them at once."""
    asked = problem(slots=1, available=((True,),) * 3, least=(1, 1, 1), most=(1, 1, 1))
    plan = plan_of(asked)
    assert plan.status == "infeasible"
    assert any(
        "cannot have 1 meeting when all others have what they must have" in word for word in plan.reasons
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairs": (Pair(0, 0, 1),)}, "two different people"),
        ({"pairs": (Pair(0, 3, 1),)}, "two different people"),
        ({"pairs": (Pair(0, 1, 1), Pair(1, 0, 2))}, "stands twice"),
        ({"pairs": (Pair(0, 1, float("nan")),)}, "not a usable number"),
        ({"most": (1, 1)}, "“most” needs 3 numbers"),
        ({"least": (1, -1, 0)}, "“least” of Budi is below zero"),
        ({"available": (OPEN, OPEN)}, "“available” needs 3 rows"),
        ({"days": (0, 1)}, "“days” needs 3 numbers"),
        ({"locked": (Locked(0, 1, 7),)}, "slot 7 of 3"),
        ({"locked": (Locked(0, 1, 0, 9),)}, "table 9 of 2"),
        ({"tables": -1}, "below zero"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadProblem, match=words):
        problem(**changes)


def test_a_sentence_names_people_and_times_where_they_have_names() -> None:
    clashing = (Locked(0, 1, 1), Locked(0, 2, 1))
    plan = plan_of(problem(locked=clashing, times=("the first", "the second", "the third")))
    assert plan.reasons == ("Ana has 2 locked meetings in the second.",)
    full = tuple(Locked(i, i + 1, 1) for i in range(0, 6, 2))
    crowd = Problem(
        6, 2, 2, (), ((True, True),) * 6, (2,) * 6, locked=full, times=("the first", "the second")
    )
    assert plan_of(crowd).reasons == ("The second has 3 locked meetings at 2 tables.",)
