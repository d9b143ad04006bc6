"""Balance: margins, symmetry, floors."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from matching.network.mixing import ei_index, expected_ei_index
from matching.policy import MatchingPolicy
from matching.recommend.balance import balance_pairs
from matching.recommend.candidates import find_candidates


def market(size, seed, lean=0.0):
    """(p, groups): two constituencies of 70 % and 30 %, with `lean` towards one's own."""
    draw = np.random.default_rng(seed)
    groups = (draw.random(size) < 0.3).astype(int)
    p = np.clip(draw.beta(2, 5, (size, size)) + lean * (groups[:, None] == groups[None, :]), 0.01, 0.99)
    np.fill_diagonal(p, 0)
    return p.astype(np.float32), groups


def balanced(size, seed, policy, capacity=5.0, lean=0.0):
    p, groups = market(size, seed, lean)
    pairs = find_candidates(logit(p), groups, policy)
    caps = np.full(size, capacity) if np.isscalar(capacity) else capacity
    return pairs, groups, balance_pairs(pairs, groups, caps, policy)


def table(pairs, weights, size):
    return sp.csr_matrix((weights, (pairs.left, pairs.right)), shape=(size, size)).toarray()


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_margins_meet_capacity_within_one_percent_after_five_thousand_sweeps(seed):
    capacity = np.random.default_rng(seed).integers(0, 12, 60).astype(float)
    pairs, _, found = balanced(60, seed, MatchingPolicy(sweeps=5_000, ei_floor=-1.0), capacity)
    used = table(pairs, found.weights, 60).sum(axis=1) + found.scale**2
    assert used == pytest.approx(capacity, rel=0.01, abs=1e-9)


def test_weights_are_symmetric_and_zero_without_capacity():
    capacity = np.full(80, 5.0)
    capacity[[3, 40]] = 0
    pairs, _, found = balanced(80, 1, MatchingPolicy(), capacity)
    mu = table(pairs, found.weights, 80)
    assert (mu == mu.T).all()
    assert not mu[[3, 40]].any()
    assert mu[0].sum() > 0


def test_the_floor_is_reached_and_costs_no_bonus_where_it_is_met_already():
    lean = 0.3
    _, _, free = balanced(150, 2, MatchingPolicy(ei_floor=-1.0), lean=lean)
    _, _, held = balanced(150, 2, MatchingPolicy(ei_floor=-0.1), lean=lean)
    assert free.bonus == 0
    assert free.ei_index < -0.1 <= held.ei_index <= 0.0
    assert held.bonus > 0
    assert held.floor_reached


def test_an_index_of_zero_reaches_a_floor_of_zero():
    p = np.zeros((4, 4))
    p[[0, 1, 2, 3], [1, 0, 3, 2]] = 0.4  # within a constituency, and across at .05 less for both together
    p[[1, 2, 3, 0], [2, 1, 0, 3]] = 0.375
    groups = np.array([0, 0, 1, 1])
    pairs = find_candidates(logit(p), groups, MatchingPolicy())
    pairs = replace(pairs, score=p[pairs.left, pairs.right])  # exact, where a logit rounds
    found = balance_pairs(pairs, groups, np.ones(4), MatchingPolicy(ei_floor=0.0))
    assert (found.bonus, found.floor_reached) == (pytest.approx(0.05), True)
    assert found.ei_index == pytest.approx(0, abs=1e-12)


def test_a_floor_out_of_reach_is_reported():
    p, groups = market(60, 5)
    across = groups[:, None] != groups[None, :]
    for reachable in (1, 0):  # one pair across, then none
        p[across] = 0
        first, other = np.argwhere(across)[0]
        p[first, other] = p[other, first] = 0.5 * reachable
        pairs = find_candidates(logit(p), groups, MatchingPolicy())
        found = balance_pairs(pairs, groups, np.full(60, 5.0), MatchingPolicy(ei_floor=0.5))
        assert found.ei_index < 0.5
        assert not found.floor_reached


def test_the_default_floor_is_random_mixing_plus_a_margin_and_is_reached():
    _, groups, found = balanced(150, 3, MatchingPolicy(), lean=0.1)
    assert found.ei_floor == pytest.approx(expected_ei_index(groups, np.full(150, 5.0)) + 0.1)
    assert found.floor_reached
    assert found.bonus > 0


def test_the_expected_index_counts_every_ordered_pair_of_different_people():
    groups = np.array([0, 0, 1])
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    differ = np.array([groups[i] != groups[j] for i, j in pairs])
    assert expected_ei_index(groups, np.ones(3)) == pytest.approx(ei_index(np.ones(len(pairs)), differ))


def test_one_constituency_has_no_index_and_no_bonus():
    p, _ = market(30, 4)
    groups = np.zeros(30, int)
    pairs = find_candidates(logit(p), groups, MatchingPolicy())
    found = balance_pairs(pairs, groups, np.full(30, 5.0), MatchingPolicy(ei_floor=0.5))
    assert (found.ei_index, found.expected_ei, found.bonus) == (None, None, 0.0)
