"""Candidate generation: the best of each row by centred score, and of each other constituency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.policy import Policy
from matching.recommend.blocks import blocks_of, strips_of
from matching.recommend.parallel import parallel_map
from matching.recommend.scoring import Scorer, reciprocal_score, score_tiles
from matching.recommend.unmet import BestAnswers
from matching.types import Array

LEAST = np.float32(-2)
"""Below the key of any pair: scores and their means lie in [0, 1]."""
EARLY, SPARE = 4, 4
"""Kept beyond what is asked for: so many times as many while means are of one block, and so many always."""


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Candidate pairs sorted by (left, right), symmetric: with (i, j) comes (j, i).

    left, right: (m,) rows, int32; log_odds: (m,) of the left accepting the right, float32; score: (m,)
    reciprocal scores, float64; mean_scores: (n,) each person's mean reciprocal score.
    """

    left: Array
    right: Array
    log_odds: Array
    score: Array
    mean_scores: Array

    @property
    def starts(self) -> Array:
        """The row pointers (n + 1,), as of a CSR matrix."""
        return np.searchsorted(self.left, np.arange(len(self.mean_scores) + 1))

    def log_odds_of(self, left: Array, right: Array) -> Array:
        """Those of the pairs left[k], right[k], float64 (k,); NaN for who is no candidate."""
        keys, wanted = (self._keys(*ends) for ends in ((self.left, self.right), (left, right)))
        found = np.full(len(wanted), np.nan)
        if keys.size:
            at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
            found = np.where(keys[at] == wanted, self.log_odds[at].astype(float), found)
        return found

    def _keys(self, left: Array, right: Array) -> Array:
        return left.astype(np.int64) * len(self.mean_scores) + right


