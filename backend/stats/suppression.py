"""Which counts must be withheld in what leaves the desk: small ones, and those that would give one away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

LEAST = 5

Key = tuple[str, ...]
Equation = Mapping[Key, int]  # coefficients; the counts, so weighted, add up to nothing


def withheld(
    values: Mapping[Key, int], equations: Sequence[Equation], *, least: int = LEAST
) -> frozenset[Key]:
    """The keys to withhold so that no count under `least` can be read or worked out.

    `equations` say how published counts hang together: {cell: 1, cell: 1, total: -1}. A withheld count is
    safe when other counts, none below zero, would fit everything that is still shown: then its value could
    be at least one more or one less. Where it is not, the smallest count shown beside it is withheld too
    (cell suppression, Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, ch. 6). The
    mark must be the same for both kinds.

    >>> row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    >>> sorted(withheld({("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}, [row]))
    [('a',), ('b',)]
    """
    for equation in equations:
        if sum(times * values[key] for key, times in equation.items()):
            raise ValueError(f"counts do not add up: {dict(equation)}")
    hidden = {key for key, value in values.items() if value < least}
    linked: dict[Key, list[int]] = {}
    for place, equation in enumerate(equations):
        for key in equation:
            linked.setdefault(key, []).append(place)
    safe: set[Key] = set()  # withholding more only makes room: what is safe stays so
    for key in sorted(hidden):  # a key added below is not small, but might give away the one it protects
        while key not in safe:
            around = _around(key, hidden, equations, linked)
            safe |= _movable(key, around, values, hidden, equations)
            if key in safe:
                break
            beside = _beside(around, hidden, equations)
            if not beside:
                break  # in no equation, or nothing left to withhold
            hidden.add(min(beside, key=lambda other: (values[other], other)))
    return frozenset(hidden)


def _around(
    key: Key, hidden: set[Key], equations: Sequence[Equation], linked: Mapping[Key, Sequence[int]]
) -> list[int]:
    """The equations that bear on a withheld count, through other withheld ones too."""
    seen, places, waiting = {key}, set[int](), [key]
    while waiting:
        for place in linked.get(waiting.pop(), ()):
            if place not in places:
                places.add(place)
                fresh = (set(equations[place]) & hidden) - seen
                seen |= fresh
                waiting += fresh
    return sorted(places)


def _beside(around: Sequence[int], hidden: set[Key], equations: Sequence[Equation]) -> set[Key]:
    """What can be withheld in addition: in an equation that gives its only withheld count away, if any."""
    giving = [place for place in around if len(set(equations[place]) & hidden) == 1]
    for place in giving:
        if shown := set(equations[place]) - hidden:
            return shown
    return {key for place in around for key in equations[place]} - hidden


def _movable(
    key: Key,
    around: Sequence[int],
    values: Mapping[Key, int],
    hidden: set[Key],
    equations: Sequence[Equation],
) -> set[Key]:
    """The withheld counts that differ by one or more in some solution found while moving this one."""
    if not around:
        return {key}
    keys = sorted({one for place in around for one in equations[place]} & hidden)
    column = {one: place for place, one in enumerate(keys)}
    entries = [
        (line, column[one], times)
        for line, place in enumerate(around)
        for one, times in equations[place].items()
        if one in column
    ]
    lines, columns, times = zip(*entries, strict=True)
    matrix = sp.csr_matrix((times, (lines, columns)), shape=(len(around), len(keys)))
    true = np.array([values[one] for one in keys], float)
    moved: set[Key] = set()
    for way in (-1.0, 1.0):
        cost = np.zeros(len(keys))
        cost[column[key]] = way
        solution = _solve(cost, matrix, matrix @ true)
        moved |= {one for one, far in zip(keys, np.abs(solution - true), strict=True) if far > 1 - 1e-6}
        if key in moved:
            break
    return moved


def _solve(cost: npt.NDArray[Any], matrix: Any, right: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The least cost over all counts, none below zero, that fit; very large ones are kept finite."""
    found = linprog(cost, A_eq=matrix, b_eq=right, bounds=(0, 1e7), method="highs")
    if found.x is None:  # the true counts fit, so this is the solver's failure: withhold nothing less
        raise RuntimeError(f"suppression: {found.message}")
    return np.asarray(found.x)
