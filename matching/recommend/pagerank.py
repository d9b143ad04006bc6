"""Personalised PageRank from every person, by block conjugate gradients on the symmetrised walk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.parallel import thread_map
from matching.types import Array

BLOCK = 32
"""Sources solved at once: their columns stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """The random walk with restart among people: PageRank is r D^-1/2 (I - M)^-1 D^1/2, where
    M = a S_pp + a² S_po S_op, S the symmetrically normalised adjacency and a = 1 - r.

    Other nodes are eliminated by a Schur complement, exact because they have no edges among themselves.
    `degree` (n,); `linked` (n,) bool: who has a tie, a topic or a session (an organisation does not count).
    """

    among: sp.csr_matrix
    out: sp.csr_matrix
    degree: Array
    linked: Array
    restart: float

    @classmethod
    def from_adjacency(
        cls,
        people: sp.csr_matrix,
        others: sp.csr_matrix,
        restart: float,
        dtype: type = np.float32,
        informative: Array | None = None,
    ) -> RandomWalk:
        """From ties (n, n) and people x other nodes (n, m); `informative` (m,) marks the columns that count
        for `linked`, all if None."""
        keep = 1.0 - restart
        ties = np.asarray(people.sum(axis=1)).ravel()
        degree = ties + np.asarray(others.sum(axis=1)).ravel()
        counted = others if informative is None else others[:, informative]
        other_degree = np.asarray(others.sum(axis=0)).ravel()
        left = sp.diags(_inverse_root(degree))
        out = left @ others @ sp.diags(_inverse_root(other_degree)) * keep
        return cls(
            among=sp.csr_matrix(left @ people @ left * keep, dtype=dtype),
            out=sp.csr_matrix(out, dtype=dtype),
            degree=degree,
            linked=ties + np.asarray(counted.sum(axis=1)).ravel() > 0,
            restart=restart,
        )

    def step(self, x: Array) -> Array:
        """M x. Both transposes read x in the order of its rows and write in a smaller array."""
        moved: Array = self.out @ (self.out.T @ x)
        if self.among.nnz:
            moved += self.among.T @ x
        return moved

    def columns(self, sources: Array, tolerance: float) -> Array:
        """(I - M)^-1 e_s for each source s, (n, len(sources)), to a residual norm below `tolerance`; the same
        whichever sources are solved together."""
        dtype = self.out.dtype
        people = self.among.shape[0]
        x = np.zeros((people, len(sources)), dtype)
        residual, scaled = np.zeros_like(x), np.empty_like(x)
        residual[sources, np.arange(len(sources))] = 1
        direction = residual.copy()
        power = np.einsum("ij,ij->j", residual, residual)
        # The condition number is at most (2 - restart)/restart: 400 iterations are never needed.
        for _ in range(400):
            moved = self.step(direction)
            np.subtract(direction, moved, out=moved)
            length = power / np.maximum(np.einsum("ij,ij->j", direction, moved), np.finfo(dtype).tiny)
            length[power <= tolerance**2] = 0
            x += np.multiply(direction, length, out=scaled)
            residual -= np.multiply(moved, length, out=scaled)
            new_power = np.einsum("ij,ij->j", residual, residual)
            if new_power.max() <= tolerance**2:
                break
            direction *= new_power / np.maximum(power, np.finfo(dtype).tiny)
            direction += residual
            power = new_power
        return x


def _inverse_root(values: Array) -> Array:
    return np.asarray(np.divide(1.0, np.sqrt(values), out=np.zeros(len(values)), where=values > 0))


def resolvent(walk: RandomWalk, *, tolerance: float = 1e-5) -> Array:
    """Y = (I - M)^-1 for all people, symmetric, (n, n): PageRank of j from i is r Y_ij sqrt(degree_j /
    degree_i).

    >>> tie = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> walk = RandomWalk.from_adjacency(tie, sp.csr_matrix((2, 0)), 0.15)
    >>> (0.15 * resolvent(walk)).round(4).tolist()
    [[0.5404999852180481, 0.4595000147819519], [0.4595000147819519, 0.5404999852180481]]
    """
    people = walk.among.shape[0]
    parts = [slice(start, start + BLOCK) for start in range(0, people, BLOCK)]
    found = thread_map(lambda rows: resolvent_tiles(walk, rows, [slice(0, people)], tolerance)[0], parts)
    return np.concatenate([np.empty((0, people), walk.out.dtype), *found])


def resolvent_tiles(walk: RandomWalk, rows: slice, blocks: Sequence[slice], tolerance: float) -> list[Array]:
    """The rows Y[rows, block] of each block of columns, (len rows, len block) each."""
    sources = np.arange(walk.among.shape[0])[rows]
    tiles = [
        np.empty((len(sources), len(range(*block.indices(walk.among.shape[0])))), walk.out.dtype)
        for block in blocks
    ]

    for start in range(0, len(sources), BLOCK):
        these = slice(start, start + BLOCK)
        columns = walk.columns(sources[these], tolerance)
        for tile, block in zip(tiles, blocks, strict=True):
            tile[these] = columns[block].T
    return tiles


def resolvent_entries(walk: RandomWalk, left: Array, right: Array, tolerance: float) -> Array:
    """Y_ij of the pairs left[k], right[k], (k,), from the columns of each different left."""
    sources, at = np.unique(left, return_inverse=True)
    order = np.argsort(at, kind="stable")
    starts = np.searchsorted(at[order], np.arange(0, len(sources) + BLOCK, BLOCK))
    entries = np.empty(len(left), walk.out.dtype)

    def fill(number: int) -> None:
        first = number * BLOCK
        these = order[starts[number] : starts[number + 1]]
        columns = walk.columns(sources[first : first + BLOCK], tolerance)
        entries[these] = columns[right[these], at[these] - first]

    list(thread_map(fill, range(-(-len(sources) // BLOCK))))
    return entries


def personalised_pagerank(
    people: sp.csr_matrix,
    others: sp.csr_matrix | None = None,
    *,
    restart: float = 0.15,
    tolerance: float = 1e-12,
) -> Iterator[Array]:
    """Personalised PageRank over people (Haveliwala, WWW 2002), in blocks of rows, float64, as networkx's.

    `others` (n, m): nodes without restart and without edges among themselves. A person without edges has
    all of their own walk.

    >>> pair = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> next(personalised_pagerank(pair)).round(4).tolist()
    [[0.5405, 0.4595], [0.4595, 0.5405]]
    """
    count = people.shape[0]
    others = sp.csr_matrix((count, 0)) if others is None else others
    walk = RandomWalk.from_adjacency(people, others, restart, np.float64)
    root = np.sqrt(walk.degree)
    for start in range(0, count, BLOCK):
        sources = np.arange(start, min(start + BLOCK, count))
        rows = walk.columns(sources, tolerance).T * restart
        joined = walk.degree[sources] > 0
        scale = np.divide(1.0, root[sources], out=np.zeros(len(sources)), where=joined)
        rows = rows * root[None, :] * scale[:, None]
        rows[~joined, :] = 0
        rows[np.flatnonzero(~joined), sources[~joined]] = 1
        yield rows
