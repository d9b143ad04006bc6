"""Rounds of tables: what is never broken, whoever comes late or leaves early, and what is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadGroups
from matching.groups.checking import faults_in_rounds
from matching.groups.rounds import FREE, NO_SEAT, RoundsPlan, RoundsProblem, plan_rounds
from tests.matching.groups.exhaustive import best_rounds, rounds_value, small_rounds

NO_PAIRS = np.zeros((0, 2), int)


def rounds_problem(people: int, seats: list[int], rounds: int, **changed: object) -> RoundsProblem:
    given = {
        "present": np.ones((rounds, people), bool),
        "seats": np.array(seats),
        "least": 1,
        "constituency": np.zeros(people, int),
        "forbidden": NO_PAIRS,
        "met": NO_PAIRS,
        "fixed": np.full((rounds, people), FREE),
    }
    return RoundsProblem(**(given | changed))


def plan_for(problem: RoundsProblem, seconds: float = 0.1) -> RoundsPlan:
    plan = plan_rounds(problem, seconds=seconds, seed=1)
    assert faults_in_rounds(problem, plan) == []
    return plan


@st.composite
def problems(draw: st.DrawFn) -> RoundsProblem:
    people, rounds, tables = draw(st.integers(1, 14)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    seats = rng.integers(0, 6, tables)
    present = rng.random((rounds, people)) < draw(st.sampled_from((0.5, 0.9, 1.0)))
    pairs = np.argwhere(np.triu(rng.random((people, people)) < draw(st.sampled_from((0, 0.1, 0.4))), 1))
    fixed = np.full((rounds, people), FREE)
    for number in range(rounds):
        for person in rng.permutation(people)[: rng.integers(0, 4)]:
            table, row = int(rng.integers(tables)), fixed[number]
            others = {other for pair in pairs.tolist() if person in pair for other in pair} - {person}
            full = (row == table).sum() >= seats[table]
            if present[number, person] and not full and not any(row[other] == table for other in others):
                row[person] = table
    return RoundsProblem(
        present=present,
        seats=seats,
        least=draw(st.integers(0, 3)),
        constituency=rng.integers(0, 3, people),
        forbidden=pairs,
        met=np.argwhere(np.triu(rng.random((people, people)) < 0.1, 1)),
        fixed=fixed,
    )


@settings(max_examples=60, deadline=None)
@given(problems())
def test_no_plan_of_rounds_breaks_a_rule_or_misstates_a_figure(problem):
    plan_for(problem, 0.01)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_a_small_plan_of_rounds_is_the_best_of_all(seed):
    problem = small_rounds(seed)
    assert rounds_value(problem, plan_for(problem).table) == pytest.approx(best_rounds(problem), abs=1e-4)


@pytest.mark.parametrize(("people", "size", "rounds"), [(9, 3, 4), (16, 4, 5), (12, 4, 5), (10, 4, 4)])
def test_all_have_met_after_the_fewest_rounds_known(people, size, rounds):
    plan = plan_for(rounds_problem(people, [size] * -(-people // size), rounds), 2)
    assert plan.pairs_met == people * (people - 1) // 2


def test_pairs_that_may_not_sit_together_never_do_and_everybody_else_has_a_seat():
    forbidden = np.array([(i, j) for i in range(0, 12, 3) for j in range(i + 1, i + 3)])
    plan = plan_for(rounds_problem(12, [4, 4, 4], 3, forbidden=forbidden))
    assert (plan.table != NO_SEAT).all()


def test_whoever_cannot_be_seated_without_a_breach_has_no_seat():
    forbidden = np.array([(0, 1), (0, 2), (0, 3)])
    plan = plan_for(rounds_problem(4, [4], 2, forbidden=forbidden))
    assert (plan.table == NO_SEAT).sum() == 2
    assert plan.table[:, 0].tolist() == [NO_SEAT, NO_SEAT]


def test_fixed_people_stay_and_late_ones_join_them():
    fixed = np.full((2, 9), FREE)
    fixed[:, :8] = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]]
    plan = plan_for(rounds_problem(9, [5, 5], 2, fixed=fixed))
    assert (plan.table[:, :8] == fixed[:, :8]).all()
    assert (plan.table[:, 8] != NO_SEAT).all()


def test_people_who_come_late_or_leave_early_sit_where_they_are_present():
    present = np.ones((3, 10), bool)
    present[0, 8:] = present[2, :2] = False
    plan = plan_for(rounds_problem(10, [5, 5], 3, present=present))
    assert ((plan.table != NO_SEAT) == present).all()


def test_tables_are_uneven_rather_than_below_the_least():
    plan = plan_for(rounds_problem(11, [4, 4, 4], 3, least=3))
    for row in plan.table:
        assert sorted(np.bincount(row).tolist()) == [3, 4, 4]


def test_pairs_that_met_before_come_last():
    met = np.array([(0, 1), (2, 3), (4, 5), (6, 7)])
    plan = plan_for(rounds_problem(8, [2] * 4, 6, met=met))
    assert plan.repeats == 0
    assert all((plan.table[:, i] != plan.table[:, j]).all() for i, j in met)


def test_each_table_is_mixed_as_far_as_numbers_allow():
    plan = plan_for(rounds_problem(16, [4] * 4, 3, constituency=np.arange(16) % 2))
    assert plan.mix == 0


def test_one_seed_gives_one_plan():
    problem = rounds_problem(15, [4] * 4, 3)
    assert (plan_for(problem).table == plan_for(problem).table).all()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"fixed": np.array([[0, 0, FREE]])}, "0 and 1 may not sit together; both are fixed at table 0"),
        ({"fixed": np.array([[2, FREE, FREE]])}, "names a table outside"),
        ({"fixed": np.array([[1, FREE, 1]])}, "More people are fixed at table 1 than it seats"),
        ({"met": np.array([[1, 1]])}, "“met” needs pairs of two different people below 3"),
        ({"constituency": np.array([0, -1, 0])}, "codes from 0"),
        ({"seats": np.array([2, -1])}, "none can be below zero"),
        ({"present": np.ones((2, 3), bool)}, "need a row for each round"),
        (
            {"present": np.zeros((1, 3), bool), "fixed": np.array([[0, FREE, FREE]])},
            "fixed at a table in a round they are absent from",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(changed, sentence):
    sound = rounds_problem(3, [2, 1], 1, forbidden=np.array([(0, 1)]))
    with pytest.raises(BadGroups, match=sentence):
        replace(sound, **changed)


def test_the_checker_sees_every_planted_fault():
    problem = rounds_problem(6, [3, 3], 2, forbidden=np.array([(0, 1)]), least=2)
    sound = plan_for(problem)
    moved = sound.table.copy()
    moved[0, moved[0] == 1] = 0
    assert any("seats" in fault for fault in faults_in_rounds(problem, replace(sound, table=moved)))
    together = sound.table.copy()
    together[0] = [0, 0, 0, 1, 1, 1]
    assert any("may not" in fault for fault in faults_in_rounds(problem, replace(sound, table=together)))
    alone = sound.table.copy()
    alone[0] = [0, 1, 1, 1, NO_SEAT, NO_SEAT]
    assert any("fewer" in fault for fault in faults_in_rounds(problem, replace(sound, table=alone)))
    absent = replace(problem, present=np.array([[False] + [True] * 5, [True] * 6]))
    assert any("absent" in fault for fault in faults_in_rounds(absent, sound))
    fixed = problem.fixed.copy()
    fixed[1, 2] = 1 - sound.table[1, 2]
    assert any("was moved" in fault for fault in faults_in_rounds(replace(problem, fixed=fixed), sound))
    for figures in ({"pairs_met": 1}, {"repeats": 9}, {"mix": 0.5}, {"pairs_bound": 0}, {"mix_bound": 1.0}):
        assert faults_in_rounds(problem, replace(sound, **figures))
