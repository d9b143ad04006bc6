"""Roundtables: hosts, topics, shares and pairs that may not sit together, and what a table is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadGroups
from matching.groups import exact
from matching.groups.checking import faults_in_roundtables
from matching.groups.rounds import NO_SEAT
from matching.groups.roundtables import RoundtablesPlan, RoundtablesProblem, plan_roundtables
from tests.matching.groups.exhaustive import best_roundtables, roundtables_value, small_roundtables

NO_PAIRS = np.zeros((0, 2), int)
TWELVE = RoundtablesProblem(
    host=np.array([0, 1]),
    wanted=np.ones((12, 2), bool),
    score=0.25 * (1 - np.eye(12)),
    constituency=np.arange(12) % 3,
    forbidden=NO_PAIRS,
    met=NO_PAIRS,
)


def plan_for(problem: RoundtablesProblem, seconds: float = 0.1) -> RoundtablesPlan:
    plan = plan_roundtables(problem, seconds=seconds, seed=1)
    assert faults_in_roundtables(problem, plan) == []
    return plan


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_a_small_plan_of_roundtables_is_the_best_of_all(seed):
    problem = small_roundtables(seed)
    plan, best = plan_for(problem), best_roundtables(problem)
    assert roundtables_value(problem, tuple(plan.table.tolist())) == pytest.approx(best, abs=1e-6)
    assert plan.gap == 0


def test_a_search_seats_as_many_as_the_best_plan_where_not_all_tables_can_be_held(monkeypatch):
    rng = np.random.default_rng(5)
    for _ in range(5):
        problem = replace(TWELVE, host=np.arange(4), wanted=rng.random((12, 4)) < 0.4, most=6)
        best = plan_for(problem)
        with monkeypatch.context() as patch:
            patch.setattr(exact, "MOST_TABLES", 0)
            searched = plan_for(problem, 0.3)
        assert (searched.table != NO_SEAT).sum() == (best.table != NO_SEAT).sum()
        assert best.value * 0.9 <= searched.value <= best.value + 1e-6 <= searched.bound + 2e-6


def test_everybody_sits_with_a_host_where_there_is_room():
    plan = plan_for(TWELVE)
    assert (plan.table != NO_SEAT).all()
    assert plan.table[:2].tolist() == [0, 1]


def test_nobody_sits_at_a_topic_they_do_not_want():
    wanted = np.ones((12, 2), bool)
    wanted[2:7, 0] = wanted[7:, 1] = False
    table = plan_for(replace(TWELVE, wanted=wanted)).table
    assert set(table[2:7]) == {1}
    assert set(table[7:]) == {0}


def test_a_table_with_too_few_is_not_held_and_its_people_sit_elsewhere():
    plan = plan_for(replace(TWELVE, wanted=np.arange(2) == np.zeros((12, 1))))
    assert (plan.table == 0).sum() == 8
    assert plan.table[1] == NO_SEAT


def test_two_who_share_no_language_sit_apart():
    plan = plan_for(replace(TWELVE, forbidden=np.array([(0, other) for other in range(2, 7)])))
    assert set(plan.table[2:7]) == {1}


def test_people_who_met_before_are_worth_less_at_one_table():
    met = np.array([(i, j) for i in range(2, 7) for j in range(7, 12)])
    kinds = np.array([0, 0, 1, 2, 3, 1, 2, 1, 2, 3, 1, 2])
    table = plan_for(replace(TWELVE, met=met, constituency=kinds), 0.3).table
    assert {len(set(table[2:7])), len(set(table[7:]))} == {1}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"host": np.array([0, 0])}, "a host of its own"),
        ({"host": np.array([0, 12])}, "none of the 12 people"),
        ({"least": 9}, "at least two people"),
        ({"share_most": 0.0}, "at least two people"),
        ({"score": np.ones((3, 3))}, "needed of 12 people"),
        ({"score": np.triu(np.ones((12, 12)))}, "same both ways"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(changed, sentence):
    with pytest.raises(BadGroups, match=sentence):
        replace(TWELVE, **changed)


def test_the_checker_sees_every_planted_fault():
    sound = plan_for(TWELVE)
    assert faults_in_roundtables(TWELVE, replace(sound, value=0.0))
    assert faults_in_roundtables(TWELVE, replace(sound, bound=0.0))
    assert faults_in_roundtables(replace(TWELVE, constituency=np.zeros(12, int)), sound)
    assert faults_in_roundtables(replace(TWELVE, wanted=np.zeros((12, 2), bool)), sound)
    assert faults_in_roundtables(replace(TWELVE, host=np.array([1, 0])), sound)
    beside = np.argwhere(np.triu(sound.table[:, None] == sound.table, 1))[:1]
    assert faults_in_roundtables(replace(TWELVE, forbidden=beside), sound)
    assert faults_in_roundtables(replace(TWELVE, most=4), sound)
