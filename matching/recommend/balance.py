"""Meetings are scarce: transferable-utility matching shares them out so that exposure follows capacity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.network.mixing import ei_index, expected_ei_index
from matching.policy import Policy
from matching.recommend.candidates import Pairs
from matching.types import Array

MOST_BONUS = 1.6
"""A floor that so much does not reach is out of reach: at the usual beta it is worth a factor of e^16."""


@dataclass(frozen=True, slots=True)
class Balanced:
    """mu of every candidate pair: mu_ij = C_i C_j K_ij with K_ij = exp((p_ij + p_ji + bonus [differ]) / (2
    beta)).

    `weights` are aligned with the pairs; `scale` is C (n,); `bonus` is gamma; the E-I indices are None
    when there are fewer than two constituencies or nobody to match.
    """

    weights: Array
    scale: Array
    bonus: float
    ei: float | None
    chance: float | None
    floor: float | None

    @property
    def floor_reached(self) -> bool:
        """Whether the E-I index is at least the floor; a floor that nobody asks for is."""
        return self.floor is None or (self.ei is not None and self.ei >= self.floor)


def kernel(forth: Array, back: Array, differ: Array, bonus: float, beta: float) -> Array:
    """K of the pairs; 0 where either chance is 0.

    >>> kernel(np.array([0.1]), np.array([0.1]), np.array([True]), 0.1, 0.15).round(4).tolist()
    [2.7183]
    """
    value = np.exp((forth + back + bonus * differ) / (2 * beta))
    return np.where((forth > 0) & (back > 0), value, 0.0)


def weights_of(
    rows: Array, forth: Array, back: Array, groups: Array, scale: Array, bonus: float, beta: float
) -> Array:
    """mu of `rows` with everybody, from their chances with everybody both ways, (rows, n) each."""
    differ = groups[rows][:, None] != groups[None, :]
    return np.asarray(scale[rows][:, None] * scale[None, :] * kernel(forth, back, differ, bonus, beta))


def solve(matrix: sp.csr_matrix, capacity: Array, sweeps: int) -> Array:
    """C of the one-population Choo-Siow model (JPE 2006; scaling as in Tomita et al., RecSys 2022),
    float64 (n,).

    In the limit sum_j mu_ij + C_i^2 = capacity_i, C_i^2 being the meetings left unfilled. The form c/(h +
    sqrt(c + h^2)) does not cancel for large h.

    >>> c = solve(sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]])), np.array([1.0, 1.0]), 100)
    >>> (c * c).round(4).tolist()
    [0.5, 0.5]
    """
    forth = np.sqrt(capacity)
    back = forth
    for _ in range(sweeps):
        back = scale_for(matrix @ forth, capacity)
        forth = scale_for(matrix @ back, capacity)
    return np.asarray(np.sqrt(forth * back))


def scale_for(pull: Array, capacity: Array) -> Array:
    """The positive root of C^2 + pull C = capacity.

    >>> scale_for(np.array([0.0, 1.0]), np.array([4.0, 2.0])).tolist()
    [2.0, 1.0]
    """
    half = pull / 2
    bottom = half + np.sqrt(capacity + half * half)
    return np.asarray(np.divide(capacity, bottom, out=np.zeros_like(bottom), where=bottom > 0))


def balance(
    pairs: Pairs,
    groups: Array,
    capacity: Array,
    policy: Policy,
    tick: Callable[[float], None] = lambda _: None,
) -> Balanced:
    """Solve for C, and find by bisection the least bonus for meetings across constituencies that brings
    the E-I index of mu up to the floor (the policy's, else random mixing less `floor_slack`); MOST_BONUS
    where none does. Nobody without capacity gets any."""
    differ = groups[pairs.left] != groups[pairs.right]
    chance = expected_ei_index(groups, capacity) if len(np.unique(groups)) > 1 else None
    floor = (
        policy.ei_floor
        if policy.ei_floor is not None
        else None
        if chance is None
        else chance - policy.floor_slack
    )
    count = len(groups)
    starts = pairs.starts

    def at(bonus: float) -> tuple[Array, Array, float | None]:
        values = kernel(pairs.forth, pairs.back, differ, bonus, policy.beta)
        matrix = sp.csr_matrix((values, pairs.right, starts), shape=(count, count))
        scale = solve(matrix, capacity, policy.sweeps)
        weights = scale[pairs.left] * scale[pairs.right] * values
        return weights, scale, ei_index(weights, differ)

    def reaches(bonus: float) -> bool:
        index = at(bonus)[2]
        return index is not None and floor is not None and index >= floor

    bonus = 0.0
    weights, scale, reached = at(bonus)
    if floor is not None and reached is not None and chance is not None and differ.any() and reached < floor:
        low, high = 0.0, 0.05
        while high < MOST_BONUS and not reaches(high):
            low, high = high, high * 2
        for step in range(12):
            middle = (low + high) / 2
            low, high = (low, middle) if reaches(middle) else (middle, high)
            tick(step / 12)
        bonus = high
        weights, scale, reached = at(bonus)
    return Balanced(
        weights,
        scale,
        bonus,
        reached if chance is not None else None,
        chance,
        floor if chance is not None else None,
    )
