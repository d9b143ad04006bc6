"""Exact W Vᵀ in tiles: frequent columns as a dense product, rare ones as a sparse product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.recommend.blocks import Rows, blocks_of
from matching.types import Array

DENSE_SHARE = 1 / 30  # a column used by more than this share of rows is cheaper as a dense product
MAX_DENSE = 512
MOST_TURNED = 2**25  # row pointers of 4 bytes
PAIRS = 10_000  # whose rows are copied at once


@dataclass(frozen=True, slots=True)
class _Split:
    """Frequent columns of both sides, dense, and rare ones: of the other side those of each block of people,
    transposed."""

    dense: tuple[Array, Array]
    rare: sp.csr_matrix
    rare_of_blocks: tuple[sp.spmatrix, ...]

    @classmethod
    def of(cls, rows: sp.csr_matrix, other: sp.csr_matrix, frequent: Array, rare: Array) -> _Split:
        """Of these columns."""
        blocks = blocks_of(other.shape[0])
        picked = _picked(other, rare)
        is_small = len(blocks) * len(rare) <= MOST_TURNED  # else each tile turns its block round again
        of_blocks = tuple(picked[block].T.tocsr() if is_small else picked[block].T for block in blocks)
        return cls((_dense(rows, frequent), _dense(other, frequent)), _picked(rows, rare), of_blocks)

    def tile(self, left: Rows, block: slice) -> Array:
        """The products of rows with those of a block, dense float32 (len left, len block)."""
        out: Array = self.dense[0][left] @ self.dense[1][block].T
        if self.rare.nnz:
            out += self.rare_tile(left, block).toarray()
        return out

    def rare_tile(self, left: Rows, block: slice) -> sp.csr_matrix:
        """The products of rare columns alone, (len left, len block)."""
        return sp.csr_matrix(self.rare[left] @ self.rare_of_blocks[block.start])


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
    split: _Split | None = None

    @classmethod
    def from_rows(cls, rows: sp.csr_matrix, other: sp.csr_matrix | None = None) -> GramMatrix:
        """From W = `rows` (n, m) and V = `other` (n, m), W if None."""
        rows = sp.csr_matrix(rows, dtype=np.float32)
        return cls(rows, rows if other is None else sp.csr_matrix(other, dtype=np.float32))

    def for_all_tiles(self, most_dense: int = MAX_DENSE) -> GramMatrix:
        """The same with at most so many frequent columns apart, which many tiles are faster with, and a few
        rows are not: for tiles of rows with a block alone."""
        sides = self.rows, self.other
        here, there = (np.bincount(side.indices, minlength=side.shape[1]) for side in sides)
        used = np.sqrt(here * there.astype(float))
        order = np.argsort(-used, kind="stable")
        head = order[:most_dense]
        frequent = np.sort(head[used[head] > max(1, DENSE_SHARE * self.rows.shape[0])])
        is_rare = used > 0
        is_rare[frequent] = False
        rare = order[is_rare[order]]  # those that are read most stand together
        nothing = self.rows[:, :0]
        return GramMatrix(nothing, nothing, _Split.of(self.rows, self.other, frequent, rare))

    def tile(self, left: Rows, right: slice) -> Array:
        """The products of two slices of rows, dense float32 (len left, len right)."""
        if self.split is None:
            return np.asarray((self.rows[left] @ self.other[right].T).toarray())
        return self.split.tile(left, right)

    def sparse_tile(self, left: Rows, right: slice) -> sp.csr_matrix:
        """The same where most are 0, sparse: of a matrix with no frequent columns apart."""
        if self.split is None:
            return sp.csr_matrix(self.rows[left] @ self.other[right].T)
        return self.split.rare_tile(left, right)

    def pairs(self, left: Array, right: Array) -> Array:
        """The products of row left[k] with row right[k], float32 (k,)."""
        products = np.empty(len(left), np.float32)
        for start in range(0, len(left), PAIRS):
            these = slice(start, start + PAIRS)
            both = self.rows[left[these]].multiply(self.other[right[these]])
            products[these] = np.asarray(both.sum(axis=1)).ravel()
        return products


def _picked(rows: sp.csr_matrix, columns: Array) -> sp.csr_matrix:
    picked = sp.csr_matrix(rows[:, columns])
    picked.sort_indices()
    return picked


def _dense(rows: sp.csr_matrix, columns: Array) -> Array:
    return np.ascontiguousarray(rows[:, columns].toarray())
