"""Candidate generation: the best of each row by centred score, and of each other constituency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.policy import Policy
from matching.recommend.parallel import parallel_map
from matching.recommend.scoring import reciprocal_score
from matching.types import Array

BLOCK_ROWS = 512


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Candidate pairs sorted by (left, right), symmetric: with (i, j) comes (j, i).

    left, right: (m,) rows; log_odds: (m,) of the left accepting the right; score: (m,) reciprocal scores;
    mean_scores: (n,) each person's mean reciprocal score.
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


def find_candidates(
    log_odds: Array, groups: Array, policy: Policy, on_progress: Callable[[float], None] = lambda _: None
) -> CandidatePairs:
    """Per person the `pool` best by h_ij - mean h_j and the `pool_each_other` best of each other
    constituency, made symmetric; exact.

    log_odds: (n, n), -inf for excluded pairs; groups: (n,) codes. Centring limits popularity bias.

    >>> log_odds = np.array([[-np.inf, 3, -1], [3, -np.inf, -2], [-1, -2, -np.inf]], np.float32)
    >>> pairs = find_candidates(log_odds, np.array([0, 0, 1]), Policy(pool=1, pool_each_other=0))
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist()))
    [(0, 1), (0, 2), (1, 0), (2, 0)]
    """
    people = len(groups)
    blocks = [slice(start, min(start + BLOCK_ROWS, people)) for start in range(0, people, BLOCK_ROWS)]

    def score_of(rows: slice, columns: slice) -> Array:
        return reciprocal_score(log_odds[rows, columns], log_odds[columns, rows].T)

    def sums_of(rows: slice) -> tuple[Array, Array]:
        """The sums over all later columns, and over these rows for all columns after them."""
        score = score_of(rows, slice(rows.start, people))
        return score.sum(axis=1), score[:, rows.stop - rows.start :].sum(axis=0)

    means = np.zeros(people, np.float32)
    for rows, (across, down) in zip(blocks, parallel_map(sums_of, blocks), strict=True):
        means[rows] += across
        means[rows.stop :] += down
    means /= max(1, people - 1)
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(int(groups.max(initial=0)) + 2))

    def keys_of(rows: slice) -> Array:
        score = score_of(rows, slice(None))
        score = np.where(score > 0, score - means[None, :], -np.inf)[:, order]
        chosen = [_top_k(score, policy.pool)]
        for group in range(len(bounds) - 1):
            own = groups[rows] == group
            if policy.pool_each_other and not own.all():
                extra = _top_k(score[~own, bounds[group] : bounds[group + 1]], policy.pool_each_other)
                chosen.append(
                    np.column_stack([np.flatnonzero(~own)[extra[:, 0]], extra[:, 1] + bounds[group]])
                )
        entries = np.vstack(chosen)
        left, right = entries[:, 0] + rows.start, order[entries[:, 1]]
        return np.concatenate([left * people + right, right * people + left])

    kept: list[Array] = []
    for rows, found in zip(blocks, parallel_map(keys_of, blocks), strict=True):
        kept.append(found)
        on_progress(rows.stop / people)
    keys = np.sort(np.concatenate(kept)) if kept else np.zeros(0, np.int64)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    left, right = keys // max(1, people), keys % max(1, people)
    forward, backward = (log_odds[ends].astype(np.float64) for ends in ((left, right), (right, left)))
    score = reciprocal_score(forward, backward)
    return CandidatePairs(left, right, forward, score, means)


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
