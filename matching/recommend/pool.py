"""The best of each person so far, while tiles of all pairs are scored and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from matching.parallel import ParallelMap, thread_map
from matching.policy import MatchingPolicy
from matching.recommend.blocks import blocks_of, length_of, parts_of, strips_of
from matching.recommend.tiles import Tile, Tiles, joined_rows
from matching.recommend.unmet import BestAnswers
from matching.types import Array

LEAST = np.float32(-2)
"""Below the key of any pair: scores and their means lie in [0, 1]."""
EARLY, SPARE = 4, 4
"""Kept beyond what is asked for: so many times as many while means are of one block, and so many always."""
ENOUGH, DEVIATIONS = 2.5, 6
"""So many times as many are enough where fewer are expected among the people of some blocks, so many standard
deviations included."""
FINER, BINS = 4, 256
"""A bound is found among so many times as many keys as are kept, each the largest of a few; or in bins."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Candidates of the people of one block: row (m,) in the block, column (m,) of all people, their
    reciprocal score, and what their tile had forward and backward."""

    row: Array
    column: Array
    score: Array
    forward: Array
    backward: Array

    @classmethod
    def joined(cls, parts: Iterable[Entries]) -> Entries:
        """All of the parts, in order."""
        none = cls(*(np.zeros(0, kind) for kind in (np.uint16, np.int32, *(np.float32,) * 3)))
        parts = [none, *parts]
        return cls(*(np.concatenate([getattr(e, name) for e in parts]) for name in cls.__slots__))

    def __getitem__(self, at: Array) -> Entries:
        return Entries(*(getattr(self, name)[at] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class CandidateRule:
    """The `pool` best of each person and the `each_other` best of each other group, by score less the mean of
    the other; groups: (n,) codes below `number`."""

    blocks: tuple[slice, ...]
    groups: Array
    number: int
    pool: int
    each_other: int

    def bounds(self, own: Array, last_of: Callable[[int | None, int], Array], means_of: int) -> Array:
        """The key of the last that is kept of each group, (len own, groups), of people of groups `own`.

        last_of: the last of so many largest keys, (len own,), of people of a group, of all for None.
        means_of: of how many blocks the means are; more are kept by those of few.
        """
        overall = last_of(None, self._kept(self.pool, means_of))
        bounds = np.repeat(overall[:, None], self.number, axis=1)
        for group in range(self.number) if self.each_other else ():
            last = last_of(group, self._kept(self.each_other, means_of))
            bounds[:, group] = np.where(own == group, overall, np.minimum(overall, last))
        return bounds

    def _kept(self, best: int, means_of: int) -> int:
        """How many are kept by the means of so many blocks, for so many best by those of all: as many as may
        be expected among the people of these blocks, if these are enough."""
        spare, expected = 1 + EARLY * means_of**-0.5, best * means_of / len(self.blocks)
        among_these = expected * spare + DEVIATIONS * expected**0.5
        return SPARE + int(min(best * spare, max(best * ENOUGH, among_these)))

    def chosen(self, entries: Entries, means: Array, own: Array) -> Array:
        """The positions of the entries of a block whose groups are `own` that are candidates."""
        order = _best_first(entries, means, len(self.groups))
        row, group = entries.row[order], self.groups[entries.column[order]]
        kept = _rank(row) < self.pool
        if self.each_other:
            of = row.astype(np.int64) * self.number + group
            small = len(own) * self.number <= 2**16  # which sorts faster
            kept |= (group != own[row]) & (_rank(of.astype(np.uint16) if small else of) < self.each_other)
        return np.asarray(order[kept])


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of everybody before some tiles are searched: means (n,) of their scores, and the bounds
    (n, groups) of what may still become a candidate."""

    means: Array
    bounds: Array


@dataclass(frozen=True, slots=True)
class Side:
    """What some tiles add to people of a block: sums (k,) of their scores with `others` people, best answers,
    new entries, and their bounds (k, groups) where they had none."""

    people: slice
    others: int
    sums: Array
    best: BestAnswers
    entries: Entries
    bounds: Array | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found for both sides of its tiles; `resolvent`: the rows of their own block's tile."""

    sides: tuple[Side, ...]
    resolvent: Array | None = None


