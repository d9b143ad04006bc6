"""Trios: what each is worth, what no plan breaks, and the best of all plans on small problems."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadGroups
from matching.groups.checking import faults_in_trios
from matching.groups.trios import TriosPlan, TriosProblem, candidate_trios, plan_trios
from tests.matching.groups.exhaustive import best_trios, small_trios

TOPICS = np.eye(4, dtype=bool)
ONE = TriosProblem(
    score=0.5 * (1 - np.eye(3)),
    constituency=np.arange(3),
    seeks=TOPICS[[1, 3, 3]],
    offers=TOPICS[[0, 1, 2]],
    most=np.ones(3, int),
)


def plan_for(problem: TriosProblem, seconds: float = 5) -> TriosPlan:
    plan = plan_trios(problem, seconds=seconds, seed=1, clock=time.monotonic)
    assert faults_in_trios(problem, plan) == []
    return plan


def test_a_trio_is_worth_its_weakest_score():
    score = ONE.score.copy()
    score[0, 2] = score[2, 0] = 0.2
    assert plan_for(replace(ONE, score=score)).value == pytest.approx(0.2)


def test_a_third_who_offers_what_the_two_seek_and_lack_adds_to_it():
    assert plan_for(replace(ONE, offers=TOPICS[[0, 1, 3]])).value == pytest.approx(0.75)


@pytest.mark.parametrize(
    "changed",
    [
        {"constituency": np.array([0, 1, 1])},
        {"seeks": np.zeros((3, 4), bool)},
        {"score": np.array([[0, 0.5, 0.0], [0.5, 0, 0.5], [0.0, 0.5, 0]])},
        {"most": np.array([1, 1, 0])},
    ],
)
def test_there_is_no_trio_without_three_constituencies_a_need_three_allowed_pairs_and_room(changed):
    assert len(plan_for(replace(ONE, **changed)).trios) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_the_plan_is_the_best_of_all_on_small_problems(seed):
    problem = small_trios(seed)
    plan, best = plan_for(problem), best_trios(problem)
    assert plan.value == pytest.approx(best)
    assert plan.bound >= best - 1e-6


def test_what_is_left_out_is_in_the_bound(monkeypatch):
    rng = np.random.default_rng(1)
    score = np.triu(rng.random((40, 40)), 1)
    problem = TriosProblem(
        score=score + score.T,
        constituency=np.arange(40) % 4,
        seeks=rng.random((40, 6)) < 0.3,
        offers=rng.random((40, 6)) < 0.3,
        most=np.full(40, 2),
    )
    whole = plan_for(problem, 0.5)
    monkeypatch.setattr("matching.groups.trios.MOST_CANDIDATES", 150)
    assert len(candidate_trios(problem).value) == 150
    assert plan_for(problem, 0.5).bound >= whole.value - 1e-6


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"score": np.triu(ONE.score)}, "same both ways"),
        ({"most": np.array([1, 1])}, "needed of 3 people"),
        ({"most": np.array([1, 1, -1])}, "none can be below zero"),
        ({"offers": np.ones((3, 2), bool)}, "a column for each topic"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(changed, sentence):
    with pytest.raises(BadGroups, match=sentence):
        replace(ONE, **changed)


def test_the_checker_sees_every_planted_fault():
    sound = plan_for(ONE)
    assert faults_in_trios(ONE, replace(sound, value=9.0))
    assert faults_in_trios(ONE, replace(sound, bound=0.1))
    assert faults_in_trios(ONE, replace(sound, values=sound.values + 1))
    assert faults_in_trios(replace(ONE, constituency=np.zeros(3, int)), sound)
    twice = TriosPlan(trios=np.repeat(sound.trios, 2, axis=0), values=np.repeat(sound.values, 2), value=1.0, bound=1.0)
    assert len(faults_in_trios(ONE, twice)) == 6
