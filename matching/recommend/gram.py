"""W Vᵀ by tiles, symmetric: common columns as a dense product, rare ones as a sparse one. Exact, without
n x n memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.types import Array

COMMON_SHARE = 1 / 40  # a column shared by more than this share of people is cheaper dense
MOST_COMMON = 512


@dataclass(frozen=True, slots=True)
class Gram:
    """Inner products of the rows of W with those of V, sparse matrices with column weights folded in.

    V is W, or W with some columns changing places in pairs: either way the products are symmetric.

    >>> gram = Gram.of(sp.csr_matrix(np.array([[1, 1], [0, 2]], np.float32)))
    >>> gram.tile(slice(0, 2), slice(0, 2)).tolist()
    [[2.0, 2.0], [2.0, 4.0]]
    """

    rows: sp.csr_matrix
    other: sp.csr_matrix
    common: tuple[Array, Array]
    rare: tuple[sp.csr_matrix, sp.csr_matrix]

    @classmethod
    def of(cls, rows: sp.csr_matrix, other: sp.csr_matrix | None = None) -> Gram:
        """Split the columns of `rows` and `other` (n, m) by how many rows use them; `other` is `rows` if not
        given."""
        rows = sp.csr_matrix(rows, dtype=np.float32)
        other = rows if other is None else sp.csr_matrix(other, dtype=np.float32)
        here, there = (np.bincount(side.indices, minlength=rows.shape[1]) for side in (rows, other))
        used = np.sqrt(here * there.astype(float))
        order = np.argsort(-used, kind="stable")[:MOST_COMMON]
        common = np.sort(order[used[order] > max(1, COMMON_SHARE * rows.shape[0])])
        is_common = np.zeros(rows.shape[1], bool)
        is_common[common] = True
        return cls(
            rows,
            other,
            (_dense(rows, common), _dense(other, common)),
            (_without(rows, is_common), _without(other, is_common)),
        )

    def tile(self, left: slice, right: slice) -> Array:
        """The block of inner products between two runs of rows, dense float32."""
        out: Array = self.common[0][left] @ self.common[1][right].T
        if self.rare[0].nnz:
            out += (self.rare[0][left] @ self.rare[1][right].T).toarray()
        return out

    def pairs(self, left: Array, right: Array) -> Array:
        """Inner products of row left[k] with row right[k], float32 (k,)."""
        return np.asarray(self.rows[left].multiply(self.other[right]).sum(axis=1), np.float32).ravel()


def _dense(rows: sp.csr_matrix, columns: Array) -> Array:
    return np.ascontiguousarray(rows[:, columns].toarray())


def _without(rows: sp.csr_matrix, columns: Array) -> sp.csr_matrix:
    kept = rows.copy()
    kept.data = np.where(columns[kept.indices], np.float32(0), kept.data)
    kept.eliminate_zeros()
    return kept
