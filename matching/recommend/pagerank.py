"""Personalised PageRank from every person, by Chebyshev series of the symmetrised walk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from matching.parallel import thread_map
from matching.types import Array

BLOCK = 32
"""Sources solved at once: their columns stay in the processor's cache."""
HUB_SHARE, MAX_HUBS = 1 / 64, 128
"""Nodes shared by more than this share of people, at most so many, are eliminated exactly."""
POWER_STEPS = 12
LEADING, SUBSPACE_STEPS, EIGENVALUE_ERROR = 16, 16, 5e-3
"""Eigenvalues that are looked for, in so many steps, and taken to be found at this error."""
EDGES, SIGNS = (0.3, 0.4, 0.5, 0.6), 16
"""Ends of intervals that are tried, and by how many random vectors."""
LEAST_PEOPLE = 4096
"""For fewer this takes longer than it saves."""
LEAST_HALF = 1e-3
"""Of an interval of eigenvalues."""


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """The random walk with restart among people: PageRank is r D^-1/2 (I - M)^-1 D^1/2, where
    M = a S_pp + a² S_po S_op, S the symmetrically normalised adjacency and a = 1 - r.

    Other nodes are eliminated by a Schur complement, exact because they have no edges among themselves. Those
    shared by many are taken out of M and added to its resolvent by the Woodbury identity, as F Fᵀ, F = `hubs`
    (n, at most MAX_HUBS). The rest of M has its eigenvalues within `spectrum`, which `among` + `out` `out`ᵀ,
    twice that rest, moves to [-2, 2]; but for `leading` (h,) ones, whose eigenvectors are the last h columns
    of `hubs`, and those of a few people, `near` (n,) bool, who are solved by `long`. `degree` (n,); `linked`
    (n,) bool: whether each has a tie, a topic or a session (an organisation does not count).
    """

    among: sp.csr_matrix
    out: sp.csr_matrix
    hubs: Array
    spectrum: tuple[float, float]
    degree: Array
    linked: Array
    restart: float
    leading: Array
    near: Array | None = None
    long: RandomWalk | None = None

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
        keep, size = 1.0 - restart, people.shape[0]
        ties = np.asarray(people.sum(axis=1)).ravel()
        degree = ties + np.asarray(others.sum(axis=1)).ravel()
        counted = others if informative is None else others[:, informative]
        other_degree = np.asarray(others.sum(axis=0)).ravel()
        left = sp.diags(_inverse_root(degree))
        among = left @ people @ left * keep
        out = sp.csr_matrix(left @ others @ sp.diags(_inverse_root(other_degree)) * keep)
        is_hub = _most_shared(out)
        hubs, out = out[:, is_hub], out[:, ~is_hub]
        # out outᵀ has no eigenvalue below 0.
        root = np.sqrt(np.where(degree > 0, degree, 1))
        low, high = -_radius_bound(among, out[:, :0], root), _radius_bound(among, out, root)
        middle, half = (high + low) / 2, max((high - low) / 2, LEAST_HALF)
        walk = cls(
            among=sp.csr_matrix((among - middle * sp.identity(size)) * (2 / half), dtype=dtype),
            out=sp.csr_matrix(out * np.sqrt(2 / half), dtype=dtype),
            hubs=np.zeros((size, 0)),
            spectrum=(middle - half, middle + half),
            degree=degree,
            linked=ties + np.asarray(counted.sum(axis=1)).ravel() > 0,
            restart=restart,
            leading=np.zeros(0),
        )
        return replace(walk, hubs=walk._eliminated(hubs)) if is_hub.any() else walk

    def columns(self, sources: Array, tolerance: float) -> Array:
        """(I - M)^-1 e_s for each source s, (n, len(sources)), to an error of norm `tolerance` each; the
        same whichever sources are solved together."""
        x = self.without_hubs(sources, tolerance)
        if self.hubs.shape[1]:
            # In double precision, as sums of another order, for fewer sources, round alike in float32.
            x += self.hubs @ self.hub_weights(sources, tolerance).T
        return x

    def without_hubs(self, sources: Array, tolerance: float) -> Array:
        """`columns` without `hubs` times `hub_weights`ᵀ."""
        people, number = self.among.shape[0], len(sources)
        if self.near is not None and self.long is not None and self.near[sources].any():
            near = self.near[sources]
            both = np.empty((people, number), self.out.dtype)
            both[:, near] = self.long.without_hubs(sources[near], tolerance)
            if not near.all():
                both[:, ~near] = self.without_hubs(sources[~near], tolerance)
            return both
        units = sp.csc_matrix((np.ones(number, self.out.dtype), sources, np.arange(number + 1)), shape=(people, number))
        return self._solve(units, tolerance)

    def hub_weights(self, sources: Array, tolerance: float) -> Array:
        """How much of each of `hubs` a column has, (len(sources), columns of hubs)."""
        weights = self.hubs[sources] * self._correction(tolerance)
        if self.near is not None:  # whose series is long enough
            weights[self.near[sources], weights.shape[1] - len(self.leading) :] = 0
        return weights

    def for_many_sources(self, tolerance: float) -> RandomWalk:
        """The same by the series of a shorter interval, of whichever of some costs least.

        Eigenvalues outside it are either leading ones, for which the series is corrected, or those of small
        groups that the walk hardly leaves: their people, for whom the short series is not exact to
        `tolerance`, are solved by this one. Who they are is told by random signs z, since the mean square of
        (error z)_k is that of the error of column k (Hutchinson, 1989).
        """
        people = self.among.shape[0]
        if people < LEAST_PEOPLE:
            return self
        draw = np.random.default_rng(1)
        signs = draw.choice(np.array([-1, 1], self.out.dtype), (people, SIGNS))
        exact = self._solve(sp.csc_matrix(signs), tolerance)
        values, errors, vectors = self._leading()
        known = int(np.argmin(np.append(errors[:-1] < EIGENVALUE_ERROR, False)))
        best, least = self, 1.0
        without = float(values[known] + 2 * errors[known])
        for edge, found in ((without, known), *((edge, 0) for edge in EDGES)):
            if not LEAST_HALF < edge < self.spectrum[1]:
                continue
            shorter = self._within(max(self.spectrum[0], -edge), edge, values[:found], vectors[:, :found])
            tried = shorter._solve(sp.csc_matrix(signs), tolerance)
            weights = shorter._correction(tolerance)[self.hubs.shape[1] :, None]
            tried += vectors[:, :found] @ (weights * (vectors[:, :found].T @ signs))
            near = np.sqrt(np.mean((tried - exact) ** 2, axis=1)) > tolerance / 2
            cost = near.mean() + shorter._steps(tolerance) / self._steps(tolerance)
            if cost < least:
                best, least = replace(shorter, near=near, long=self), cost
        return best

    def _steps(self, tolerance: float) -> int:
        return len(_chebyshev_coefficients(self.spectrum, tolerance))

    def _within(self, low: float, high: float, values: Array, vectors: Array) -> RandomWalk:
        """The same by the series of another interval, corrected for leading eigenvalues (h,), whose vectors
        are (n, h)."""
        middle, half = (high + low) / 2, (high - low) / 2
        before, wide = sum(self.spectrum) / 2, (self.spectrum[1] - self.spectrum[0]) / 2
        among = self.among * (wide / 2) + (before - middle) * sp.identity(self.among.shape[0])
        return replace(
            self,
            among=sp.csr_matrix(among * (2 / half), dtype=self.among.dtype),
            out=self.out * self.out.dtype.type(np.sqrt(wide / half)),
            hubs=np.hstack([self.hubs, vectors]),
            spectrum=(low, high),
            leading=values,
        )

    def _leading(self) -> tuple[Array, Array, Array]:
        """(values, errors, vectors) of the LEADING largest eigenpairs of M without hubs, by subspace
        iteration."""
        start = np.random.default_rng(0).standard_normal((self.among.shape[0], LEADING))
        vectors = start.astype(self.out.dtype)
        for step in range(SUBSPACE_STEPS):  # of eigenvalues from 0 to 4
            vectors = self._step(vectors) + 2 * vectors
            if step % 4 == 3:
                vectors = np.linalg.qr(vectors)[0]
        moved = self._step(vectors)
        values, turn = np.linalg.eigh(vectors.T @ moved)
        vectors, moved = vectors @ turn[:, ::-1], moved @ turn[:, ::-1]
        errors = np.linalg.norm(moved - vectors * values[::-1], axis=0)
        middle, half = sum(self.spectrum) / 2, (self.spectrum[1] - self.spectrum[0]) / 2
        return middle + values[::-1] * half / 2, errors * half / 2, vectors

    def _correction(self, tolerance: float) -> Array:
        """Of each hub 1, of each leading eigenvector what the series lacks of 1 / (1 - its eigenvalue)."""
        low, high = self.spectrum
        at = (2 * self.leading - low - high) / (high - low)
        summed = np.polynomial.chebyshev.chebval(at, _chebyshev_coefficients(self.spectrum, tolerance))
        hubs = np.ones(self.hubs.shape[1] - len(self.leading))
        return np.concatenate([hubs, 1 / (1 - self.leading) - summed])

    def _solve(self, start: sp.csc_matrix, tolerance: float) -> Array:
        """The resolvent without hubs times `start`, (n, k): the Chebyshev series of 1 / (1 - x), summed by
        Clenshaw's recurrence."""
        *lower, last = _chebyshev_coefficients(self.spectrum, tolerance)
        entries = start.tocoo()
        before: Array | float = 0.0
        scaled = start * last
        x = scaled.toarray()
        moved = self.out @ (self.out.T @ scaled).toarray()
        moved += (self.among @ scaled).toarray()
        for step, coefficient in enumerate(reversed(lower), start=1):
            if step > 1:
                moved = self._step(x)
            if step == len(lower):
                moved *= 0.5
            moved -= before
            moved[entries.row, entries.col] += coefficient * entries.data
            before, x = x, moved
        return x

    def _step(self, x: Array) -> Array:
        """(`among` + `out` `out`ᵀ) x. Both transposes read x in the order of its rows and write in a smaller
        array."""
        moved: Array = self.out @ (self.out.T @ x)
        moved += self.among.T @ x
        return moved

    def _eliminated(self, hubs: sp.csr_matrix) -> Array:
        """F: with Y the resolvent without hubs, U = `hubs` and (I - Uᵀ Y U) = L Lᵀ, F = Y U L^-T."""
        reached = self._solve(sp.csc_matrix(hubs, dtype=self.out.dtype), float(np.finfo(self.out.dtype).eps))
        inner = np.eye(hubs.shape[1]) - hubs.T @ reached
        root = np.linalg.cholesky((inner + inner.T) / 2)
        return np.ascontiguousarray(np.linalg.solve(root, reached.T).T)


