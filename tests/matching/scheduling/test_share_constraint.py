"""A share of meetings of one kind: what is found, proven and reported."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest

from matching.scheduling.problem import Locked, Pair, Plan, Problem
from matching.scheduling.share_constraint import solve_with_share
from matching.scheduling.solve import Progress, solve

KIND = (0, 1, 2, 0, 1, 2)  # two people of each; a meeting counts if its two differ
COUPLES = list(itertools.combinations(range(6), 2))
PAIRS = tuple(Pair(i, j, 5 if KIND[i] != KIND[j] else 9) for i, j in COUPLES)
COUNTED = [KIND[i] != KIND[j] for i, j in COUPLES]
FORUM = Problem(6, 3, 3, PAIRS, ((True,) * 3,) * 6, (1,) * 6)


def solved(problem: Problem, share: float) -> tuple[Plan, bool, list[Progress]]:
    reports: list[Progress] = []
    plan, is_missed = solve_with_share(
        problem, COUNTED, share, seconds=20, seed=1, clock=time.monotonic, on_progress=reports.append
    )
    return plan, is_missed, reports


@pytest.mark.parametrize(("share", "value", "best"), [(0.0, 27, 27), (0.5, 15, 19), (1.0, 15, 15)])
def test_a_share_that_is_met_has_the_bound_with_the_share(share: float, value: int, best: int) -> None:
    plan, is_missed, reports = solved(FORUM, share)
    assert (is_missed, plan.value) == (False, value)
    assert plan.bound is not None
    assert best <= plan.bound <= 27
    assert plan.gap == pytest.approx((plan.bound - value) / plan.bound)
    assert {report.value for report in reports} <= {0, value}, "never a priced number"
    assert all(later.bound <= sooner.bound for sooner, later in itertools.pairwise(reports))
    assert plan.status == ("optimal" if plan.bound == value else "feasible")
    assert reports[-1].bound == pytest.approx(plan.bound)


def test_a_share_that_is_missed_has_the_bound_without_it() -> None:
    locked = replace(FORUM, locked=(Locked(0, 3, 0),))
    plan, is_missed, reports = solved(locked, 1.0)
    assert (is_missed, plan.status, plan.value, plan.bound) == (True, "feasible", 19, 27)
    assert plan.gap == pytest.approx(8 / 27)
    assert {report.value for report in reports} == {0}, "no plan kept the share"


def test_a_plan_that_misses_the_share_is_not_optimal_where_nothing_else_can_be_planned() -> None:
    alone = replace(FORUM, slots=1, tables=1, available=((True,),) * 6, locked=(Locked(0, 3, 0),))
    plan, is_missed, _ = solved(alone, 1.0)
    assert (is_missed, plan.status, plan.value, plan.bound, plan.gap) == (True, "feasible", 9, 9, 0)


def test_an_infeasible_problem_keeps_its_conflicts() -> None:
    crowded = replace(FORUM, locked=(Locked(0, 3, 0), Locked(0, 1, 1)))
    plan, _, reports = solved(crowded, 0.5)
    assert plan == replace(solve(crowded, seconds=5, seed=1, clock=time.monotonic), seconds=plan.seconds)
    assert plan.conflicts
    assert not reports