def search_earlier(part: slice, tiles: Tiles, rule: CandidateRule, known: Known) -> Found:
    """Search the people of a part of a block among those of all earlier blocks."""
    earlier = rule.blocks[: part.start % part.step]
    *walked, own = tiles.resolvent(part, rule.blocks[: len(earlier) + 1])
    if not earlier:
        return Found((), own)
    scored = [tiles.tile(part, j, tile) for j, tile in zip(earlier, walked, strict=True)]
    sums = np.stack([tile.sum_of_rows for tile in scored]).sum(axis=0, dtype=np.float64)
    others = sum(tile.score.shape[1] for tile in scored)
    means = (sums / others).astype(np.float32)
    bounds = _bounds_of_rows(rule, part, earlier, scored, known.means)
    best, mine, sides = BestAnswers.empty(len(sums)), [], []
    for j, tile in zip(earlier, scored, strict=True):
        # Among equals those of the first block are kept: were all, nobody would be dropped.
        lowest = np.nextafter(bounds, LEAST) if j == earlier[0] else bounds
        best.update(slice(None), tile.best_of_rows)
        mine.append(_of_rows(rule, part, j, tile, known.means, lowest))
        theirs = _of_columns(rule, part, j, tile, means, known.bounds[j])
        sides.append(Side(j, len(sums), tile.sum_of_columns, tile.best_of_columns, theirs))
    return Found((Side(part, others, sums, best, Entries.joined(mine), bounds), *sides), own)


def search_own(block: tuple[slice, Array | None], tiles: Tiles, rule: CandidateRule, known: Known) -> Found:
    """Search the people of a block among themselves, given their tile of the resolvent."""
    own, resolvent_tile = block
    tile = tiles.tile(own, own, resolvent_tile)
    others = len(tile.score) - 1
    means, bounds, lowest = known.means, None, known.bounds[own]
    if own == rule.blocks[0]:  # the first of all tiles
        means = np.zeros_like(means)
        means[own] = tile.sum_of_rows / max(1, others)
        bounds = _bounds_of_rows(rule, own, (own,), [tile], means)
        lowest = np.nextafter(bounds, LEAST)
    entries = _of_rows(rule, own, own, tile, means, lowest)
    return Found((Side(own, others, tile.sum_of_rows, tile.best_of_rows, entries, bounds),))


