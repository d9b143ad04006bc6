"""Who stands between others: Gould and Fernandez' roles, and betweenness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.network.graph import Network, neighbours_in_groups
from matching.types import Array

EXACT_UP_TO = 1_000
PIVOTS = 256
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Brokerage:
    """Per person (n,), the pairs of her partners who did not meet each other, by the groups of the three.

    coordinator: all of one group. consultant: the two of one group, she of another. gatekeeper: one of
    the two is of her group, the other is not, read from the outside in. representative: the same pair
    read from the inside out; meetings have no direction, so the two are always equal. liaison: three
    groups. `pairs` counts each pair once.
    """

    coordinator: Array
    consultant: Array
    gatekeeper: Array
    representative: Array
    liaison: Array

    @property
    def pairs(self) -> Array:
        return self.coordinator + self.consultant + self.gatekeeper + self.liaison

    @property
    def bridged(self) -> Array:
        """Pairs of two different groups: the bridges she is."""
        return self.gatekeeper + self.liaison


def brokerage(network: Network, groups: Array, size: int) -> Brokerage:
    """The five roles of every person (Gould and Fernandez, Sociological Methodology 19, 1989).

    Each unordered pair of unconnected partners counts once, so that in a symmetric directed network their
    coordinator, consultant and liaison figures are twice these. All pairs of partners are counted from the
    partners' groups, then the pairs who did meet (triangles) are taken away.

    >>> from matching.network.graph import network_of
    >>> path = network_of([1, 2, 3], [(1, 2), (2, 3)])
    >>> brokerage(path, np.array([0, 0, 1]), 2).gatekeeper.tolist()
    [0, 1, 0]
    """
    n = network.people
    met = neighbours_in_groups(network, groups, size)
    own = met[np.arange(n), groups] if n else np.zeros(0, np.int64)
    others = met.sum(axis=1) - own
    twos = met * (met - 1) // 2
    coordinator = own * (own - 1) // 2
    consultant = twos.sum(axis=1) - coordinator
    boundary = own * others
    liaison = others * (others - 1) // 2 - consultant

    corners = _triangles(network)
    for turn in range(3):
        broker, a, b = (corners[:, (turn + step) % 3] for step in range(3))
        hers, one, two = groups[broker], groups[a], groups[b]
        same = one == two
        inside = (one == hers) | (two == hers)
        for count, of in (
            (coordinator, same & inside),
            (consultant, same & ~inside),
            (boundary, ~same & inside),
            (liaison, ~same & ~inside),
        ):
            count -= np.bincount(broker[of], minlength=n)
    return Brokerage(coordinator, consultant, boundary, boundary, liaison)


def _triangles(network: Network) -> Array:
    """Every three who all met each other, once, (t, 3).

    Each pair points to the one with more partners (ties by row): then nobody has more than sqrt(2m) out,
    and two out-neighbours of one person who met close a triangle.
    """
    n, degree = network.people, network.degree
    place = np.empty(n, np.int64)
    place[np.lexsort((np.arange(n), degree))] = np.arange(n)
    swap = place[network.first] > place[network.second]
    low = np.where(swap, network.second, network.first)
    high = np.where(swap, network.first, network.second)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    out = np.bincount(low, minlength=n)
    start = np.concatenate([[0], np.cumsum(out)[:-1]]).astype(np.int64) if n else out
    later = start[low] + out[low] - np.arange(len(low)) - 1  # pairs of the same person after this one
    one = np.repeat(np.arange(len(low)), later)
    two = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
    a, b = high[one], high[two]
    wanted = np.minimum(a, b) * n + np.maximum(a, b)
    met = network.first * n + network.second  # ascending: pairs are sorted
    at = np.searchsorted(met, wanted)
    closed = at < len(met)
    closed[closed] = met[at[closed]] == wanted[closed]
    return np.asarray(np.stack([low[one], a, b], axis=1)[closed])


def betweenness(
    network: Network, *, seed: int, exact_up_to: int = EXACT_UP_TO, pivots: int = PIVOTS
) -> Array:
    """Share of the others' shortest paths that pass each person, 0..1, (n,).

    Brandes' accumulation (Journal of Mathematical Sociology 25, 2001) from many sources at once, level by
    level, as products of the sparse network with dense blocks. Above `exact_up_to` people it is estimated
    from `pivots` sources drawn without replacement by `seed` (Brandes and Pich, International Journal of
    Bifurcation and Chaos 17, 2007): unbiased.

    >>> from matching.network.graph import network_of
    >>> betweenness(network_of([1, 2, 3], [(1, 2), (2, 3)]), seed=0).tolist()
    [0.0, 1.0, 0.0]
    """
    n = network.people
    if n < 3:
        return np.zeros(n)
    sampled = n > exact_up_to and pivots < n
    sources = np.arange(n)
    if sampled:
        sources = np.sort(np.random.default_rng(seed).choice(n, pivots, replace=False))
    total = np.zeros(n)
    adjacency = network.adjacency
    for begin in range(0, len(sources), _BATCH):
        total += _dependencies(adjacency, sources[begin : begin + _BATCH])
    return np.asarray(total * (n / len(sources)) / ((n - 1) * (n - 2)))


def _dependencies(adjacency: sp.csr_matrix, sources: Array) -> Array:
    """Sum over these sources of how much each person lies on their shortest paths to everybody, (n,)."""
    n, columns = adjacency.shape[0], np.arange(len(sources))
    paths = np.zeros((n, len(sources)))
    paths[sources, columns] = 1.0
    reached = paths > 0
    fronts = [reached.copy()]
    front = paths.copy()
    while True:
        front = adjacency @ front
        front[reached] = 0.0
        fresh = front > 0
        if not fresh.any():
            break
        reached |= fresh
        paths += front
        fronts.append(fresh)
    inverse = np.divide(1.0, paths, out=np.zeros_like(paths), where=reached)
    owed = np.zeros_like(paths)
    for level in range(len(fronts) - 1, 1, -1):
        share = (1.0 + owed) * inverse * fronts[level]
        owed += (adjacency @ share) * paths * fronts[level - 1]
    return np.asarray(owed.sum(axis=1))
