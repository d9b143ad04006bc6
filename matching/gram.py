"""W Wᵀ by tiles: common columns as a dense product, rare ones as a sparse one. Exact, without n x n
memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.types import Array

COMMON_SHARE = 1 / 40  # a column shared by more than this share of people is cheaper dense
MOST_COMMON = 512


@dataclass(frozen=True, slots=True)
class Gram:
    """Inner products of the rows of a sparse matrix with non-negative column weights folded in.

    >>> gram = Gram.of(sp.csr_matrix(np.array([[1, 1], [0, 2]], np.float32)))
    >>> gram.tile(slice(0, 2), slice(0, 2)).tolist()
    [[2.0, 2.0], [2.0, 4.0]]
    """

    rows: sp.csr_matrix
    common: Array
    rare: sp.csr_matrix

    @classmethod
    def of(cls, rows: sp.csr_matrix) -> Gram:
        """Split the columns of `rows` (n, m) by how many rows use them."""
        rows = sp.csr_matrix(rows, dtype=np.float32)
        used = np.bincount(rows.indices, minlength=rows.shape[1])
        order = np.argsort(-used, kind="stable")[:MOST_COMMON]
        common = np.sort(order[used[order] > max(1, COMMON_SHARE * rows.shape[0])])
        is_common = np.zeros(rows.shape[1], bool)
        is_common[common] = True
        rare = rows.copy()
        rare.data = np.where(is_common[rare.indices], np.float32(0), rare.data)
        rare.eliminate_zeros()
        return cls(rows, np.ascontiguousarray(rows[:, common].toarray()), rare)

    def tile(self, left: slice, right: slice) -> Array:
        """The block of inner products between two runs of rows, dense float32."""
        out: Array = self.common[left] @ self.common[right].T
        if self.rare.nnz:
            out += (self.rare[left] @ self.rare[right].T).toarray()
        return out

    def pairs(self, left: Array, right: Array) -> Array:
        """Inner products of row left[k] with row right[k], float32 (k,)."""
        return np.asarray(self.rows[left].multiply(self.rows[right]).sum(axis=1), np.float32).ravel()