def _bounds_of_rows(
    rule: CandidateRule, rows: slice, blocks: tuple[slice, ...], tiles: list[Tile], means: Array
) -> Array:
    """The bounds of rows given their tiles with these blocks, or a little less: by the largest of every few
    keys, among which the last that is kept is found sooner."""
    groups = [rule.groups[j] for j in blocks]

    def last_of(one: int | None, wanted: int) -> Array:
        people = sum(len(group) if one is None else np.count_nonzero(group == one) for group in groups)
        keys = []
        for j, tile, group in zip(blocks, tiles, groups, strict=True):
            score, mean = tile.score, means[j]
            if one is not None:
                these = np.flatnonzero(group == one)
                score, mean = score.take(these, axis=1), mean[these]
            few = max(1, min(people // (FINER * wanted), len(mean)))
            number = len(mean) // few
            keys.append((score - mean)[:, : few * number].reshape(len(score), few, number).max(axis=1))
        return _kth_largest(np.concatenate(keys, axis=1), wanted)

    return rule.bounds(rule.groups[rows], last_of, len(blocks))


def _of_rows(rule: CandidateRule, i: slice, j: slice, tile: Tile, means: Array, bounds: Array) -> Entries:
    """Entries of rows i above their bounds (len i, groups)."""
    flat = _above(tile.score, means[j][None], bounds.min(axis=1, keepdims=True))
    row, column = np.divmod(flat, tile.score.shape[1])
    key = tile.score.ravel()[flat] - means[j][column]
    kept = np.flatnonzero(key > bounds[row, rule.groups[j][column]])
    values = (matrix.ravel()[flat[kept]] for matrix in (tile.score, tile.forward, tile.backward))
    return Entries(_places(rule, i)[row[kept]], _people(rule, j)[column[kept]], *values)


def _of_columns(rule: CandidateRule, i: slice, j: slice, tile: Tile, means: Array, bounds: Array) -> Entries:
    """Entries of columns j above their bounds (len j, groups); means: (len i,)."""
    flat = _above(tile.score, means[:, None], bounds.min(axis=1)[None])
    row, column = np.divmod(flat, tile.score.shape[1])
    key = tile.score.ravel()[flat] - means[row]
    kept = np.flatnonzero(key > bounds[column, rule.groups[i][row]])
    values = (matrix.ravel()[flat[kept]] for matrix in (tile.score, tile.backward, tile.forward))
    return Entries(_places(rule, j)[column[kept]], _people(rule, i)[row[kept]], *values)


def _people(rule: CandidateRule, rows: slice) -> Array:
    return np.arange(len(rule.groups), dtype=np.int32)[rows]


def _places(rule: CandidateRule, rows: slice) -> Array:
    """Where people stand in their block."""
    return np.asarray(_people(rule, rows) // rows.step, np.uint16)


class CandidatePool:
    """The best of each person among the tiles searched so far; what is kept is linear in the people.

    A block is searched among all earlier ones, in parts that know nothing of each other; the tiles of the
    blocks with themselves come last, but for the first, which gives the first means. Scores are centred by
    means with the people searched so far. More than asked for are kept by these, five times as many by those
    of one block alone, and chosen from by the means of all: with one block both are the same. What a part is
    given does not depend on the order in which others end, nor on where they are searched.
    """

    def __init__(self, groups: Array, policy: MatchingPolicy) -> None:
        people = len(groups)
        self.rule = CandidateRule(
            blocks=tuple(blocks_of(people)),
            groups=groups,
            number=int(groups.max(initial=0)) + 1,
            pool=policy.pool,
            each_other=policy.pool_each_other,
        )
        self.best = BestAnswers.empty(people)
        self.sums, self.others = np.zeros(people), np.zeros(people, np.int64)
        self.bounds = np.full((people, self.rule.number), LEAST)
        self.kept: list[list[Entries]] = [[] for _ in self.rule.blocks]
        self.most = [0 for _ in self.rule.blocks]

    @property
    def means(self) -> Array:
        """The mean score of each person with those they were scored with, float32 (n,)."""
        return (self.sums / np.maximum(self.others, 1)).astype(np.float32)

    def search(
        self,
        tiles: Tiles,
        on_progress: Callable[[float], None] = lambda _: None,
        parallel_map: ParallelMap = thread_map,
    ) -> None:
        """Search all pairs; on_progress: called with the share of them that is done."""
        pairs = max(1, len(self.sums) * (len(self.sums) - 1))

        def take_in(function: Callable[..., Found], items: Iterable[object], means_of: int = 0) -> list[Array | None]:
            known = Known(self.means, self.bounds.copy())
            resolvent: list[Array | None] = []
            with closing(parallel_map(function, items, tiles, self.rule, known)) as results:
                for number, found in enumerate(results):
                    if number == 0 and means_of:  # while others are searched
                        self._prune(means_of)
                    for side in found.sides:
                        self._add(side)
                    resolvent.append(found.resolvent)
                    on_progress(int(self.others.sum()) / pairs)
            return resolvent

        own: list[tuple[slice, Array | None]] = []
        for number, block in enumerate(self.rule.blocks):
            own.append((block, joined_rows(take_in(search_earlier, parts_of(block), max(0, number - 1)))))
            if number == 0:
                take_in(search_own, own)
        take_in(search_own, own[1:], max(0, len(own) - 1))

    def _add(self, side: Side) -> None:
        """Take in what was found, in the order of the items, so that ties fall alike on any machine."""
        self.sums[side.people] += side.sums
        self.others[side.people] += side.others
        self.best.update(side.people, side.best)
        block = side.people.start % side.people.step
        if side.bounds is not None:
            self.bounds[side.people] = side.bounds
            self.most[block] += 2 * len(side.entries.row)
        self.kept[block].append(side.entries)

    def _prune(self, means_of: int) -> None:
        """Raise the bounds of blocks of which twice as much is kept as after the last time."""
        means = self.means

        def prune(number: int) -> None:
            entries, block = Entries.joined(self.kept[number]), self.rule.blocks[number]
            key = entries.score - means[entries.column]
            group = self.rule.groups[entries.column]
            last_of = _LastKeys.of(entries.row, key, group, (length_of(block), self.rule.number))
            bounds = self.rule.bounds(self.rule.groups[block], last_of, means_of)
            self.bounds[block] = bounds
            entries = entries[np.flatnonzero(key >= bounds[entries.row, group])]
            self.kept[number], self.most[number] = [entries], 2 * len(entries.row)

        sizes = [sum(len(entries.row) for entries in kept) for kept in self.kept]
        list(thread_map(prune, [k for k, size in enumerate(sizes) if size > self.most[k]]))

    def choose(self) -> tuple[Entries, Array]:
        """The candidates of everybody, as people in `row`, once all tiles are in, and the means of scores."""
        people = len(self.sums)
        means = (self.sums / max(1, people - 1)).astype(np.float32)

        def choose(number: int) -> Entries:
            entries, block = Entries.joined(self.kept[number]), self.rule.blocks[number]
            self.kept[number] = []
            chosen = entries[self.rule.chosen(entries, means, self.rule.groups[block])]
            row = _people(self.rule, block)[chosen.row]
            return Entries(row, chosen.column, chosen.score, chosen.forward, chosen.backward)

        return Entries.joined(thread_map(choose, range(len(self.kept)))), means


def _best_first(entries: Entries, means: Array, people: int) -> Array:
    """The order of entries by row, then by score less the mean, the largest first, then by column: of one
    whole number each, which sorts ten times as fast as three keys."""
    key = (entries.score - means[entries.column] + 0).astype(np.float32)  # no -0
    bits = key.view(np.uint32)
    rising = bits ^ np.where(bits >> 31, np.uint32(2**32 - 1), np.uint32(2**31))
    width = np.uint64(max(1, (people - 1).bit_length()))
    number = entries.row.astype(np.uint64) << np.uint64(32) | ~rising
    return np.argsort(number << width | entries.column.astype(np.uint64))


def _above(score: Array, means: Array, bounds: Array) -> Array:
    """The positions, counted flat, of scores (k, m) more than a mean above a bound; means, bounds: one row or
    one column of them."""
    means, bounds = (np.broadcast_to(values, score.shape) for values in (means, bounds))
    found = [
        np.flatnonzero(score[strip] - means[strip] > bounds[strip]) + strip.start * score.shape[1]
        for strip in strips_of(len(score))
    ]
    return np.concatenate(found)


def _kth_largest(keys: Array, k: int) -> Array:
    """Of each row, (n,); LEAST with fewer than k."""
    if keys.shape[1] < k:
        return np.full(len(keys), LEAST)
    at = keys.shape[1] - k
    return np.asarray(np.partition(keys, at, axis=1)[:, at])


@dataclass(frozen=True, slots=True)
class _LastKeys:
    """How many keys of each row and group lie in each of BINS bins from `least` on, (rows, groups, BINS)."""

    counts: Array
    least: float
    width: float

    @classmethod
    def of(cls, row: Array, key: Array, group: Array, shape: tuple[int, int]) -> _LastKeys:
        """Of keys (m,) of rows and groups within this shape."""
        least, most = float(key.min(initial=0)), float(key.max(initial=0))
        width = max(most - least, 1e-6) / (BINS - 1)
        at = ((key - np.float32(least)) * np.float32(1 / width)).astype(np.int32)
        at += (row * np.int32(shape[1]) + group) * np.int32(BINS)
        counts = np.bincount(at, minlength=shape[0] * shape[1] * BINS)
        return cls(counts.reshape(*shape, BINS), least, width)

    def __call__(self, group: int | None, wanted: int) -> Array:
        """The last of so many largest keys of each row, or a little less; LEAST with fewer. Of one group, or
        of all."""
        counts = self.counts.sum(axis=1) if group is None else self.counts[:, group]
        enough = counts[:, ::-1].cumsum(axis=1) >= wanted
        last = self.least + (BINS - 1 - enough.argmax(axis=1) - 0.01) * self.width
        return np.where(enough[:, -1], last, LEAST).astype(np.float32)


def _rank(of: Array) -> Array:
    """How many of the same value stand before each, (m,).

    >>> _rank(np.array([5, 5, 7, 5])).tolist()
    [0, 1, 0, 2]
    """
    order, count = np.argsort(of, kind="stable"), np.bincount(of)
    rank = np.empty(len(of), np.int64)
    rank[order] = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    return rank
