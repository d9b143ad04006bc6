"""The network of people who met: density, centralisation, isolates and connected components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from matching.errors import BadTie, DuplicatePerson, UnknownPerson
from matching.types import Array


@dataclass(frozen=True, slots=True)
class Network:
    """A multigraph of meetings over rows of `ids` (n,), ascending.

    `left`, `right` (m,): endpoints of each meeting, lower row first, sorted; parallel edges are kept.
    `pair_left`, `pair_right` (p,): the distinct pairs, sorted.
    """

    ids: Array
    left: Array
    right: Array
    pair_left: Array
    pair_right: Array

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.ids)

    @property
    def degree(self) -> Array:
        """Distinct partners of each person, (n,).

        >>> build_network([7, 8, 9], [(7, 8), (8, 7), (8, 9)]).degree.tolist()
        [1, 2, 1]
        """
        return np.bincount(np.concatenate([self.pair_left, self.pair_right]), minlength=self.people)

    @property
    def adjacency(self) -> sp.csr_matrix:
        """Symmetric 0/1 matrix (n, n), float64."""
        rows = np.concatenate([self.pair_left, self.pair_right])
        columns = np.concatenate([self.pair_right, self.pair_left])
        shape = (self.people, self.people)
        return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def build_network(ids: Sequence[int], meetings: Iterable[tuple[int, int]]) -> Network:
    """The network of these people and meetings, in any order.

    Raises DuplicatePerson, UnknownPerson (a meeting names an id not in `ids`) and BadTie (a self-loop).

    >>> build_network([3, 1, 2], [(3, 1), (1, 3)]).left.tolist()
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
        person = ends[rows[:, 0] == rows[:, 1]][0, 0]
        raise BadTie(f"network: {person} cannot meet themself")
    rows.sort(axis=1)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    pairs = np.unique(rows, axis=0)
    return Network(people, rows[:, 0], rows[:, 1], pairs[:, 0], pairs[:, 1])


def group_ties(members: Iterable[Sequence[int]]) -> tuple[Array, Array, Array]:
    """(first, second, weight) of groups of k people: k(k-1)/2 ties of 1/(k-1) each.

    So a person's ties weigh 1 in a group of any size, as in a meeting of two.

    >>> first, second, weight = group_ties([[4, 7], [1, 2, 3]])
    >>> first.tolist(), second.tolist(), weight.tolist()
    ([4, 1, 1, 2], [7, 2, 3, 3], [1.0, 0.5, 0.5, 0.5])
    """
    ties = [(*sorted(two), 1 / (len(group) - 1)) for group in members for two in combinations(group, 2)]
    ends = np.array([tie[:2] for tie in ties], np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array([tie[2] for tie in ties], float)


def density(network: Network) -> float:
    """Distinct pairs who met over all pairs; 0 for fewer than two people.

    >>> density(build_network([1, 2, 3], [(1, 2), (2, 3), (1, 3)]))
    1.0
    """
    n = network.people
    return 2 * len(network.pair_left) / (n * (n - 1)) if n > 1 else 0.0


def degree_centralisation(network: Network) -> float:
    """Freeman's degree centralisation (Social Networks 1, 1978): 1 for a star, 0 where all degrees are
    equal or there are fewer than three people.

    >>> degree_centralisation(build_network([1, 2, 3, 4], [(1, 2), (1, 3), (1, 4)]))
    1.0
    """
    n = network.people
    if n < 3:
        return 0.0
    degree = network.degree
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2)))


def isolates(network: Network) -> Array:
    """Rows of people without a meeting, ascending.

    >>> isolates(build_network([1, 2, 3], [(1, 2)])).tolist()
    [2]
    """
    return np.flatnonzero(network.degree == 0)


def component_sizes(network: Network) -> Array:
    """Sizes of the connected components, largest first; an isolate is a component of one.

    >>> component_sizes(build_network([1, 2, 3, 4], [(1, 2), (2, 3)])).tolist()
    [3, 1]
    """
    if not network.people:
        return np.zeros(0, np.int64)
    _, component = connected_components(network.adjacency, directed=False)
    return np.sort(np.bincount(component))[::-1]


def neighbour_counts_by_group(network: Network, groups: Array, group_count: int) -> Array:
    """Distinct partners of each person by their group, (n, group_count); `groups` (n,) codes.

    >>> neighbour_counts_by_group(build_network([1, 2, 3], [(1, 2), (1, 3)]), np.array([0, 1, 1]), 2).tolist()
    [[0, 2], [1, 0], [1, 0]]
    """
    codes = np.concatenate(
        [
            network.pair_left * group_count + groups[network.pair_right],
            network.pair_right * group_count + groups[network.pair_left],
        ]
    )
    return np.bincount(codes, minlength=network.people * group_count).reshape(network.people, group_count)
