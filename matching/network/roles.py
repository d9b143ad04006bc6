"""Brokerage: Gould and Fernandez' five roles, and betweenness centrality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.network.graph import Network, neighbour_counts_by_group
from matching.types import Array

EXACT_UP_TO = 1_000
PIVOTS = 256
_BATCH = 64


@dataclass(frozen=True, slots=True)
class BrokerageRoles:
    """Open triads each person brokers, (n,) each: pairs of their partners who did not meet, by groups.

    coordinator: all three of one group. consultant: both partners of one group, the broker of another.
    gatekeeper, representative: one partner is of the broker's group; meetings have no direction, so the two
    are equal. liaison: three groups.
    """

    coordinator: Array
    consultant: Array
    gatekeeper: Array
    representative: Array
    liaison: Array

    @property
    def pairs(self) -> Array:
        """All brokered pairs, each once."""
        return self.coordinator + self.consultant + self.gatekeeper + self.liaison

    @property
    def cross_group_pairs(self) -> Array:
        """Brokered pairs of two different groups."""
        return self.gatekeeper + self.liaison


def brokerage_roles(network: Network, groups: Array, group_count: int) -> BrokerageRoles:
    """The five brokerage roles of every person (Gould and Fernandez, Sociological Methodology 19, 1989).

    Each unordered pair counts once; in a symmetric directed network coordinator, consultant and liaison are
    twice these. All pairs of partners are counted by group, then closed triads (triangles) are subtracted.

    >>> from matching.network.graph import build_network
    >>> path = build_network([1, 2, 3], [(1, 2), (2, 3)])
    >>> brokerage_roles(path, np.array([0, 0, 1]), 2).gatekeeper.tolist()
    [0, 1, 0]
    """
    n = network.people
    partners = neighbour_counts_by_group(network, groups, group_count)
    own = partners[np.arange(n), groups] if n else np.zeros(0, np.int64)
    others = partners.sum(axis=1) - own
    same_group = partners * (partners - 1) // 2
    coordinator = own * (own - 1) // 2
    consultant = same_group.sum(axis=1) - coordinator
    boundary = own * others
    liaison = others * (others - 1) // 2 - consultant

    corners = _triangles(network)
    for shift in range(3):
        broker, a, b = (corners[:, (shift + step) % 3] for step in range(3))
        own_group, one, two = groups[broker], groups[a], groups[b]
        same = one == two
        inside = (one == own_group) | (two == own_group)
        for count, of in (
            (coordinator, same & inside),
            (consultant, same & ~inside),
            (boundary, ~same & inside),
            (liaison, ~same & ~inside),
        ):
            count -= np.bincount(broker[of], minlength=n)
    return BrokerageRoles(coordinator, consultant, boundary, boundary, liaison)


def _triangles(network: Network) -> Array:
    """All triangles as rows, each once, (t, 3).

    Edges are oriented towards the higher degree (ties by row), so out-degrees are at most sqrt(2m) (the
    compact-forward algorithm; Latapy, Theoretical Computer Science 407, 2008).
    """
    n, degree = network.people, network.degree
    rank = np.empty(n, np.int64)
    rank[np.lexsort((np.arange(n), degree))] = np.arange(n)
    swap = rank[network.pair_left] > rank[network.pair_right]
    low = np.where(swap, network.pair_right, network.pair_left)
    high = np.where(swap, network.pair_left, network.pair_right)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    out = np.bincount(low, minlength=n)
    start = np.concatenate([[0], np.cumsum(out)[:-1]]).astype(np.int64) if n else out
    later = start[low] + out[low] - np.arange(len(low)) - 1  # pairs of the same person after this one
    one = np.repeat(np.arange(len(low)), later)
    two = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
    a, b = high[one], high[two]
    wanted = np.minimum(a, b) * n + np.maximum(a, b)
    met = network.pair_left * n + network.pair_right  # ascending: pairs are sorted
    at = np.searchsorted(met, wanted)
    closed = at < len(met)
    closed[closed] = met[at[closed]] == wanted[closed]
    return np.asarray(np.stack([low[one], a, b], axis=1)[closed])


def betweenness(network: Network, *, seed: int, exact_up_to: int = EXACT_UP_TO, pivots: int = PIVOTS) -> Array:
    """Normalised betweenness centrality of each person, in [0, 1], (n,).

    Brandes' accumulation (Journal of Mathematical Sociology 25, 2001) from blocks of sources as sparse-dense
    products. Above `exact_up_to` people it is an unbiased estimate from `pivots` sources drawn without
    replacement (Brandes and Pich, International Journal of Bifurcation and Chaos 17, 2007).

    >>> from matching.network.graph import build_network
    >>> betweenness(build_network([1, 2, 3], [(1, 2), (2, 3)]), seed=0).round(4).tolist()
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
    """Sum of the dependencies of these sources on each person (Brandes, 2001), (n,)."""
    n, columns = adjacency.shape[0], np.arange(len(sources))
    paths = np.zeros((n, len(sources)))
    paths[sources, columns] = 1.0
    reached = paths > 0
    fronts = [reached.copy()]
    front = paths.copy()
    while True:
        front = adjacency @ front
        front[reached] = 0.0
        new = front > 0
        if not new.any():
            break
        reached |= new
        paths += front
        fronts.append(new)
    inverse = np.divide(1.0, paths, out=np.zeros_like(paths), where=reached)
    dependency = np.zeros_like(paths)
    for level in range(len(fronts) - 1, 1, -1):
        share = (1.0 + dependency) * inverse * fronts[level]
        dependency += (adjacency @ share) * paths * fronts[level - 1]
    return np.asarray(dependency.sum(axis=1))
