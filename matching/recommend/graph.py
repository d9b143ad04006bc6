"""The heterogeneous graph of people, topics, sessions, organisations and past ties, and its similarities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import scipy.sparse as sp

from matching.policy import MatchingPolicy
from matching.types import Array, Participant, Tie

Node = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Incidence:
    """The graph as sparse matrices: `people` (n, n) decayed ties; `newest` (n, n) the same pairs, each once
    by the decay of its newest tie; `others` (n, m) links to topics, sessions, organisations and absent
    people; `nodes` names the m columns; `labels`: the label of the newest tie of two ids, the smaller first.
    """

    people: sp.csr_matrix
    newest: sp.csr_matrix
    others: sp.csr_matrix
    nodes: tuple[Node, ...]
    labels: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def without_organisations(self) -> Array:
        """The columns of `others` that are no organisation, bool (m,)."""
        return np.array([kind != "organisation" for kind, _ in self.nodes], bool)


def build_incidence(participants: Sequence[Participant], ties: Sequence[Tie], policy: MatchingPolicy) -> Incidence:
    """The graph of participants sorted by id. A tie weighs weight x decay^age; repeated ties add up, but for
    `newest`; ties between absent people are dropped.

    >>> people = [Participant(1, sessions=frozenset({"A"})), Participant(2)]
    >>> incidence = build_incidence(people, [Tie(2, 1, age_years=1, label="2025")], MatchingPolicy())
    >>> incidence.others.toarray().tolist(), incidence.nodes
    ([[1.0], [0.0]], (('session', 'A'),))
    >>> incidence.people.toarray().tolist(), incidence.labels
    ([[0.0, 0.85], [0.85, 0.0]], {(1, 2): '2025'})
    """
    people, row_of = len(participants), {p.id: k for k, p in enumerate(participants)}
    column_of: defaultdict[Node, int] = defaultdict(count().__next__)
    columns: list[int] = []
    starts = [0]
    for p in participants:
        shared: list[Node] = [("topic", topic) for topic in sorted(p.seeks_topics | p.offers_topics)]
        shared += [("session", session) for session in sorted(p.sessions)]
        if p.organisation:
            shared.append(("organisation", p.organisation))
        columns += map(column_of.__getitem__, shared)
        starts.append(len(columns))
    weights: dict[tuple[int, int], float] = {}
    newest: dict[tuple[int, int], float] = {}
    labels: dict[tuple[int, int], str] = {}
    for tie in sorted(ties, key=lambda t: (t.age_years, t.a, t.b, t.label)):
        if tie.a in row_of or tie.b in row_of:
            ends = (tie.a, tie.b) if tie.a < tie.b else (tie.b, tie.a)
            weights[ends] = weights.get(ends, 0.0) + tie.weight * policy.decay**tie.age_years
            newest.setdefault(ends, policy.decay**tie.age_years)
            labels.setdefault(ends, tie.label)
    among: list[tuple[int, int, float]] = []
    once: list[tuple[int, int, float]] = []
    outside: list[tuple[int, int, float]] = []
    for (a, b), weight in weights.items():
        row, other = row_of.get(a, -1), row_of.get(b, -1)
        if row >= 0 and other >= 0:
            among += [(row, other, weight), (other, row, weight)]
            once += [(row, other, newest[a, b]), (other, row, newest[a, b])]
        else:
            absent: Node = ("person", a if row < 0 else b)
            outside.append((max(row, other), column_of[absent], weight))
    linked = sp.csr_matrix((np.ones(len(columns)), columns, starts), shape=(people, len(column_of)))
    return Incidence(
        people=_sparse(among, (people, people)),
        newest=_sparse(once, (people, people)),
        others=linked + _sparse(outside, linked.shape) if outside else _sorted(linked),
        nodes=tuple(column_of),
        labels=labels,
    )


def _sparse(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> sp.csr_matrix:
    """A matrix of (row, column, value)."""
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return _sorted(sp.csr_matrix((np.array(values, float), (rows, columns)), shape=shape))


def _sorted(matrix: sp.csr_matrix) -> sp.csr_matrix:
    matrix.sort_indices()
    return matrix


def columns_without_hubs(incidence: Incidence, policy: MatchingPolicy) -> tuple[sp.csr_matrix, Array]:
    """People x (others, people) without organisations and hubs, and the damping D = 1/ln(1 + degree).

    A column is a hub above max(crowd_people, crowd_share x people).
    """
    people = incidence.people.shape[0]
    columns = sp.csr_matrix(sp.hstack([incidence.others, incidence.people], format="csr"))
    used = np.bincount(columns.indices, minlength=columns.shape[1])
    keep = used <= max(policy.crowd_people, policy.crowd_share * people)
    keep[: len(incidence.nodes)] &= incidence.without_organisations
    columns.data = np.where(keep[columns.indices], columns.data, np.float32(0))
    columns.eliminate_zeros()
    damping = np.divide(1.0, np.log1p(used), out=np.zeros(len(used)), where=used > 0)
    return columns, damping.astype(np.float32)


def weighted_common_neighbours(columns: sp.csr_matrix, damping: Array) -> sp.csr_matrix:
    """W D Wᵀ, sparse (n, n): common neighbours of every pair, each weighted by its damping.

    With 0/1 weights, damping 1/ln(degree) is Adamic-Adar (Social Networks, 2003), 1/degree is resource
    allocation.

    >>> path = sp.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float))
    >>> weighted_common_neighbours(path, np.array([1, 0.5, 1])).toarray()[0, 2]
    np.float64(0.5)
    """
    return sp.csr_matrix(columns @ sp.diags(damping) @ columns.T)


def adamic_adar(adjacency: sp.csr_matrix) -> sp.csr_matrix:
    """Adamic-Adar of every pair of an unweighted graph: sum over common neighbours of 1/ln(degree).

    >>> path = sp.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float))
    >>> adamic_adar(path).toarray()[0, 2].round(4)  # 1 / ln 2
    np.float64(1.4427)
    """
    degree = np.diff(adjacency.indptr).astype(float)
    return weighted_common_neighbours(
        adjacency, np.divide(1.0, np.log(np.maximum(degree, 1)), where=degree > 1, out=degree * 0)
    )


def adamic_adar_3path(ties: sp.csr_matrix) -> sp.csr_matrix:
    """Adamic-Adar over walks of three ties, B D B D B with D = 1/ln(1 + degree), sparse (n, n).

    Two people who are not tied score for every path a-u-v-b between them: the product of its tie weights,
    damped at u and v. Between the two sides of a bipartite network such odd paths are all there is. `ties`
    (n, n) is symmetric; the degree counts partners.

    >>> path = sp.csr_matrix(np.diag([1.0, 1.0, 1.0], 1) + np.diag([1.0, 1.0, 1.0], -1))
    >>> adamic_adar_3path(path).toarray()[0, 3].round(4)  # 1 / ln(3)^2
    np.float64(0.8285)
    """
    damping = partner_damping(ties)
    return sp.csr_matrix(ties @ damping @ ties @ damping @ ties)


def partner_damping(ties: sp.csr_matrix) -> sp.dia_matrix:
    """D = diag(1/ln(1 + number of partners)), 0 for people with none."""
    degree = np.diff(ties.indptr).astype(ties.dtype)
    return sp.diags(np.divide(1.0, np.log1p(degree), where=degree > 0, out=degree * 0))


def resource_allocation(adjacency: sp.csr_matrix) -> sp.csr_matrix:
    """Resource allocation of every pair: sum over common neighbours of 1/degree (Zhou, Lu, Zhang, 2009).

    >>> path = sp.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float))
    >>> resource_allocation(path).toarray()[0, 2]
    np.float64(0.5)
    """
    degree = np.diff(adjacency.indptr).astype(float)
    return weighted_common_neighbours(adjacency, np.divide(1.0, degree, where=degree > 0, out=degree * 0))


def jaccard(adjacency: sp.csr_matrix) -> sp.csr_matrix:
    """Common neighbours over neighbours of either, for every pair with one in common.

    >>> path = sp.csr_matrix(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float))
    >>> jaccard(path).toarray()[0, 2]
    np.float64(1.0)
    """
    degree = np.diff(adjacency.indptr)
    common = sp.coo_matrix(weighted_common_neighbours(adjacency, np.ones(adjacency.shape[1])))
    common.data = common.data / (degree[common.row] + degree[common.col] - common.data)
    return sp.csr_matrix(common)


def smooth_over_ties(own: Array, ties: sp.csr_matrix) -> Array:
    """Half a person's own vector, half the tie-weighted mean of the partners'; the own without any. (n, d).

    One step of simplified graph convolution (Wu et al., ICML 2019).

    >>> tie = sp.csr_matrix(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], np.float32))
    >>> smooth_over_ties(np.eye(3, dtype=np.float32), tie)[:, :2].tolist()
    [[0.5, 0.5], [0.5, 0.5], [0.0, 0.0]]
    """
    ties = sp.csr_matrix(ties, dtype=own.dtype)
    written = np.any(own != 0, axis=1).astype(own.dtype)
    total = np.asarray(ties @ written)[:, None]
    partners = np.divide(ties @ own, total, out=own.copy(), where=total > 0)
    empty = written[:, None] == 0
    return np.asarray(np.where(empty, partners, 0.5 * own + 0.5 * partners), np.float32)


Shares = Mapping[Node, float]


def neighbour_shares(weighted: sp.csr_matrix, nodes: Sequence[Node], person: int) -> dict[Node, float]:
    """The entries of one row of W D^1/2 by node; `nodes` names its columns.

    >>> neighbour_shares(sp.csr_matrix(np.array([[0.0, 0.5]])), [("topic", "a"), ("session", "b")], 0)
    {('session', 'b'): 0.5}
    """
    row = slice(weighted.indptr[person], weighted.indptr[person + 1])
    entries = zip(weighted.indices[row].tolist(), weighted.data[row].tolist(), strict=True)
    return {nodes[column]: entry for column, entry in entries}


def explain_overlap(mine: Shares, theirs: Shares) -> list[tuple[Node, float]]:
    """The common neighbours of two people and their terms of W D Wᵀ, largest first.

    >>> explain_overlap({("session", "A"): 0.5, ("topic", "B"): 1.0}, {("session", "A"): 2.0})
    [(('session', 'A'), 1.0)]
    """
    shared = [(node, mine[node] * theirs[node]) for node in mine.keys() & theirs.keys()]
    return sorted(shared, key=lambda row: (-row[1], str(row[0])))