def _most_shared(out: sp.csr_matrix) -> Array:
    """The columns, bool (m,), of more than HUB_SHARE of the rows, at most MAX_HUBS."""
    shared = np.bincount(out.indices, minlength=out.shape[1])
    is_hub = np.zeros(len(shared), bool)
    is_hub[np.argsort(-shared, kind="stable")[:MAX_HUBS]] = True
    return np.asarray(is_hub & (shared > HUB_SHARE * out.shape[0]))


def _radius_bound(among: sp.csr_matrix, out: sp.csr_matrix, v: Array) -> float:
    """At least the spectral radius of M = `among` + `out` `out`ᵀ, none of whose entries is below 0: the
    largest (M v)_k / v_k of any v > 0 bounds it (Collatz, 1942). v (n,): to begin with.

    >>> _radius_bound(sp.csr_matrix([[0.0, 0.5], [0.5, 0.0]]), sp.csr_matrix((2, 0)), np.ones(2))
    0.5
    """
    bound = np.inf
    for _ in range(POWER_STEPS):
        moved = among @ v + out @ (out.T @ v)
        bound = min(bound, float((moved / v).max(initial=0.0)))
        v = moved + v * max(bound, 1e-3) / 4
        v /= v.max(initial=1e-300)
    return bound


def _chebyshev_coefficients(interval: tuple[float, float], tolerance: float) -> list[float]:
    """Those of 1 / (1 - x) on an interval below 1, as many as leave an error of at most `tolerance`.

    >>> [round(c, 3) for c in _chebyshev_coefficients((-0.6, 0.6), 0.1)]  # 5/4 (1 + 2/3 T_1 + 2/9 T_2 + ...)
    [1.25, 0.833, 0.278, 0.093]
    """
    low, high = interval
    ratio = (high - low) / (2 - high - low)
    root = math.sqrt(1 - ratio * ratio)
    rate = (1 - root) / ratio
    first = 2 / ((2 - high - low) * root)
    coefficients = [first]
    while 2 * first * rate ** len(coefficients) / (1 - rate) > tolerance:
        coefficients.append(2 * first * rate ** len(coefficients))
    return coefficients


