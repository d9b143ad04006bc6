"""Capacity-aware balancing of exposure by transferable-utility matching, with a floor on the E-I index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.network.mixing import ei_index, expected_ei_index
from matching.policy import MatchingPolicy
from matching.recommend.candidates import CandidatePairs
from matching.recommend.scoring import probability
from matching.types import Array

MAX_BONUS = 1.6
"""Upper bound of the search: of the same order as two scores of 1."""
BONUS_SHARE = 0.75
LEAST_OWN = 1e-3
"""Own scores below are alike: a power of them would round to 0."""


@dataclass(frozen=True, slots=True)
class BalanceResult:
    """mu_ij = C_i C_j K_ij of candidate pairs, K_ij = exp((2 h_ij + bonus [groups differ])/(2 beta)).

    weights: (m,) mu; scale: (n,) C; bonus: gamma. The E-I indices are None with fewer than two constituencies
    or nobody to match.
    """

    weights: Array
    scale: Array
    bonus: float
    ei_index: float | None
    expected_ei: float | None
    ei_floor: float | None

    @property
    def floor_reached(self) -> bool:
        """Whether the E-I index is at least the floor; true without a floor."""
        return self.ei_floor is None or (self.ei_index is not None and self.ei_index >= self.ei_floor)


def kernel(score: Array, external: Array, bonus: float, beta: float) -> Array:
    """K of the pairs, (m,), by their reciprocal scores; 0 where that is 0.

    >>> kernel(np.array([0.1]), np.array([True]), 0.1, 0.15).round(4).tolist()
    [2.7183]
    """
    return np.where(score > 0, np.exp((2 * score + bonus * external) / (2 * beta)), 0.0)


def matching_weights(rows: Array, score: Array, groups: Array, scale: Array, bonus: float, beta: float) -> Array:
    """mu of `rows` with everybody, (rows, n), from their reciprocal scores (rows, n).

    >>> score, scale = np.array([[0.0, 0.1]]), np.array([1.0, 2.0])
    >>> matching_weights(np.array([0]), score, np.array([0, 0]), scale, 0.0, 0.1).round(4).tolist()
    [[0.0, 5.4366]]
    """
    external = groups[rows][:, None] != groups[None, :]
    return np.asarray(scale[rows][:, None] * scale[None, :] * kernel(score, external, bonus, beta))


def list_weights(weights: Array, log_odds: Array, external: Array, bonus: float, own_exponent: float) -> Array:
    """mu p^k exp(BONUS_SHARE k bonus [groups differ]), by which a person's list is chosen: mu alone for k =
    0, nearly the own score alone for a large k. The bonus counts beside p too, or p would take it back.

    weights, log_odds, external: mu, the owner's log odds and whether groups differ, of one shape.

    >>> weights, external = np.array([1.0, 1.0]), np.array([False, False])
    >>> list_weights(weights, np.array([0.0, np.log(3)]), external, 0.0, 2.0).tolist()
    [0.25, 0.5625]
    """
    if not own_exponent:
        return weights
    own = np.maximum(probability(log_odds), LEAST_OWN) * np.exp(BONUS_SHARE * bonus * external)
    return np.asarray(weights * own**own_exponent)


def solve_choo_siow(matrix: sp.csr_matrix, capacity: Array, sweeps: int) -> Array:
    """The scaling C (n,) of the one-population Choo-Siow model (JPE 2006), by the iterative scaling of Tomita
    et al. (RecSys 2022).

    matrix: (n, n) symmetric K; capacity: (n,). In the limit sum_j mu_ij + C_i^2 = capacity_i; C_i^2 are the
    unfilled meetings.

    >>> c = solve_choo_siow(sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]])), np.array([1.0, 1.0]), 100)
    >>> (c * c).round(4).tolist()
    [0.5, 0.5]
    """
    forward = np.sqrt(capacity)
    backward = forward
    for _ in range(sweeps):
        backward = scaling_factor(matrix @ forward, capacity)
        forward = scaling_factor(matrix @ backward, capacity)
    return np.asarray(np.sqrt(forward * backward))


def scaling_factor(pull: Array, capacity: Array) -> Array:
    """The positive root of C^2 + pull C = capacity.

    >>> scaling_factor(np.array([0.0, 1.0]), np.array([4.0, 2.0])).tolist()
    [2.0, 1.0]
    """
    half = pull / 2
    bottom = half + np.sqrt(capacity + half * half)
    return np.asarray(np.divide(capacity, bottom, out=np.zeros_like(bottom), where=bottom > 0))


def balance_pairs(
    pairs: CandidatePairs,
    groups: Array,
    capacity: Array,
    policy: MatchingPolicy,
    on_progress: Callable[[float], None] = lambda _: None,
) -> BalanceResult:
    """Solve for C with the least cross-constituency bonus that lifts the E-I index of mu to its floor.

    The floor is the policy's, else random mixing plus `floor_margin`; the bonus is found by bisection, at
    most MAX_BONUS. People without capacity get no weight.

    >>> from matching.recommend.candidates import find_candidates
    >>> policy = MatchingPolicy(sweeps=1000)
    >>> pairs = find_candidates(np.array([[-np.inf, 0], [0, -np.inf]]), np.array([0, 1]), policy)
    >>> balance_pairs(pairs, np.array([0, 1]), np.array([1.0, 1.0]), policy).weights.round(2).tolist()
    [1.0, 1.0]
    """
    external = groups[pairs.left] != groups[pairs.right]
    expected_ei = expected_ei_index(groups, capacity) if len(np.unique(groups)) > 1 else None
    floor = (
        policy.ei_floor
        if policy.ei_floor is not None
        else None
        if expected_ei is None
        else min(1.0, expected_ei + policy.floor_margin)
    )
    people, starts = len(groups), pairs.starts

    def solve_at(bonus: float) -> tuple[Array, Array, float | None]:
        values = kernel(pairs.score, external, bonus, policy.beta)
        matrix = sp.csr_matrix((values, pairs.right, starts), shape=(people, people))
        scale = solve_choo_siow(matrix, capacity, policy.sweeps)
        weights = scale[pairs.left] * scale[pairs.right] * values
        return weights, scale, ei_index(weights, external)

    def reaches(bonus: float) -> bool:
        index = solve_at(bonus)[2]
        return index is not None and floor is not None and index >= floor

    bonus = 0.0
    weights, scale, reached = solve_at(bonus)
    if floor is not None and reached is not None and expected_ei is not None and external.any() and reached < floor:
        low, high = 0.0, 0.05
        while high < MAX_BONUS and not reaches(high):
            low, high = high, high * 2
        for step in range(12):
            middle = (low + high) / 2
            low, high = (low, middle) if reaches(middle) else (middle, high)
            on_progress(step / 12)
        bonus = high
        weights, scale, reached = solve_at(bonus)
    return BalanceResult(
        weights,
        scale,
        bonus,
        reached if expected_ei is not None else None,
        expected_ei,
        floor if expected_ei is not None else None,
    )
