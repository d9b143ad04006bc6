"""Trios with a time and a table each: against the rules, and on small problems against all plans."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest

from matching.errors import BadGroups
from matching.groups.checking import trio_value
from matching.groups.needs import LEAST, need_scores
from matching.groups.trio_times import TimedTrios, plan_timed_trios
from matching.groups.trios import TriosProblem
from tests.matching.groups.exhaustive import small_trios


def plan_of(problem: TriosProblem, free: np.ndarray, tables: np.ndarray) -> TimedTrios:
    return plan_timed_trios(problem, free, tables, seconds=1, seed=1, clock=time.monotonic)


def best_of(problem: TriosProblem, free: np.ndarray, tables: np.ndarray) -> float:
    """The most that any trios at any times are worth, by trying all."""
    people = range(len(problem.constituency))
    rows = [
        (trio, at, value)
        for trio in combinations(people, 3)
        if (value := trio_value(problem, trio)) is not None
        for at in range(len(tables))
        if free[at, list(trio)].all()
    ]

    def best(start: int, chosen: tuple[tuple[tuple[int, ...], int, float], ...]) -> float:
        found = sum(value for _trio, _at, value in chosen)
        for number in range(start, len(rows)):
            if fits(problem, tables, (*chosen, rows[number])):
                found = max(found, best(number + 1, (*chosen, rows[number])))
        return found

    return best(0, ())


def fits(problem: TriosProblem, tables: np.ndarray, rows: tuple) -> bool:
    at = Counter(time for _trio, time, _value in rows)
    busy = Counter((time, person) for trio, time, _value in rows for person in trio)
    each = Counter(person for trio, _time, _value in rows for person in trio)
    pairs = Counter(pair for trio, _time, _value in rows for pair in combinations(sorted(trio), 2))
    return (
        all(count <= tables[one] for one, count in at.items())
        and max(busy.values()) == 1
        and max(pairs.values()) == 1
        and all(count <= problem.most[person] for person, count in each.items())
    )


@pytest.mark.parametrize("seed", range(12))
def test_small_plans_keep_the_rules_and_pass_no_bound(seed: int) -> None:
    problem, rng = small_trios(3 * seed + 1), np.random.default_rng(seed)
    free = rng.random((2, len(problem.constituency))) < 0.8
    tables = rng.integers(0, 3, 2)
    plan = plan_of(problem, free, tables)
    rows = tuple(
        (tuple(trio), at, value)
        for trio, at, value in zip(plan.trios.tolist(), plan.time.tolist(), plan.values.tolist(), strict=True)
    )
    assert not rows or fits(problem, tables, rows)
    assert all(free[at, list(trio)].all() for trio, at, _value in rows)
    assert all(trio_value(problem, trio) == pytest.approx(value) for trio, _at, value in rows)
    best = best_of(problem, free, tables)
    assert plan.value <= best + 1e-9 <= plan.bound + 1e-6
    assert plan.value >= 0.8 * best


def test_two_who_share_no_time_are_in_no_trio() -> None:
    topics = np.eye(3, dtype=bool)
    problem = TriosProblem(
        score=np.full((3, 3), 0.5),
        constituency=np.arange(3),
        seeks=topics[[1, 2, 2]],
        offers=topics,
        most=np.ones(3, int),
    )
    free = np.array([[True, True, False], [False, True, True]])
    assert len(plan_of(problem, free, np.array([1, 1])).trios) == 0
    with pytest.raises(BadGroups):
        plan_of(problem, free, np.array([1]))


def test_scores_are_the_same_both_ways_and_from_least_to_one() -> None:
    rng = np.random.default_rng(2)
    for seeks, offers in product(*[[rng.random((6, 4)) < 0.4 for _ in range(4)]] * 2):
        score = need_scores(seeks, offers)
        assert (score == score.T).all()
        assert LEAST <= score.min() <= score.max() <= 1
    assert need_scores(np.zeros((2, 0), bool), np.zeros((2, 0), bool)).tolist() == [[LEAST] * 2] * 2
