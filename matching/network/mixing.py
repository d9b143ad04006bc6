"""Which groups meet which, against what chance would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.network.graph import Network, neighbours_in_groups
from matching.recommend.balance import ei_index, ei_of_chance
from matching.types import Array

PERMUTATIONS = 999


@dataclass(frozen=True, slots=True)
class Mixing:
    """Meetings between groups: observed, expected and how surprising.

    `observed` (k, k), symmetric, ints: each meeting once, a meeting inside a group once on the diagonal;
    so the upper triangle with the diagonal adds up to `meetings`. `expected` (k, k): the mean over all ways
    of dealing the same group sizes out to the same people, exact. `p` (k, k): two-sided, from permutations;
    None where none were drawn. `ei`: E-I index of the whole, None without meetings; `ei_chance`: its mean
    under the same dealing, None with fewer than two people; `ei_p` like `p`.
    """

    observed: Array
    expected: Array
    p: Array | None
    meetings: int
    ei: float | None
    ei_chance: float | None
    ei_p: float | None

    @property
    def inside(self) -> int:
        """Meetings of two people of one group."""
        return int(np.trace(self.observed))

    @property
    def ends(self) -> Array:
        """Ends of meetings each group holds, (k,): a meeting inside a group has both."""
        return np.asarray(self.observed.sum(axis=1) + np.diag(self.observed))


@dataclass(frozen=True, slots=True)
class Seats:
    """Ends of meetings by group and layer, (k, t), against the same dealing as in Mixing."""

    observed: Array
    expected: Array
    p: Array | None


@dataclass(frozen=True, slots=True)
class LayeredMixing:
    """All meetings, the meetings of each layer, and who sits in which layer."""

    whole: Mixing
    layers: tuple[Mixing, ...]
    seats: Seats


def mixing(
    groups: Array, left: Array, right: Array, *, size: int, permutations: int = PERMUTATIONS, seed: int
) -> Mixing:
    """How groups mix in the meetings of `left` with `right`.

    `groups` (n,): codes 0..size-1 of all people, with or without meetings; `left`, `right` (m,): rows.

    Chance deals the people's groups out anew and leaves the meetings where they are (Hubert and Schultz,
    British Journal of Mathematical and Statistical Psychology 29, 1976), so activity is kept and a group
    that met less than its size would give shows it.
    p = (1 + permutations at least as far from expected) / (1 + permutations).

    >>> four = mixing(np.array([0, 0, 1, 1]), np.array([0, 0]), np.array([1, 2]), size=2, seed=0)
    >>> four.observed.tolist(), four.expected.round(3).tolist()
    ([[1, 1], [1, 0]], [[0.333, 1.333], [1.333, 0.333]])
    """
    layers = np.zeros(len(left), np.int64)
    return mixing_by_layer(
        groups, left, right, layers, size=size, layer_count=1, permutations=permutations, seed=seed
    ).whole


def mixing_by_layer(
    groups: Array,
    left: Array,
    right: Array,
    layers: Array,
    *,
    size: int,
    layer_count: int,
    permutations: int = PERMUTATIONS,
    seed: int,
) -> LayeredMixing:
    """As `mixing`, for all meetings and for each layer (a theme) of them; `layers` (m,): codes.

    One set of permutations serves them all.

    >>> rows = (np.array([0, 0, 1]), np.array([0, 1]), np.array([2, 2]), np.array([0, 1]))
    >>> both = mixing_by_layer(*rows, size=2, layer_count=2, permutations=0, seed=0)
    >>> both.seats.observed.tolist()
    [[1, 1], [1, 1]]
    """
    shape = (layer_count, size, size)
    base = layers * size * size

    def count(dealt: Array) -> Array:
        codes = base + dealt[left] * size + dealt[right]
        return np.bincount(codes, minlength=layer_count * size * size).reshape(shape)

    observed = _symmetric(count(groups))
    expected = _pair_chance(groups, size) * np.bincount(layers, minlength=layer_count)[:, None, None]
    dealer = np.random.default_rng(seed)
    drawn = np.empty((permutations, *shape), np.int32)
    for turn in range(permutations):
        drawn[turn] = count(dealer.permutation(groups))
    drawn = _symmetric(drawn)
    chance = ei_of_chance(groups, np.ones(len(groups)))
    return LayeredMixing(
        whole=_mixing(observed.sum(axis=0), expected.sum(axis=0), drawn.sum(axis=1), chance),
        layers=tuple(_mixing(observed[t], expected[t], drawn[:, t], chance) for t in range(layer_count)),
        seats=_seats(_ends(observed), _ends(expected), _ends(drawn)),
    )


def _pair_chance(groups: Array, size: int) -> Array:
    """The chance that two people drawn at random are of groups g and h, (k, k); the upper triangle with
    the diagonal adds up to 1."""
    people = np.bincount(groups, minlength=size).astype(float)
    pairs = np.outer(people, people)
    np.fill_diagonal(pairs, people * (people - 1) / 2)
    n = len(groups)
    return pairs / (n * (n - 1) / 2) if n > 1 else np.zeros_like(pairs)


def _symmetric(counts: Array) -> Array:
    """(..., k, k) counts of either order, folded: off the diagonal both orders together."""
    folded = counts + np.swapaxes(counts, -1, -2)
    diagonal = np.arange(counts.shape[-1])
    folded[..., diagonal, diagonal] = counts[..., diagonal, diagonal]
    return np.asarray(folded)


def _ends(counts: Array) -> Array:
    """Ends of meetings per group, (..., k), of folded counts (..., k, k)."""
    return np.asarray(counts.sum(axis=-1) + np.diagonal(counts, axis1=-2, axis2=-1))


def _mixing(observed: Array, expected: Array, drawn: Array, chance: float | None) -> Mixing:
    inside = np.trace(observed)
    meetings = int(np.triu(observed).sum())
    counts = np.array([meetings - inside, inside], float)
    ei_p = _p(inside, np.trace(expected), np.trace(drawn, axis1=-2, axis2=-1))
    return Mixing(
        observed=observed,
        expected=expected,
        p=_p(observed, expected, drawn),
        meetings=meetings,
        ei=ei_index(counts, np.array([True, False])),
        ei_chance=chance,
        ei_p=None if ei_p is None or not meetings else float(ei_p),
    )


def _seats(observed: Array, expected: Array, drawn: Array) -> Seats:
    p = _p(observed, expected, drawn)
    return Seats(observed.T, expected.T, None if p is None else p.T)


def _p(observed: Array, expected: Array, drawn: Array) -> Array | None:
    """Two-sided p-values; None without permutations."""
    if not len(drawn):
        return None
    far = np.abs(observed - expected) - 1e-9  # equally far is as far, whatever the last digit
    return np.asarray((1 + (np.abs(drawn - expected) >= far).sum(axis=0)) / (1 + len(drawn)))


def ei_of_groups(mixed: Mixing) -> Array:
    """E-I index of each group, (k,): of the ends its members hold, those outside less those inside, over
    all (Krackhardt and Stern, Social Psychology Quarterly 51, 1988). nan for a group without meetings.

    >>> ei_of_groups(mixing(np.array([0, 0, 1]), np.array([0, 0]), np.array([1, 2]), size=2, seed=0)).round(3)
    array([-0.333,  1.   ])
    """
    inside = 2 * np.diag(mixed.observed)
    return _index(mixed.ends - inside, inside)


def ei_chance_of_groups(groups: Array, size: int) -> Array:
    """The E-I index of each group if partners were drawn at random, (k,); nan for a group without people.

    >>> ei_chance_of_groups(np.array([0, 0, 1]), 2).tolist()
    [0.0, 1.0]
    """
    inside = _inside_chance(groups, size)
    return np.where(np.bincount(groups, minlength=size) > 0, 1 - 2 * inside, np.nan)


def ei_of_people(network: Network, groups: Array, size: int) -> Array:
    """E-I index of each person over the different people she met, (n,); nan for an isolate.

    >>> from matching.network.graph import network_of
    >>> ei_of_people(network_of([1, 2, 3], [(1, 2), (1, 3)]), np.array([0, 0, 1]), 2).tolist()
    [0.0, -1.0, 1.0]
    """
    met = neighbours_in_groups(network, groups, size)
    inside = met[np.arange(len(met)), groups]
    return _index(met.sum(axis=1) - inside, inside)


def coleman_homophily(mixed: Mixing, groups: Array, size: int) -> Array:
    """Coleman's homophily index of each group, -1..1, (k,): 0 where members meet their own as chance
    gives, 1 where they meet none else, -1 where they never meet their own (Relational Analysis, Human
    Organization 17, 1958). nan for a group without meetings, 0 for one that has no own to meet.

    >>> groups = np.array([0, 0, 1, 1])
    >>> coleman_homophily(mixing(groups, np.array([0]), np.array([1]), size=2, seed=0), groups, 2).tolist()
    [1.0, nan]
    """
    chance = _inside_chance(groups, size)
    share = _over(2 * np.diag(mixed.observed), mixed.ends)
    room = np.where(share >= chance, 1 - chance, chance)
    return np.where(
        np.isnan(share), np.nan, np.divide(share - chance, room, out=np.zeros(size), where=room > 0)
    )


def assortativity(mixed: Mixing) -> float | None:
    """Newman's assortativity of groups (Physical Review E 67, 2003), each meeting an edge: 1 where groups
    keep to themselves, 0 where ends pair at random. None without meetings or with one group only.

    >>> assortativity(mixing(np.array([0, 0, 1, 1]), np.array([0, 2]), np.array([1, 3]), size=2, seed=0))
    1.0
    """
    if not mixed.meetings:
        return None
    shares = mixed.observed / (2 * mixed.meetings)
    np.fill_diagonal(shares, 2 * np.diag(shares))
    by_chance = float((shares.sum(axis=1) ** 2).sum())
    if np.isclose(by_chance, 1.0):
        return None
    return float((np.trace(shares) - by_chance) / (1 - by_chance))


def blau(counts: Array) -> Array:
    """Blau's index of diversity along the last axis: the chance that two drawn with replacement differ
    (Inequality and Heterogeneity, 1977). nan where there is nobody.

    >>> blau(np.array([[2, 2], [4, 0]])).tolist()
    [0.5, 0.0]
    """
    shares = _over(counts, counts.sum(axis=-1, keepdims=True))
    return np.asarray(1 - (shares**2).sum(axis=-1))


def _inside_chance(groups: Array, size: int) -> Array:
    """The chance that somebody else, drawn at random, is of one's own group, (k,)."""
    people = np.bincount(groups, minlength=size)
    return np.maximum(people - 1, 0) / max(len(groups) - 1, 1)


def _index(outside: Array, inside: Array) -> Array:
    return _over(outside - inside, outside + inside)


def _over(part: Array, whole: Array) -> Array:
    """part / whole, nan where whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), whole)
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))