@dataclass(frozen=True, slots=True)
class _Entries:
    """Candidates of the people of one block: row (m,) in the block, column (m,) of all people, their
    reciprocal score, and the log odds of the row accepting the column and in reverse."""

    row: Array
    column: Array
    score: Array
    forward: Array
    backward: Array

    @classmethod
    def joined(cls, parts: list[_Entries]) -> _Entries:
        """All of the parts, in order."""
        return cls(*(np.concatenate([getattr(e, name) for e in parts]) for name in cls.__slots__))

    def __getitem__(self, at: Array) -> _Entries:
        return _Entries(*(getattr(self, name)[at] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Found:
    """What one tile adds: of each block in it the sums of scores (len block,), new entries, and the bounds
    they were found by."""

    block: slice
    sums: Array
    bounds: Array
    entries: _Entries


class CandidatePool:
    """The best of each person among the tiles taken in so far; what is kept is linear in the people.

    Scores are centred by means with the blocks so far until all tiles are in. More than asked for are kept by
    these, five times as many by those of one block alone, and chosen from by the means of all. With one block
    both are the same. Tiles are searched by the bounds known when the first of their block began, so that it
    does not matter in which order threads end.
    """

    def __init__(self, groups: Array, policy: Policy) -> None:
        people = len(groups)
        self.groups, self.number = groups, int(groups.max(initial=0)) + 1
        self.pool, self.each_other = policy.pool, policy.pool_each_other
        self.blocks = blocks_of(people)
        self.sums = np.zeros(people)
        self.means = np.zeros(people, np.float32)
        self.bounds = np.full((people, self.number), LEAST)
        self.searched = self.bounds.copy()
        self.kept: list[list[_Entries]] = [[] for _ in self.blocks]
        self.most = [0 for _ in self.blocks]

    def search(self, i: slice, j: slice, forward: Array, backward: Array) -> list[_Found]:
        """What the tile of blocks i and j adds, by their log odds (len i, len j): for `add`.

        Any thread may search once the first tile, of the first block with itself, has been added, and the
        first block's tiles before others.
        """
        score = np.empty_like(forward)
        for strip in strips_of(len(score)):
            score[strip] = reciprocal_score(forward[strip], backward[strip])
        across, down = score.sum(axis=1), score.sum(axis=0)
        if i == self.blocks[0]:  # no mean is known yet but this tile's
            self.means[j] = down / max(1, len(score) - (i == j))
        found = [_Found(i, across, *self._best(i, j, score, forward, backward))]
        if i != j:
            found.append(_Found(j, down, *self._best(j, i, score.T, backward.T, forward.T)))
        return found

    def _best(
        self, rows: slice, columns: slice, score: Array, forward: Array, backward: Array
    ) -> tuple[Array, _Entries]:
        """The bounds of rows, (len rows, groups), and the entries above them."""
        bounds = self.searched[rows]
        means, group = self.means[columns], self.groups[columns]
        lowest = bounds
        if not (bounds > LEAST).any():  # rows that know no bounds yet get those of this tile alone
            key = np.where(score > 0, score - means, LEAST)
            bounds = self._bounds(rows, lambda one: key if one is None else key[:, group == one])
            lowest = np.nextafter(bounds, LEAST)
        # Products with a one-hot matrix give each pair the bound of its column's group.
        of_group = (group[:, None] == np.arange(self.number)).astype(np.float32)
        if score.flags.c_contiguous:
            row, column = _positions(score, lambda strip: score[strip] - means > lowest[strip] @ of_group.T)
        else:  # a tile turned round, read in the order of memory
            turned = score.T
            column, row = _positions(
                turned, lambda strip: turned[strip] - means[strip, None] > of_group[strip] @ lowest.T
            )
        people = np.arange(len(self.groups), dtype=np.int32)[columns]
        values = (matrix[row, column] for matrix in (score, forward, backward))
        return bounds, _Entries(row.astype(np.uint16), people[column], *values)

    def _bounds(self, rows: slice, keys_of: Callable[[int | None], Array]) -> Array:
        """The key of the last that is kept of each group, (len rows, groups); keys_of: the rows' keys (len
        rows, any) of people of a group, of all for None.

        Who stands in an early block is compared by means of few people and keeps more.
        """
        own, spare = self.groups[rows], 1 + EARLY * (rows.start + 1) ** -0.5
        overall = _kth_largest(keys_of(None), int(self.pool * spare) + SPARE)
        bounds = np.repeat(overall[:, None], self.number, axis=1)
        for group in range(self.number) if self.each_other else ():
            last = _kth_largest(keys_of(group), int(self.each_other * spare) + SPARE)
            bounds[:, group] = np.where(own == group, overall, np.minimum(overall, last))
        return bounds

    def add(self, found: list[_Found]) -> None:
        """Take in what a tile adds; in the order of the tiles, so that ties fall alike on any machine."""
        for one in found:
            block = one.block.start
            self.sums[one.block] += one.sums
            self.bounds[one.block] = np.maximum(self.bounds[one.block], one.bounds)
            kept = self.kept[block]
            kept.append(one.entries)
            size = sum(len(entries.row) for entries in kept)
            if len(kept) == 1:
                self.most[block] = 2 * size
            elif size > self.most[block]:
                self._prune(one.block)
        if found[-1].block == self.blocks[-1]:  # the last tile of a block with the later ones
            self._renew_means(found[0].block.start)

    def _renew_means(self, done: int) -> None:
        """Means with all people for blocks up to number `done`, with the people of these for later ones."""
        people = len(self.groups)
        self.searched = self.bounds.copy()
        seen = sum(len(range(*block.indices(people))) for block in self.blocks[: done + 1])
        for number, block in enumerate(self.blocks):
            others = people - 1 if number <= done else seen
            self.means[block] = self.sums[block] / max(1, others)

    def _prune(self, block: slice) -> None:
        entries, own = _Entries.joined(self.kept[block.start]), self.groups[block]
        key, group = entries.score - self.means[entries.column], self.groups[entries.column]

        def keys_of(one: int | None) -> Array:
            these = slice(None) if one is None else group == one
            return _by_row(entries.row[these], key[these], len(own))

        bounds = self._bounds(block, keys_of)
        self.bounds[block] = bounds
        entries = entries[key >= bounds[entries.row, group]]
        self.kept[block.start], self.most[block.start] = [entries], 2 * len(entries.row)

    def pairs(self) -> CandidatePairs:
        """The candidates, once all tiles are in."""
        people = len(self.groups)
        means = (self.sums / max(1, people - 1)).astype(np.float32)

        def choose(block: slice) -> _Entries:
            entries = _Entries.joined(self.kept[block.start])
            self.kept[block.start] = []
            chosen = entries[self._chosen(entries, means, self.groups[block])]
            row = np.arange(people, dtype=np.int32)[block][chosen.row]
            return _Entries(row, chosen.column, chosen.score, chosen.forward, chosen.backward)

        none = _Entries(*(np.zeros(0, kind) for kind in (np.int32, np.int32, *(np.float32,) * 3)))
        chosen = _Entries.joined([none, *parallel_map(choose, self.blocks)])
        return _symmetric(chosen, means)

    def _chosen(self, entries: _Entries, means: Array, own: Array) -> Array:
        """The positions of the `pool` best of each row and of the `each_other` best of each other group."""
        group = self.groups[entries.column]
        key = (entries.score - means[entries.column]).astype(np.float64)
        order = np.lexsort((entries.column, -key, entries.row))
        row, group = entries.row[order].astype(np.int64), group[order]
        kept = _rank(row) < self.pool
        if self.each_other:
            kept |= (group != own[row]) & (_rank(row * self.number + group) < self.each_other)
        return np.asarray(order[kept])


def _symmetric(chosen: _Entries, means: Array) -> CandidatePairs:
    """The candidates chosen by either side, of both."""
    left, right = (
        np.concatenate(ends) for ends in ((chosen.row, chosen.column), (chosen.column, chosen.row))
    )
    order = np.lexsort((right, left))
    new = (np.diff(left[order], prepend=-1) != 0) | (np.diff(right[order], prepend=-1) != 0)
    order = order[new]
    forward, backward = (
        np.concatenate(ends)[order]
        for ends in ((chosen.forward, chosen.backward), (chosen.backward, chosen.forward))
    )
    score = reciprocal_score(forward.astype(np.float64), backward.astype(np.float64))
    return CandidatePairs(left[order], right[order], forward, score, means)


def score_candidates(
    scorer: Scorer,
    groups: Array,
    exclusion_mask: Callable[[slice, slice], Array] | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    best: BestAnswers | None = None,
) -> CandidatePairs:
    """The candidates of everybody, scored tile by tile with no array of all pairs; `exclusion_mask` and
    `best` as for `score_tiles`."""
    pool = CandidatePool(groups, scorer.policy)
    for found in score_tiles(scorer, pool.search, exclusion_mask, on_progress, best):
        pool.add(found)
    return pool.pairs()


def find_candidates(log_odds: Array, groups: Array, policy: Policy) -> CandidatePairs:
    """Per person the `pool` best by h_ij - mean h_j and the `pool_each_other` best of each other
    constituency, made symmetric; of log odds that are known already.

    log_odds: (n, n), -inf for excluded pairs; groups: (n,) codes. Centring limits popularity bias.

    >>> log_odds = np.array([[-np.inf, 3, -1], [3, -np.inf, -2], [-1, -2, -np.inf]], np.float32)
    >>> pairs = find_candidates(log_odds, np.array([0, 0, 1]), Policy(pool=1, pool_each_other=0))
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist()))
    [(0, 1), (0, 2), (1, 0), (2, 0)]
    """
    pool = CandidatePool(groups, policy)
    for first, i in enumerate(pool.blocks):
        for j in pool.blocks[first:]:
            pool.add(pool.search(i, j, log_odds[i, j], log_odds[j, i].T))
    return pool.pairs()


def candidates_of(score: Array, means: Array, groups: Array, own: int, policy: Policy) -> Array:
    """The candidates of one person of group `own`, by the same rule, as sorted rows; score: (n,) of h.

    >>> score = np.array([0.0, 0.9, 0.5, 0.2])
    >>> policy = Policy(pool=1, pool_each_other=1)
    >>> candidates_of(score, np.zeros(4), np.array([0, 0, 1, 1]), 0, policy).tolist()
    [1, 2]
    """
    centred = np.where(score > 0, score - means, -np.inf)[None, :]
    chosen = [_top_k(centred, policy.pool)[:, 1]]
    if policy.pool_each_other:
        for group in range(int(groups.max(initial=0)) + 1):
            members = np.flatnonzero(groups == group)
            if group != own and members.size:
                chosen.append(members[_top_k(centred[:, members], policy.pool_each_other)[:, 1]])
    return np.unique(np.concatenate(chosen))


def _top_k(score: Array, k: int) -> Array:
    """(row, column) of the k largest finite entries of each row."""
    if score.shape[1] > k:
        columns = np.argpartition(score, score.shape[1] - k, axis=1)[:, -k:]
    else:
        columns = np.broadcast_to(np.arange(score.shape[1]), score.shape)
    rows = np.repeat(np.arange(len(score)), columns.shape[1])
    flat = columns.ravel()
    finite = np.isfinite(score[rows, flat])
    return np.column_stack([rows[finite], flat[finite]]).astype(np.int64)


def _positions(score: Array, above: Callable[[slice], Array]) -> tuple[Array, Array]:
    """(rows, columns) of the pairs of a tile that `above` tells, strip by strip, but for excluded ones, whose
    score is 0."""
    found = [np.flatnonzero(above(strip)) + strip.start * score.shape[1] for strip in strips_of(len(score))]
    flat = np.concatenate(found)
    flat = flat[score.ravel()[flat] > 0]
    return np.divmod(flat, score.shape[1])


def _kth_largest(keys: Array, k: int) -> Array:
    """Of each row, (n,); LEAST with fewer than k."""
    if keys.shape[1] < k:
        return np.full(len(keys), LEAST)
    at = keys.shape[1] - k
    return np.asarray(np.partition(keys, at, axis=1)[:, at])


def _by_row(row: Array, key: Array, rows: int) -> Array:
    """The keys of each row side by side, (rows, most of one row), LEAST where a row has fewer."""
    order = np.argsort(row, kind="stable")
    row = row[order]
    count = np.bincount(row, minlength=rows)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((rows, int(count.max(initial=0))), LEAST)
    table[row, rank] = key[order]
    return table


def _rank(of: Array) -> Array:
    """How many of the same value stand before each, (m,).

    >>> _rank(np.array([5, 5, 7, 5])).tolist()
    [0, 1, 0, 2]
    """
    order, count = np.argsort(of, kind="stable"), np.bincount(of)
    rank = np.empty(len(of), np.int64)
    rank[order] = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    return rank