def _inverse_root(values: Array) -> Array:
    return np.asarray(np.divide(1.0, np.sqrt(values), out=np.zeros(len(values)), where=values > 0))


def resolvent(walk: RandomWalk, *, tolerance: float = 1e-5) -> Array:
    """Y = (I - M)^-1 for all people, symmetric, (n, n): PageRank of j from i is r Y_ij sqrt(degree_j /
    degree_i).

    >>> tie = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> walk = RandomWalk.from_adjacency(tie, sp.csr_matrix((2, 0)), 0.15)
    >>> (0.15 * resolvent(walk)).astype(float).round(4).tolist()
    [[0.5405, 0.4595], [0.4595, 0.5405]]
    """
    people = walk.among.shape[0]
    parts = [slice(start, start + BLOCK) for start in range(0, people, BLOCK)]
    found = thread_map(lambda rows: resolvent_tiles(walk, rows, [slice(0, people)], tolerance)[0], parts)
    return np.concatenate([np.empty((0, people), walk.out.dtype), *found])


def resolvent_tiles(walk: RandomWalk, rows: slice, blocks: Sequence[slice], tolerance: float) -> list[Array]:
    """The rows Y[rows, block] of each block of columns, (len rows, len block) each."""
    sources, hubs = np.arange(walk.among.shape[0])[rows], walk.hubs.astype(walk.out.dtype)
    weights = walk.hub_weights(sources, tolerance).astype(walk.out.dtype)
    tiles: list[Array] = [weights @ hubs[block].T for block in blocks]
    for start in range(0, len(sources), BLOCK):
        these = slice(start, start + BLOCK)
        columns = walk.without_hubs(sources[these], tolerance)
        for tile, block in zip(tiles, blocks, strict=True):
            tile[these] += columns[block].T
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
    people: sp.csr_matrix, others: sp.csr_matrix | None = None, *, restart: float = 0.15, tolerance: float = 1e-12
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
