"""Candidate pairs: the best of each row by centred score, and of each other constituency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from matching.parallel import ParallelMap, thread_map
from matching.policy import MatchingPolicy
from matching.recommend.exclusions import Exclusions
from matching.recommend.pool import CandidatePool, Entries
from matching.recommend.scoring import Scorer, acceptance_log_odds, reciprocal_score
from matching.recommend.tiles import ScoredTiles, Tile
from matching.recommend.unmet import BestAnswers
from matching.types import Array


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
        """Those of the pairs left[k], right[k], float64 (k,); NaN where they are no candidates."""
        keys, wanted = (self._keys(*ends) for ends in ((self.left, self.right), (left, right)))
        found = np.full(len(wanted), np.nan)
        if keys.size:
            at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
            found = np.where(keys[at] == wanted, self.log_odds[at].astype(float), found)
        return found

    def _keys(self, left: Array, right: Array) -> Array:
        return left.astype(np.int64) * len(self.mean_scores) + right

    @classmethod
    def of_pool(cls, pool: CandidatePool, log_odds_of: Callable[[Array, Array], tuple[Array, Array]]) -> CandidatePairs:
        """The candidates chosen by either side, of both, once all tiles are in; `log_odds_of` what the tiles
        had forward and backward."""
        chosen, means = pool.choose()
        forward, backward = log_odds_of(chosen.forward, chosen.backward)
        return _symmetric(replace(chosen, forward=forward, backward=backward), means)


def _symmetric(chosen: Entries, means: Array) -> CandidatePairs:
    """The candidates chosen by either side, of both, given the log odds of each."""
    left, right = (np.concatenate(ends) for ends in ((chosen.row, chosen.column), (chosen.column, chosen.row)))
    number = left.astype(np.int64) * len(means) + right
    order = np.argsort(number)  # of two alike either, they say the same
    order = order[np.diff(number[order], prepend=-1) != 0]
    forward, backward = (
        np.concatenate(ends)[order] for ends in ((chosen.forward, chosen.backward), (chosen.backward, chosen.forward))
    )
    score = reciprocal_score(forward.astype(np.float64), backward.astype(np.float64))
    return CandidatePairs(left[order], right[order], forward, score, means)


def score_candidates(
    scorer: Scorer,
    groups: Array,
    exclusions: Exclusions | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    parallel_map: ParallelMap = thread_map,
) -> tuple[CandidatePairs, BestAnswers]:
    """The candidates of everybody and their best answers, scored tile by tile with no array of all pairs."""
    pool = CandidatePool(groups, scorer.policy)
    pool.search(ScoredTiles.of(scorer, exclusions), on_progress, parallel_map)
    pairs = CandidatePairs.of_pool(pool, partial(acceptance_log_odds, policy=scorer.policy))
    return pairs, pool.best


@dataclass(frozen=True, slots=True)
class _GivenTiles:
    """Pairs whose log odds (n, n) are known."""

    log_odds: Array

    def resolvent(self, i: slice, blocks: Sequence[slice]) -> list[Array | None]:  # noqa: ARG002
        return [None] * len(blocks)

    def tile(self, i: slice, j: slice, resolvent_tile: Array | None) -> Tile:  # noqa: ARG002
        needs = self.log_odds[i, j], np.ascontiguousarray(self.log_odds[j, i].T)
        score = reciprocal_score(*needs)
        return Tile.of_scores(score, np.flatnonzero(score == 0), needs, BestAnswers.of_tile(*needs))


def find_candidates(
    log_odds: Array, groups: Array, policy: MatchingPolicy, parallel_map: ParallelMap = thread_map
) -> CandidatePairs:
    """Per person the `pool` best by h_ij - mean h_j and the `pool_each_other` best of each other
    constituency, made symmetric; of log odds that are known already.

    log_odds: (n, n), -inf for excluded pairs; groups: (n,) codes. Centring limits popularity bias.

    >>> log_odds = np.array([[-np.inf, 3, -1], [3, -np.inf, -2], [-1, -2, -np.inf]], np.float32)
    >>> pairs = find_candidates(log_odds, np.array([0, 0, 1]), MatchingPolicy(pool=1, pool_each_other=0))
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist()))
    [(0, 1), (0, 2), (1, 0), (2, 0)]
    """
    pool = CandidatePool(groups, policy)
    pool.search(_GivenTiles(log_odds), parallel_map=parallel_map)
    return CandidatePairs.of_pool(pool, lambda forward, backward: (forward, backward))


def candidates_of(score: Array, means: Array, groups: Array, own: int, policy: MatchingPolicy) -> Array:
    """The candidates of one person of group `own`, by the same rule, as sorted rows; score: (n,) of h.

    >>> score = np.array([0.0, 0.9, 0.5, 0.2])
    >>> policy = MatchingPolicy(pool=1, pool_each_other=1)
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
