"""Small groups against the best of all plans: 10,000 drawn problems of each kind."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from matching.groups.checking import faults_in_rounds, faults_in_roundtables, faults_in_trios
from matching.groups.rounds import plan_rounds
from matching.groups.roundtables import plan_roundtables
from matching.groups.trios import plan_trios
from tests.matching.groups.exhaustive import (
    best_rounds,
    best_roundtables,
    best_trios,
    rounds_value,
    roundtables_value,
    small_rounds,
    small_roundtables,
    small_trios,
)

PROBLEMS = 10_000


def judge_rounds(seed: int) -> None:
    problem = small_rounds(seed)
    plan = plan_rounds(problem, seconds=1, seed=1)
    assert faults_in_rounds(problem, plan) == []
    assert rounds_value(problem, plan.table) == pytest.approx(best_rounds(problem), abs=1e-4)


def judge_trios(seed: int) -> None:
    problem = small_trios(seed)
    plan, best = plan_trios(problem, seconds=5, seed=1, clock=time.monotonic), best_trios(problem)
    assert faults_in_trios(problem, plan) == []
    assert plan.bound >= best - 1e-6
    assert plan.value == pytest.approx(best, abs=1e-6)


def judge_roundtables(seed: int) -> None:
    problem = small_roundtables(seed)
    plan, best = plan_roundtables(problem, seconds=1, seed=1), best_roundtables(problem)
    assert faults_in_roundtables(problem, plan) == []
    assert roundtables_value(problem, tuple(plan.table.tolist())) == pytest.approx(best, abs=1e-6)
    assert plan.gap == 0


@pytest.mark.parametrize("judge", [judge_rounds, judge_trios, judge_roundtables])
def test_small_groups_are_the_best_of_all(judge: Callable[[int], None], amount: Callable[[int], int]) -> None:
    for seed in range(amount(PROBLEMS)):
        judge(seed)
