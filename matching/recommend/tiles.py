"""Log odds of all pairs, tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matching.parallel import thread_map
from matching.recommend.blocks import blocks_of, parts_of, strips_of
from matching.recommend.exclusions import Exclusions
from matching.recommend.pagerank import resolvent_tiles
from matching.recommend.scoring import WALK_TOLERANCE, Scorer, acceptance_log_odds, score_of_needs
from matching.recommend.unmet import BestAnswers
from matching.types import Array


@dataclass(frozen=True, slots=True)
class Tile:
    """What rows i and columns j are to each other.

    score: reciprocal scores, float32 (len i, len j), -inf for excluded pairs; `sum_of_rows`,
    `sum_of_columns`: of the others. forward, backward: what the log odds of i accepting j, and of j accepting
    i, are made of, float32 (len i, len j). `best_of_rows`, `best_of_columns`: their best answers in the tile.
    """

    score: Array
    sum_of_rows: Array
    sum_of_columns: Array
    forward: Array
    backward: Array
    best_of_rows: BestAnswers
    best_of_columns: BestAnswers

    @classmethod
    def of_scores(
        cls, score: Array, excluded: Array, needs: tuple[Array, Array], best: tuple[BestAnswers, BestAnswers]
    ) -> Tile:
        """Of scores, in place, and the excluded pairs, (k,) positions counted flat."""
        np.put(score, excluded, 0)
        tile = cls(score, score.sum(axis=1), score.sum(axis=0), *needs, *best)
        np.put(score, excluded, -np.inf)
        return tile


class Tiles(Protocol):
    """All pairs of people, to be had in tiles."""

    def resolvent(self, i: slice, blocks: Sequence[slice]) -> list[Array | None]:
        """The tiles (i, block) of the walk's resolvent; None without a walk."""

    def tile(self, i: slice, j: slice, resolvent_tile: Array | None) -> Tile:
        """The tile of rows i and columns j: the same block, or of different blocks."""


@dataclass(frozen=True, slots=True)
class ScoredTiles:
    """The pairs a scorer scores, without the excluded ones."""

    scorer: Scorer
    exclusions: Exclusions | None = None

    @classmethod
    def of(cls, scorer: Scorer, exclusions: Exclusions | None = None) -> ScoredTiles:
        """Prepared for many tiles."""
        return cls(scorer.for_all_tiles(), exclusions)

    def resolvent(self, i: slice, blocks: Sequence[slice]) -> list[Array | None]:
        """As in `Tiles`."""
        walk = self.scorer.features.walk
        if walk is None or not self.scorer.policy.pagerank:
            return [None] * len(blocks)
        return [*resolvent_tiles(walk, i, blocks, WALK_TOLERANCE)]

    def tile(self, i: slice, j: slice, resolvent_tile: Array | None) -> Tile:
        """As in `Tiles`."""
        excluded = np.zeros(0, np.int64)
        if self.exclusions is not None:
            excluded = np.flatnonzero(self.exclusions.mask(i, j))
        answers = self.scorer.answers(i, j)
        for matrix in answers:
            np.put(matrix, excluded, -np.inf)
        best = BestAnswers.of_tile(*answers)
        forward, backward = self.scorer.needs(i, j, answers, resolvent_tile)
        if i == j:  # each pair stands twice in the tile: let both be rounded alike
            backward = np.ascontiguousarray(forward.T)
        score = np.empty_like(forward)
        for strip in strips_of(len(score)):
            score[strip] = score_of_needs(forward[strip], backward[strip], self.scorer.policy)
        return Tile.of_scores(score, excluded, (forward, backward), best)


def joined_rows(parts: Sequence[Array | None]) -> Array | None:
    """The parts of a tile of the resolvent, one below the other; None without a walk."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if known else None


def predict_all(scorer: Scorer, exclusions: Exclusions | None = None) -> Array:
    """Log odds of everybody accepting everybody, (n, n): for an evaluation, which ranks everybody."""
    tiles, people = ScoredTiles.of(scorer, exclusions), scorer.features.people
    log_odds = np.empty((people, people), np.float32)

    def fill(i: slice, j: slice, resolvent_tile: Array | None) -> None:
        tile = tiles.tile(i, j, resolvent_tile)
        forward, backward = acceptance_log_odds(tile.forward, tile.backward, scorer.policy)
        excluded = tile.score < 0
        forward[excluded] = backward[excluded] = -np.inf
        log_odds[i, j], log_odds[j, i] = forward, backward.T

    def fill_part(rows: slice, blocks: Sequence[slice]) -> Array | None:
        *earlier, own = tiles.resolvent(rows, blocks)
        for j, resolvent_tile in zip(blocks, earlier, strict=False):
            fill(rows, j, resolvent_tile)
        return own

    blocks = blocks_of(people)
    for number, block in enumerate(blocks):
        fill(block, block, joined_rows([*thread_map(fill_part, parts_of(block), blocks[: number + 1])]))
    return log_odds
