"""Re-ranking of balanced weights into lists: diversity, exposure caps, and exploration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.policy import MatchingPolicy
from matching.types import Array

FullRows = Callable[[Array], tuple[Array, Array]]
"""Rows of people (k,) -> their mu and log odds with everybody, (k, n) each; mu is 0 for excluded pairs."""
BLOCK_ROWS = 128
DRAWN_FROM = 5
SORTED_ROWS = 4096
"""Whose candidates are sorted at once."""


@dataclass(frozen=True, slots=True)
class Shortlists:
    """The best candidates of each row, best first.

    others: (n, w) rows of people, -1 where empty; relevance: ln mu, -inf where empty; score: the
    log odds of the row's owner accepting.
    """

    others: Array
    relevance: Array
    score: Array


@dataclass(frozen=True, slots=True)
class RankedLists:
    """The recommended lists, (n, list_size) each.

    others: rows of people, -1 where empty; score: the log odds of the owner accepting, by which the
    list is ordered, exploratory entries last; propensity: the probability with which the entry was selected;
    exploratory: bool, the drawn entries.
    """

    others: Array
    score: Array
    propensity: Array
    exploratory: Array


def make_shortlists(
    left: Array, right: Array, weights: Array, score: Array, groups: Array, policy: MatchingPolicy
) -> Shortlists:
    """Per row the `shortlist` best by weight, and at least the `list_size` best of other constituencies.

    left, right, weights, score: (m,) of candidate pairs; groups: (n,). Ties are broken by row; pairs without
    weight are dropped.

    >>> left, right = np.array([0, 0, 1]), np.array([1, 2, 0])
    >>> weights = np.array([1.0, 2.0, 0.0])
    >>> make_shortlists(left, right, weights, weights, np.zeros(3, int), MatchingPolicy()).others.tolist()
    [[2, 1], [-1, -1], [-1, -1]]
    """
    people = len(groups)
    width = min(policy.shortlist + policy.list_size, int(np.bincount(left).max(initial=0)))
    others = np.full((people, width), -1, np.int32)
    relevance, scores = np.full(others.shape, -np.inf), np.zeros(others.shape)
    widest = 0
    for these in _by_rows(left, people):
        these = these[weights[these] > 0]
        is_sorted = ((np.diff(left[these]) != 0) | (np.diff(right[these]) > 0)).all()
        by_right = () if is_sorted else (right[these],)  # which costs a third of the time
        these = these[np.lexsort((*by_right, -weights[these], left[these]))]
        external = groups[left[these]] != groups[right[these]]
        row = left[these]
        first = np.searchsorted(row, row)
        before = np.cumsum(external) - external
        keep = (np.arange(len(row)) - first < policy.shortlist) | (
            external & (before - before[first] < policy.list_size)
        )
        these, row = these[keep], row[keep]
        position = np.arange(len(row)) - np.searchsorted(row, row)
        widest = max(widest, int(position.max(initial=-1)) + 1)
        others[row, position], scores[row, position] = right[these], score[these]
        relevance[row, position] = np.log(weights[these])
    return Shortlists(*(np.ascontiguousarray(table[:, :widest]) for table in (others, relevance, scores)))


def exposure_caps(capacity: Array, policy: MatchingPolicy) -> Array:
    """The most lists each may be in, (n,): floor(exposure_cap x capacity), at least 1 with any capacity.

    >>> exposure_caps(np.array([0.0, 1.0, 5.0]), MatchingPolicy()).tolist()
    [0, 2, 12]
    """
    return np.where(capacity > 0, np.maximum(1, np.floor(policy.exposure_cap * capacity)), 0).astype(np.int64)


def scale_relevance(relevance: Array) -> Array:
    """ln mu (n, w) of each row, min-max scaled to [0, 1]; -inf becomes 0.

    >>> scale_relevance(np.array([[3.0, 1.0, -np.inf], [2.0, -np.inf, -np.inf]])).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    finite = np.isfinite(relevance)
    best = np.where(finite, relevance, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    worst = np.where(finite, relevance, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    span = np.where(best > worst, best - worst, 1.0)
    start = np.where(best > worst, worst, best - 1)
    shifted = np.where(finite, relevance, 0) - np.where(np.isfinite(start), start, 0)
    return np.where(finite, shifted / span, 0.0)


def make_lists(
    shortlists: Shortlists,
    rows: Array,
    ids: Array,
    groups: Array,
    caps: Array,
    exposure: Array,
    policy: MatchingPolicy,
    full_rows: FullRows | None = None,
) -> RankedLists:
    """Lists of the people `rows`, filled position by position for all at once, by greedy xQuAD (Santos et
    al., WWW 2010): relevance x (1 - variety + variety / 2^(entries of that constituency listed already)).

    ids, groups, caps, exposure: (n,); `exposure` counts the lists each is already in and is not changed.
    `least_other` entries are reserved for other constituencies first, from the shortlist, then from
    `full_rows`. No person exceeds their cap: the pair of larger weight wins, and lists shorten rather than
    exceed one. The last `exploratory_share` of a list is drawn uniformly from the DRAWN_FROM best that are
    left of the shortlist beyond its first `list_size`, by a hash of (seed, ids).

    >>> short = Shortlists(np.array([[1], [0]]), np.zeros((2, 1)), np.ones((2, 1)))
    >>> policy, rows = MatchingPolicy(list_size=2, least_other=0, exploratory_share=0), np.arange(2)
    >>> make_lists(short, rows, rows, rows * 0, rows + 5, rows * 0, policy).others.tolist()
    [[1, -1], [0, -1]]
    """
    ranker = _GreedyRanker(shortlists, rows, groups, caps, exposure.copy(), policy)
    ranker.reserve()
    if full_rows is not None:
        ranker.reserve_beyond_shortlists(full_rows)
    for position in range(policy.list_size):
        if position >= ranker.regular:
            ranker.explore(position, ids)
        ranker.fill(position)
    return ranker.lists()


def extend_lists(lists: RankedLists, left: Array, right: Array, score: Array, further: int) -> RankedLists:
    """The lists with up to `further` more entries each, in the order of `score`: what is shown where the
    contact policy lets an entry of the list itself not be shown.

    left: (m,) lines of the lists; right: rows of people; score: (m,) log odds of the owner accepting. Nobody
    is listed twice; ties are broken by row. Caps and quotas are not asked: the lists themselves keep them.

    >>> one = np.ones((1, 1))
    >>> lists = RankedLists(np.array([[2]]), one, one, one < 0)
    >>> right, score = np.array([1, 2, 3]), np.array([0.1, 0.9, 0.5])
    >>> extend_lists(lists, np.zeros(3, int), right, score, 2).others.tolist()
    [[2, 3, 1]]
    """
    if not further:
        return lists
    shape = (len(lists.others), further)
    others, scores = np.full(shape, -1, lists.others.dtype), np.zeros(shape)
    for these in _by_rows(left, len(lists.others)):
        these = these[~(lists.others[left[these]] == right[these][:, None]).any(axis=1)]
        these = these[np.lexsort((right[these], -score[these], left[these]))]
        row = left[these]
        position = np.arange(len(row)) - np.searchsorted(row, row)
        kept = position < further
        others[row[kept], position[kept]] = right[these[kept]]
        scores[row[kept], position[kept]] = score[these[kept]]
    return RankedLists(
        np.hstack([lists.others, others]),
        np.hstack([lists.score, scores]),
        np.hstack([lists.propensity, np.ones(shape)]),
        np.hstack([lists.exploratory, np.zeros(shape, bool)]),
    )


def _by_rows(left: Array, rows: int) -> Iterator[Array]:
    """The positions of the pairs of a few rows at a time: sorting all at once takes as much memory again.

    >>> [positions.tolist() for positions in _by_rows(np.array([1, 0, 1]), 2)]
    [[1, 0, 2]]
    """
    order = np.argsort(left, kind="stable") if (np.diff(left) < 0).any() else None
    ends = np.searchsorted(left, np.arange(0, rows + SORTED_ROWS, SORTED_ROWS), sorter=order)
    for start, end in pairwise(ends):
        yield np.arange(start, end) if order is None else order[start:end]


def exploration_draw(seed: int, owners: Array, others: Array) -> Array:
    """A pseudo-random uint64 for each pair of ids by SplitMix64 (Steele et al., OOPSLA 2014), the same
    whoever else takes part.

    >>> one, again = (exploration_draw(0, np.array([1]), np.array([2])) for _ in range(2))
    >>> bool((one == again).all())
    True
    """
    with np.errstate(over="ignore"):
        value = np.uint64(seed % 2**63) * np.uint64(0x9E3779B97F4A7C15) + owners.astype(np.uint64)
        for mix in (others.astype(np.uint64), np.uint64(0)):
            value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            value = (value ^ (value >> np.uint64(31))) + mix
    return np.asarray(value)


class _GreedyRanker:
    """The state of the greedy: each row's candidates, reservations and entries, and everybody's exposure.

    A reserved candidate counts in `exposure` at once and is later placed by its value like any other.
    """

    def __init__(
        self, s: Shortlists, rows: Array, groups: Array, caps: Array, exposure: Array, policy: MatchingPolicy
    ) -> None:
        self.policy, self.groups, self.caps, self.exposure = policy, groups, caps, exposure
        self.rows, self.width = rows, s.others.shape[1]
        self.regular = policy.list_size - int(policy.list_size * policy.exploratory_share + 1e-9)
        self.max_reserved = min(policy.least_other, self.regular)
        # The columns after the shortlist hold reservations from beyond it, at the lowest relevance.
        padding = ((0, 0), (0, self.max_reserved))
        self.others = np.pad(s.others[rows], padding, constant_values=-1)
        self.weight = np.pad(s.relevance[rows], padding, constant_values=-np.inf)
        self.score = np.pad(s.score[rows], padding)
        self.relevance = scale_relevance(self.weight)
        self.free = self.others >= 0
        self.group = np.where(self.free, groups[self.others], 0)
        self.external = self.free & (self.group != groups[rows][:, None])
        self.reserved = np.zeros_like(self.free)
        self.count = np.zeros((len(rows), int(groups.max(initial=0)) + 1), np.int64)
        self.external_count = np.zeros(len(rows), np.int64)
        shape = (len(rows), policy.list_size)
        self.chosen = np.full(shape, -1, np.int64)
        self.propensity, self.exploratory = np.ones(shape), np.zeros(shape, bool)

    def reserve(self) -> None:
        """Reserve the best candidates of other constituencies for every row, one per round."""
        for _ in range(self.max_reserved):
            waiting = np.arange(len(self.rows))
            while waiting.size:
                allowed = self.available(waiting) & self.external[waiting]
                waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
                pick = self.best(waiting, allowed)
                won = self.resolve_conflicts(waiting, pick)
                row, entry = waiting[won], pick[won]
                self.reserved[row, entry] = True
                np.add.at(self.exposure, self.others[row, entry], 1)
                self.count[row, self.group[row, entry]] += 1
                waiting = np.delete(waiting, won)
        self.count[:] = 0

    def reserve_beyond_shortlists(self, full_rows: FullRows) -> None:
        """For rows whose shortlist was not enough, reserve the best of all people below their cap."""
        short = np.flatnonzero(self.reserved.sum(axis=1) < self.max_reserved)
        for start in range(0, len(short), BLOCK_ROWS):
            block = short[start : start + BLOCK_ROWS]
            below_cap = np.bincount(self.groups[self.exposure < self.caps], minlength=self.count.shape[1])
            block = block[below_cap.sum() > below_cap[self.groups[self.rows[block]]]]
            if block.size:
                for row, weight, score in zip(block.tolist(), *full_rows(self.rows[block]), strict=True):
                    self.reserve_best(row, weight, score)

    def reserve_best(self, row: int, weight: Array, score: Array) -> None:
        """Reserve for one row the heaviest available people of other constituencies; weight, score: (n,)."""
        allowed = (weight > 0) & (self.exposure < self.caps) & (self.groups != self.groups[self.rows[row]])
        allowed[self.others[row, self.reserved[row]]] = False
        who = np.flatnonzero(allowed)
        who = who[np.argsort(-weight[who], kind="stable")][: self.max_reserved - int(self.reserved[row].sum())]
        entry = slice(self.width, self.width + len(who))
        self.others[row, entry], self.group[row, entry] = who, self.groups[who]
        self.weight[row, entry], self.score[row, entry] = np.log(weight[who]), score[who]
        self.free[row, entry] = self.external[row, entry] = self.reserved[row, entry] = True
        self.exposure[who] += 1

    def available(self, at: Array) -> Array:
        """The candidates of rows `at` that are neither listed nor reserved nor at their cap."""
        below_cap = self.exposure[self.others[at]] < self.caps[self.others[at]]
        return np.asarray(self.free[at] & ~self.reserved[at] & below_cap)

    def eligible(self, at: Array, position: int) -> Array:
        """The candidates of rows `at` for this position: reserved and available ones; reserved ones alone
        once they need all regular positions left, external ones once the quota needs all positions left."""
        reserved, available = self.reserved[at] & self.free[at], self.available(at)
        only_reserved = reserved.sum(axis=1) >= max(1, self.regular - position)
        free = reserved | (available & ~only_reserved[:, None])
        missing = self.policy.least_other - self.external_count[at]
        only_external = (missing >= self.policy.list_size - position) & (free & self.external[at]).any(axis=1)
        return np.asarray(np.where(only_external[:, None], free & self.external[at], free))

    def best(self, waiting: Array, allowed: Array) -> Array:
        """The allowed candidate of the highest xQuAD value of each row."""
        novelty = self.relevance[waiting] * 0.5 ** self.count[waiting[:, None], self.group[waiting]]
        value = (1 - self.policy.variety) * self.relevance[waiting] + self.policy.variety * novelty
        return np.asarray(np.argmax(np.where(allowed, value, -np.inf), axis=1))

    def fill(self, position: int) -> None:
        """Fill this position of every row that has none there yet, by value."""
        waiting = np.flatnonzero(self.chosen[:, position] < 0)
        while waiting.size and self.others.shape[1]:
            allowed = self.eligible(waiting, position)
            waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
            pick = self.best(waiting, allowed)
            won = self.resolve_conflicts(waiting, pick)
            self.assign(waiting[won], pick[won], position)
            waiting = np.delete(waiting, won)

    def explore(self, position: int, ids: Array) -> None:
        """Draw this position from the DRAWN_FROM best that are left of the shortlist beyond its first
        `list_size`, if any: most of those further behind would be a place lost."""
        waiting, beyond = np.arange(len(self.rows)), np.arange(self.others.shape[1]) >= self.policy.list_size
        draw = exploration_draw(self.policy.seed, ids[self.rows][:, None], ids[self.others])
        while waiting.size and beyond.any():
            allowed = self.eligible(waiting, position) & beyond
            allowed &= np.cumsum(allowed, axis=1) <= DRAWN_FROM
            waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
            pick = np.argmin(np.where(allowed, draw[waiting] >> np.uint64(1), np.uint64(2**63)), axis=1)
            won = self.resolve_conflicts(waiting, pick)
            self.assign(waiting[won], pick[won], position)
            self.propensity[waiting[won], position] = 1 / allowed[won].sum(axis=1)
            self.exploratory[waiting[won], position] = True
            waiting = np.delete(waiting, won)

    def resolve_conflicts(self, waiting: Array, pick: Array) -> Array:
        """The indices whose pick succeeds: all reserved ones, and per person the heaviest pairs, as many
        as the cap allows."""
        reserved = self.reserved[waiting, pick]
        rival = np.flatnonzero(~reserved)
        wanted, weight = self.others[waiting, pick][rival], self.weight[waiting, pick][rival]
        order = np.lexsort((waiting[rival], -weight, wanted))
        wanted = wanted[order]
        queue = np.arange(len(order)) - np.searchsorted(wanted, wanted)
        winners = rival[order[queue < (self.caps - self.exposure)[wanted]]]
        return np.concatenate([np.flatnonzero(reserved), winners])

    def assign(self, row: Array, pick: Array, position: int) -> None:
        """Put the picks in the lists and count them."""
        new = ~self.reserved[row, pick]
        self.free[row, pick] = False
        self.chosen[row, position] = pick
        np.add.at(self.exposure, self.others[row, pick][new], 1)
        self.count[row, self.group[row, pick]] += 1
        self.external_count[row] += self.external[row, pick]

    def lists(self) -> RankedLists:
        """The lists by the owner's score, exploratory entries after the others and empty positions last."""
        empty = self.chosen < 0
        score = np.zeros(self.chosen.shape)
        if self.others.shape[1]:
            score = np.take_along_axis(self.score, np.maximum(self.chosen, 0), axis=1)
        order = np.lexsort((-score, self.exploratory, empty), axis=1)
        pick = np.take_along_axis(self.chosen, order, axis=1)
        filled = pick >= 0
        at = np.maximum(pick, 0)
        if not self.others.shape[1]:
            return RankedLists(pick, np.zeros(pick.shape), self.propensity, self.exploratory)
        return RankedLists(
            others=np.where(filled, np.take_along_axis(self.others, at, axis=1), -1),
            score=np.where(filled, np.take_along_axis(self.score, at, axis=1), 0.0),
            propensity=np.take_along_axis(self.propensity, order, axis=1),
            exploratory=np.take_along_axis(self.exploratory, order, axis=1),
        )
