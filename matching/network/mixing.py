"""How groups mix in a network of meetings: mixing matrices with permutation tests, and mixing indices.

E-I index, Coleman homophily, Newman assortativity and Blau diversity, each against random mixing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.network.graph import Network, neighbour_counts_by_group
from matching.types import Array

PERMUTATIONS = 999


def ei_index(weights: Array, external: Array) -> float | None:
    """External-internal index (Krackhardt & Stern, 1988): (E - I) / (E + I), in [-1, 1].

    weights: (m,) non-negative tie weights; external: (m,) bool. None when all weights are zero.

    >>> ei_index(np.array([3.0, 1.0]), np.array([True, False]))
    0.5
    """
    total = float(weights.sum())
    return float(weights[external].sum() * 2 / total - 1) if total > 0 else None


def expected_ei_index(groups: Array, capacity: Array) -> float | None:
    """The E-I index under random mixing: partners are drawn in proportion to their capacity.

    groups: (n,) codes; capacity: (n,) meetings each person has. None where no pair is possible.

    >>> expected_ei_index(np.array([0, 1]), np.array([2.0, 2.0]))
    1.0
    """
    total = capacity.sum() ** 2 - (capacity**2).sum()
    if total <= 0:
        return None
    internal = np.bincount(groups, weights=capacity) ** 2 - np.bincount(groups, weights=capacity**2)
    return float(1 - 2 * internal.sum() / total)


@dataclass(frozen=True, slots=True)
class MixingMatrix:
    """Meetings between groups: observed, expected, and p-values.

    `observed` (k, k), symmetric, ints: each meeting once, a meeting inside a group once on the diagonal;
    the upper triangle with the diagonal sums to `meetings`. `expected` (k, k): the exact mean over all
    permutations of the group labels. `p_values` (k, k): two-sided, None without permutations. `ei_index` of
    all meetings, None without any; `expected_ei`: its mean over the permutations, None with fewer than two
    people; `ei_p_value` like `p_values`.
    """

    observed: Array
    expected: Array
    p_values: Array | None
    meetings: int
    ei_index: float | None
    expected_ei: float | None
    ei_p_value: float | None

    @property
    def internal(self) -> int:
        """Meetings of two people of one group."""
        return int(np.trace(self.observed))

    @property
    def endpoints(self) -> Array:
        """Meeting endpoints in each group, (k,): a meeting inside a group has both."""
        return np.asarray(self.observed.sum(axis=1) + np.diag(self.observed))


@dataclass(frozen=True, slots=True)
class Participation:
    """Meeting endpoints by group and layer, (k, t), against the same permutations as a MixingMatrix."""

    observed: Array
    expected: Array
    p_values: Array | None


@dataclass(frozen=True, slots=True)
class LayeredMixingMatrix:
    """The mixing of all meetings, of each layer's meetings, and the groups' participation in each layer."""

    total: MixingMatrix
    layers: tuple[MixingMatrix, ...]
    participation: Participation


def mixing_matrix(
    groups: Array, left: Array, right: Array, *, group_count: int, permutations: int = PERMUTATIONS, seed: int
) -> MixingMatrix:
    """The mixing matrix of meetings `left[k]` with `right[k]`, tested by permuting the group labels.

    groups: (n,) codes 0..group_count-1 of all people, with or without meetings; left, right: (m,) rows.

    The meetings stay and the labels are permuted (QAP; Hubert and Schultz, British Journal of Mathematical
    and Statistical Psychology 29, 1976), so each person's activity is kept.
    p = (1 + permutations at least as far from expected) / (1 + permutations).

    >>> left, right = np.array([0, 0]), np.array([1, 2])
    >>> four = mixing_matrix(np.array([0, 0, 1, 1]), left, right, group_count=2, seed=0)
    >>> four.observed.tolist(), four.expected.round(3).tolist()
    ([[1, 1], [1, 0]], [[0.333, 1.333], [1.333, 0.333]])
    """
    layers = np.zeros(len(left), np.int64)
    return layered_mixing_matrix(
        groups, left, right, layers, group_count=group_count, layer_count=1, permutations=permutations, seed=seed
    ).total


def layered_mixing_matrix(
    groups: Array,
    left: Array,
    right: Array,
    layers: Array,
    *,
    group_count: int,
    layer_count: int,
    permutations: int = PERMUTATIONS,
    seed: int,
) -> LayeredMixingMatrix:
    """As `mixing_matrix`, for all meetings and for each layer (theme) of them; `layers` (m,): codes.

    All layers share one set of permutations.

    >>> rows = (np.array([0, 0, 1]), np.array([0, 1]), np.array([2, 2]), np.array([0, 1]))
    >>> both = layered_mixing_matrix(*rows, group_count=2, layer_count=2, permutations=0, seed=0)
    >>> both.participation.observed.tolist()
    [[1, 1], [1, 1]]
    """
    shape = (layer_count, group_count, group_count)
    base = layers * group_count * group_count

    def count(labels: Array) -> Array:
        codes = base + labels[left] * group_count + labels[right]
        return np.bincount(codes, minlength=layer_count * group_count * group_count).reshape(shape)

    observed = _symmetrise(count(groups))
    pair_shares = _random_pair_shares(groups, group_count)
    expected = pair_shares * np.bincount(layers, minlength=layer_count)[:, None, None]
    rng = np.random.default_rng(seed)
    permuted = np.empty((permutations, *shape), np.int32)
    for draw in range(permutations):
        permuted[draw] = count(rng.permutation(groups))
    permuted = _symmetrise(permuted)
    expected_ei = expected_ei_index(groups, np.ones(len(groups)))
    return LayeredMixingMatrix(
        total=_matrix(observed.sum(axis=0), expected.sum(axis=0), permuted.sum(axis=1), expected_ei),
        layers=tuple(_matrix(observed[t], expected[t], permuted[:, t], expected_ei) for t in range(layer_count)),
        participation=_participation(_endpoints(observed), _endpoints(expected), _endpoints(permuted)),
    )


def _random_pair_shares(groups: Array, group_count: int) -> Array:
    """The probability that two people drawn at random are of groups g and h, (k, k); the upper triangle
    with the diagonal sums to 1."""
    people = np.bincount(groups, minlength=group_count).astype(float)
    pairs = np.outer(people, people)
    np.fill_diagonal(pairs, people * (people - 1) / 2)
    n = len(groups)
    return pairs / (n * (n - 1) / 2) if n > 1 else np.zeros_like(pairs)


def _symmetrise(counts: Array) -> Array:
    """(..., k, k) counts with both orders of two groups added; the diagonal stays."""
    folded = counts + np.swapaxes(counts, -1, -2)
    diagonal = np.arange(counts.shape[-1])
    folded[..., diagonal, diagonal] = counts[..., diagonal, diagonal]
    return np.asarray(folded)


def _endpoints(counts: Array) -> Array:
    """Meeting endpoints of each group, (..., k), of symmetric counts (..., k, k)."""
    return np.asarray(counts.sum(axis=-1) + np.diagonal(counts, axis1=-2, axis2=-1))


def _matrix(observed: Array, expected: Array, permuted: Array, expected_ei: float | None) -> MixingMatrix:
    internal = np.trace(observed)
    meetings = int(np.triu(observed).sum())
    counts = np.array([meetings - internal, internal], float)
    ei_p_value = _p_values(internal, np.trace(expected), np.trace(permuted, axis1=-2, axis2=-1))
    return MixingMatrix(
        observed=observed,
        expected=expected,
        p_values=_p_values(observed, expected, permuted),
        meetings=meetings,
        ei_index=ei_index(counts, np.array([True, False])),
        expected_ei=expected_ei,
        ei_p_value=None if ei_p_value is None or not meetings else float(ei_p_value),
    )


def _participation(observed: Array, expected: Array, permuted: Array) -> Participation:
    p_values = _p_values(observed, expected, permuted)
    return Participation(observed.T, expected.T, None if p_values is None else p_values.T)


def _p_values(observed: Array, expected: Array, permuted: Array) -> Array | None:
    """Two-sided permutation p-values; None without permutations."""
    if not len(permuted):
        return None
    distance = np.abs(observed - expected) - 1e-9  # tolerance: equal distances differ by rounding
    extreme = (np.abs(permuted - expected) >= distance).sum(axis=0)
    return np.asarray((1 + extreme) / (1 + len(permuted)))


def ei_by_group(matrix: MixingMatrix) -> Array:
    """E-I index of each group over its members' meeting endpoints, (k,) (Krackhardt and Stern, Social
    Psychology Quarterly 51, 1988). nan for a group without meetings.

    >>> left, right = np.array([0, 0]), np.array([1, 2])
    >>> ei_by_group(mixing_matrix(np.array([0, 0, 1]), left, right, group_count=2, seed=0)).round(3)
    array([-0.333,  1.   ])
    """
    internal = 2 * np.diag(matrix.observed)
    return _normalised_difference(matrix.endpoints - internal, internal)


def expected_ei_by_group(groups: Array, group_count: int) -> Array:
    """The E-I index of each group under random mixing, (k,); nan for a group without people.

    >>> expected_ei_by_group(np.array([0, 0, 1]), 2).tolist()
    [0.0, 1.0]
    """
    internal = _random_internal_share(groups, group_count)
    return np.where(np.bincount(groups, minlength=group_count) > 0, 1 - 2 * internal, np.nan)


def ei_by_person(network: Network, groups: Array, group_count: int) -> Array:
    """E-I index of each person over their distinct partners, (n,); nan for an isolate.

    >>> from matching.network.graph import build_network
    >>> ei_by_person(build_network([1, 2, 3], [(1, 2), (1, 3)]), np.array([0, 0, 1]), 2).tolist()
    [0.0, -1.0, 1.0]
    """
    partners = neighbour_counts_by_group(network, groups, group_count)
    internal = partners[np.arange(len(partners)), groups]
    return _normalised_difference(partners.sum(axis=1) - internal, internal)


def coleman_homophily(matrix: MixingMatrix, groups: Array, group_count: int) -> Array:
    """Coleman's homophily index of each group, (k,), in [-1, 1]: 0 under random mixing, 1 where members
    meet only their own group, -1 where they never do (Relational Analysis, Human Organization 17, 1958).
    nan for a group without meetings, 0 for one whose random internal share is 0.

    >>> groups, left, right = np.array([0, 0, 1, 1]), np.array([0]), np.array([1])
    >>> coleman_homophily(mixing_matrix(groups, left, right, group_count=2, seed=0), groups, 2).tolist()
    [1.0, nan]
    """
    random = _random_internal_share(groups, group_count)
    share = _divide(2 * np.diag(matrix.observed), matrix.endpoints)
    scale = np.where(share >= random, 1 - random, random)
    return np.where(
        np.isnan(share), np.nan, np.divide(share - random, scale, out=np.zeros(group_count), where=scale > 0)
    )


def assortativity(matrix: MixingMatrix) -> float | None:
    """Newman's assortativity of groups (Physical Review E 67, 2003), each meeting an edge: 1 where groups
    meet only within, 0 where endpoints pair at random. None without meetings or with one group only.

    >>> left, right = np.array([0, 2]), np.array([1, 3])
    >>> assortativity(mixing_matrix(np.array([0, 0, 1, 1]), left, right, group_count=2, seed=0))
    1.0
    """
    if not matrix.meetings:
        return None
    shares = matrix.observed / (2 * matrix.meetings)
    np.fill_diagonal(shares, 2 * np.diag(shares))
    random = float((shares.sum(axis=1) ** 2).sum())
    if np.isclose(random, 1.0):
        return None
    return float((np.trace(shares) - random) / (1 - random))


def blau_index(counts: Array) -> Array:
    """Blau's index of diversity along the last axis: the probability that two draws with replacement
    differ (Inequality and Heterogeneity, 1977). nan where there are no people.

    >>> blau_index(np.array([[2, 2], [4, 0]])).tolist()
    [0.5, 0.0]
    """
    shares = _divide(counts, counts.sum(axis=-1, keepdims=True))
    return np.asarray(1 - (shares**2).sum(axis=-1))


def _random_internal_share(groups: Array, group_count: int) -> Array:
    """The probability that another person drawn at random is of one's own group, (k,)."""
    people = np.bincount(groups, minlength=group_count)
    return np.maximum(people - 1, 0) / max(len(groups) - 1, 1)


def _normalised_difference(external: Array, internal: Array) -> Array:
    """(E - I) / (E + I), nan where both are 0."""
    return _divide(external - internal, external + internal)


def _divide(part: Array, total: Array) -> Array:
    """part / total, nan where total is 0."""
    part, total = np.broadcast_arrays(np.asarray(part, float), total)
    return np.asarray(np.divide(part, total, out=np.full(part.shape, np.nan), where=total > 0))
