"""Who is worth balancing for whom: the best of each row after centring, and the best of each other
constituency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.policy import Policy
from matching.recommend.scoring import mutual
from matching.recommend.threads import each
from matching.types import Array

ROWS = 512


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs as two aligned runs of rows sorted by (left, right), in both directions: for every
    (i, j) there is a (j, i). `forth` is p_ij, `back` is p_ji, `score` is h; `dampening` (n,) holds each
    person's mean h."""

    left: Array
    right: Array
    forth: Array
    back: Array
    score: Array
    dampening: Array

    @property
    def starts(self) -> Array:
        """Where each row begins, like a CSR matrix' indptr (n + 1,)."""
        return np.searchsorted(self.left, np.arange(len(self.dampening) + 1))


def find_candidates(
    chances: Array, groups: Array, policy: Policy, tick: Callable[[float], None] = lambda _: None
) -> Pairs:
    """Per person the `pool` best by h_ij - rowmean_i - colmean_j, plus the `pool_each_other` best of each
    other constituency, then the union with its mirror image; exact. `chances` (n, n) is p with zeros where
    not proposable; `groups` (n,) numbers the constituencies. Centring keeps the popular from crowding out
    everybody's pool.

    >>> p = np.array([[0, .9, .2], [.9, 0, .1], [.2, .1, 0]], np.float32)
    >>> pairs = find_candidates(p, np.array([0, 0, 1]), Policy(pool=1, pool_each_other=0))
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist()))
    [(0, 1), (0, 2), (1, 0), (2, 0)]
    """
    people = len(groups)
    blocks = [slice(start, min(start + ROWS, people)) for start in range(0, people, ROWS)]

    def mean_of(rows: slice) -> Array:
        return np.asarray(mutual(chances[rows], chances[:, rows].T).sum(axis=1) / max(1, people - 1))

    means = np.concatenate([np.zeros(0, np.float32), *each(mean_of, blocks)])
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(int(groups.max(initial=0)) + 2))

    def keys_of(rows: slice) -> Array:
        score = mutual(chances[rows], chances[:, rows].T)
        score = np.where(score > 0, score - means[None, :], -np.inf)[:, order]
        chosen = [_best(score, policy.pool)]
        for group in range(len(bounds) - 1):
            mine = groups[rows] == group
            if policy.pool_each_other and not mine.all():
                extra = _best(score[~mine, bounds[group] : bounds[group + 1]], policy.pool_each_other)
                chosen.append(
                    np.column_stack([np.flatnonzero(~mine)[extra[:, 0]], extra[:, 1] + bounds[group]])
                )
        both = np.vstack(chosen)
        left, right = both[:, 0] + rows.start, order[both[:, 1]]
        return np.concatenate([left * people + right, right * people + left])

    kept: list[Array] = []
    for rows, found in zip(blocks, each(keys_of, blocks), strict=True):
        kept.append(found)
        tick(rows.stop / people)
    keys = np.sort(np.concatenate(kept)) if kept else np.zeros(0, np.int64)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    left, right = keys // max(1, people), keys % max(1, people)
    forth, back = chances[left, right].astype(np.float64), chances[right, left].astype(np.float64)
    return Pairs(left, right, forth, back, mutual(forth, back), means)


def best_of_row(score: Array, means: Array, groups: Array, own: int, policy: Policy) -> Array:
    """The candidates of one person with the row `score` (n,) of h, by the same rule; rows sorted."""
    centred = np.where(score > 0, score - means, -np.inf)[None, :]
    chosen = [_best(centred, policy.pool)[:, 1]]
    if policy.pool_each_other:
        for group in range(int(groups.max(initial=0)) + 1):
            members = np.flatnonzero(groups == group)
            if group != own and members.size:
                chosen.append(members[_best(centred[:, members], policy.pool_each_other)[:, 1]])
    return np.unique(np.concatenate(chosen))


def _best(score: Array, most: int) -> Array:
    """(row, column) of the `most` largest finite entries of each row."""
    if score.shape[1] > most:
        columns = np.argpartition(score, score.shape[1] - most, axis=1)[:, -most:]
    else:
        columns = np.broadcast_to(np.arange(score.shape[1]), score.shape)
    rows = np.repeat(np.arange(len(score)), columns.shape[1])
    flat = columns.ravel()
    real = np.isfinite(score[rows, flat])
    return np.column_stack([rows[real], flat[real]]).astype(np.int64)
