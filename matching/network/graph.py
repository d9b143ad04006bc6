"""The network of people who met: how dense it is, whom it leaves out, and what hangs together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from matching.errors import BadTie, DuplicatePerson, UnknownPerson
from matching.types import Array


@dataclass(frozen=True, slots=True)
class Network:
    """Who met whom, as rows of `ids` (ascending).

    `left`, `right` (m,): the meetings, lower row first; two who met twice stand there twice.
    `first`, `second`: the pairs, each once, in order.
    """

    ids: Array
    left: Array
    right: Array
    first: Array
    second: Array

    @property
    def people(self) -> int:
        return len(self.ids)

    @property
    def degree(self) -> Array:
        """Different people each one met, (n,).

        >>> network_of([7, 8, 9], [(7, 8), (8, 7), (8, 9)]).degree.tolist()
        [1, 2, 1]
        """
        return np.bincount(np.concatenate([self.first, self.second]), minlength=self.people)

    @property
    def adjacency(self) -> sp.csr_matrix:
        """Symmetric (n, n) of ones, float64."""
        rows = np.concatenate([self.first, self.second])
        columns = np.concatenate([self.second, self.first])
        shape = (self.people, self.people)
        return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def network_of(ids: Sequence[int], meetings: Iterable[tuple[int, int]]) -> Network:
    """The network of these people and meetings, in any order.

    Refuses DuplicatePerson, UnknownPerson (a meeting of somebody who is not among `ids`) and BadTie
    (somebody who meets herself).

    >>> network_of([3, 1, 2], [(3, 1), (1, 3)]).left.tolist()
    [0, 0]
    """
    people = np.unique(np.asarray(list(ids), np.int64))
    if len(people) != len(ids):
        raise DuplicatePerson("network: somebody is listed twice")
    ends = np.asarray(list(meetings), np.int64).reshape(-1, 2)
    rows = np.searchsorted(people, ends)
    if ends.size:
        known = rows < len(people)
        known[known] = people[rows[known]] == ends[known]
        if not known.all():
            raise UnknownPerson(f"network: nobody has the id {ends[~known][0]}")
    if (rows[:, 0] == rows[:, 1]).any():
        alone = ends[rows[:, 0] == rows[:, 1]][0, 0]
        raise BadTie(f"network: {alone} cannot meet herself")
    rows.sort(axis=1)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    pairs = np.unique(rows, axis=0)
    return Network(people, rows[:, 0], rows[:, 1], pairs[:, 0], pairs[:, 1])


def density(network: Network) -> float:
    """Pairs who met, of all pairs there are; 0 for fewer than two people.

    >>> density(network_of([1, 2, 3], [(1, 2)]))
    0.3333333333333333
    """
    n = network.people
    return 2 * len(network.first) / (n * (n - 1)) if n > 1 else 0.0


def degree_centralisation(network: Network) -> float:
    """How far the network is one star: 1 for a star, 0 where all met equally many (Freeman, Social
    Networks 1, 1978). 0 for fewer than three people.

    >>> degree_centralisation(network_of([1, 2, 3, 4], [(1, 2), (1, 3), (1, 4)]))
    1.0
    """
    n = network.people
    if n < 3:
        return 0.0
    degree = network.degree
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2)))


def isolates(network: Network) -> Array:
    """Rows of the people who met nobody, ascending.

    >>> isolates(network_of([1, 2, 3], [(1, 2)])).tolist()
    [2]
    """
    return np.flatnonzero(network.degree == 0)


def component_sizes(network: Network) -> Array:
    """People in each connected part, the largest first; an isolate is a part of one.

    >>> component_sizes(network_of([1, 2, 3, 4], [(1, 2), (2, 3)])).tolist()
    [3, 1]
    """
    if not network.people:
        return np.zeros(0, np.int64)
    _, part = connected_components(network.adjacency, directed=False)
    return np.sort(np.bincount(part))[::-1]


def neighbours_in_groups(network: Network, groups: Array, size: int) -> Array:
    """How many different people of each group each one met, (n, size).

    >>> neighbours_in_groups(network_of([1, 2, 3], [(1, 2), (1, 3)]), np.array([0, 1, 1]), 2).tolist()
    [[0, 2], [1, 0], [1, 0]]
    """
    codes = np.concatenate(
        [network.first * size + groups[network.second], network.second * size + groups[network.first]]
    )
    return np.bincount(codes, minlength=network.people * size).reshape(network.people, size)
