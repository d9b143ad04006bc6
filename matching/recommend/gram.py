"""Exact W Vᵀ in tiles: frequent columns as a dense product, rare ones as a sparse product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.recommend.blocks import Rows
from matching.types import Array

DENSE_SHARE = 1 / 40  # a column used by more than this share of rows is cheaper as a dense product
MAX_DENSE = 512
PAIRS = 10_000  # whose rows are copied at once


@dataclass(frozen=True, slots=True)
class GramMatrix:
    """Inner products of the rows of sparse W with those of V, (n, n), in tiles.

    V is W, or W with columns swapped in pairs, so that W Vᵀ is symmetric.

    >>> gram = GramMatrix.from_rows(sp.csr_matrix(np.array([[1, 1], [0, 2]], np.float32)))
    >>> gram.tile(slice(0, 2), slice(0, 2)).tolist()
    [[2.0, 2.0], [2.0, 4.0]]
    """

    rows: sp.csr_matrix
    other: sp.csr_matrix
    split: tuple[tuple[Array, Array], tuple[sp.csr_matrix, sp.csr_matrix]] | None = None

    @classmethod
    def from_rows(cls, rows: sp.csr_matrix, other: sp.csr_matrix | None = None) -> GramMatrix:
        """From W = `rows` (n, m) and V = `other` (n, m), W if None."""
        rows = sp.csr_matrix(rows, dtype=np.float32)
        return cls(rows, rows if other is None else sp.csr_matrix(other, dtype=np.float32))

    def for_all_tiles(self) -> GramMatrix:
        """The same with frequent columns apart, which many tiles are faster with, and a few rows are not."""
        sides = self.rows, self.other
        here, there = (np.bincount(side.indices, minlength=side.shape[1]) for side in sides)
        used = np.sqrt(here * there.astype(float))
        order = np.argsort(-used, kind="stable")[:MAX_DENSE]
        frequent = np.sort(order[used[order] > max(1, DENSE_SHARE * self.rows.shape[0])])
        is_rare = used > 0
        is_rare[frequent] = False
        rare = np.flatnonzero(is_rare)
        return GramMatrix(
            self.rows,
            self.other,
            (
                (_dense(self.rows, frequent), _dense(self.other, frequent)),
                (self.rows[:, rare], self.other[:, rare]),
            ),
        )

    def tile(self, left: Rows, right: slice) -> Array:
        """The products of two slices of rows, dense float32 (len left, len right)."""
        if self.split is None:
            return np.asarray((self.rows[left] @ self.other[right].T).toarray())
        dense, rare = self.split
        out: Array = dense[0][left] @ dense[1][right].T
        if rare[0].nnz:
            out += (rare[0][left] @ rare[1][right].T).toarray()
        return out

    def pairs(self, left: Array, right: Array) -> Array:
        """The products of row left[k] with row right[k], float32 (k,)."""
        products = np.empty(len(left), np.float32)
        for start in range(0, len(left), PAIRS):
            these = slice(start, start + PAIRS)
            both = self.rows[left[these]].multiply(self.other[right[these]])
            products[these] = np.asarray(both.sum(axis=1)).ravel()
        return products


def _dense(rows: sp.csr_matrix, columns: Array) -> Array:
    return np.ascontiguousarray(rows[:, columns].toarray())
