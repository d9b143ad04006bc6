"""Personalised PageRank of every person at once, by conjugate gradients on the symmetric form of the walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.recommend.threads import each
from matching.types import Array

BLOCK = 128


@dataclass(frozen=True, slots=True)
class Walk:
    """The walk among people, with every other node folded in: PageRank is r D^-1/2 (I - M)^-1 D^1/2, where
    M = a S_pp + a² S_po S_op, S the symmetrically normalised adjacency, a = 1 - restart.

    Folding (a Schur complement) is exact because topics, sessions and organisations have no edges among
    themselves; absent people's ties to one another are left out of the graph. `linked` (n,)
    marks who has a tie, a topic or a session: an employer leads to colleagues, and tells of nobody else.
    """

    among: sp.csr_matrix
    out: sp.csr_matrix
    back: sp.csr_matrix
    degree: Array
    linked: Array
    restart: float

    @classmethod
    def of(
        cls,
        people: sp.csr_matrix,
        others: sp.csr_matrix,
        restart: float,
        dtype: type = np.float32,
        telling: Array | None = None,
    ) -> Walk:
        """From decayed ties (n, n) and people x other nodes (n, m), of which `telling` (m,) marks those that
        are no employer; all, if not given."""
        keep = 1.0 - restart
        ties = np.asarray(people.sum(axis=1)).ravel()
        degree = ties + np.asarray(others.sum(axis=1)).ravel()
        told = others if telling is None else others[:, telling]
        crowd = np.asarray(others.sum(axis=0)).ravel()
        left = sp.diags(_inverse_root(degree))
        out = left @ others @ sp.diags(_inverse_root(crowd)) * keep
        return cls(
            among=sp.csr_matrix(left @ people @ left * keep, dtype=dtype),
            out=sp.csr_matrix(out, dtype=dtype),
            back=sp.csr_matrix(out.T, dtype=dtype),
            degree=degree,
            linked=ties + np.asarray(told.sum(axis=1)).ravel() > 0,
            restart=restart,
        )

    def step(self, x: Array) -> Array:
        """M x."""
        moved: Array = self.out @ (self.back @ x)
        if self.among.nnz:
            moved += self.among @ x
        return moved

    def columns(self, sources: Array, tolerance: float) -> Array:
        """(I - M)^-1 e_s for each source s, (n, len(sources)); the residual's length is below `tolerance`."""
        dtype = self.out.dtype
        people = self.among.shape[0]
        x = np.zeros((people, len(sources)), dtype)
        residual = np.zeros_like(x)
        residual[sources, np.arange(len(sources))] = 1
        direction = residual.copy()
        power = np.einsum("ij,ij->j", residual, residual)
        # The condition number is at most (2 - restart)/restart, so the bound below is never reached by
        # rounding alone.
        for _ in range(400):
            moved = direction - self.step(direction)
            length = power / np.maximum(np.einsum("ij,ij->j", direction, moved), np.finfo(dtype).tiny)
            x += direction * length
            residual -= moved * length
            fresh = np.einsum("ij,ij->j", residual, residual)
            if fresh.max() <= tolerance**2:
                break
            direction *= fresh / np.maximum(power, np.finfo(dtype).tiny)
            direction += residual
            power = fresh
        return x


def _inverse_root(values: Array) -> Array:
    return np.asarray(np.divide(1.0, np.sqrt(values), out=np.zeros(len(values)), where=values > 0))


def resolvent(walk: Walk, *, tolerance: float = 1e-5) -> Array:
    """Y = (I - M)^-1 for all people, symmetric, (n, n): PageRank of j from i is r Y_ij sqrt(degree_j /
    degree_i)."""
    people = walk.among.shape[0]
    whole = np.empty((people, people), walk.out.dtype)

    def fill(start: int) -> None:
        sources = np.arange(start, min(start + BLOCK, people))
        whole[sources] = walk.columns(sources, tolerance).T

    list(each(fill, range(0, people, BLOCK)))
    return whole


def personalised_pagerank(
    people: sp.csr_matrix,
    others: sp.csr_matrix | None = None,
    *,
    restart: float = 0.15,
    tolerance: float = 1e-12,
) -> Iterator[Array]:
    """PageRank over all people restarting at each person in turn, blocks of rows, float64; equals networkx's.

    `others` (n, m) are nodes that nobody restarts at and that have no edges among themselves. A person
    without edges keeps the whole walk.

    >>> pair = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> next(personalised_pagerank(pair)).round(4).tolist()
    [[0.5405, 0.4595], [0.4595, 0.5405]]
    """
    count = people.shape[0]
    others = sp.csr_matrix((count, 0)) if others is None else others
    walk = Walk.of(people, others, restart, np.float64)
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
