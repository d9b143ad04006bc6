"""Which counts must be withheld in what leaves the desk: small ones, and those that would give one away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

LEAST = 5
MOVES = 6
MOST = 1e6  # keeps solutions finite; no count of a forum comes near it

Key = tuple[str, ...]
Equation = Mapping[Key, int]  # coefficients; the counts, so weighted, add up to nothing


def withheld(
    values: Mapping[Key, int],
    equations: Sequence[Equation],
    *,
    least: int = LEAST,
    last: Collection[Key] = (),
) -> frozenset[Key]:
    """The keys to withhold so that no count of 1 to `least` - 1 can be read or worked out.

    Nought is shown: it describes nobody, and a bridge nobody crossed is what an organiser looks for. So
    whoever reads a withheld count knows that it is at least 1.
    `equations` say how published counts hang together: {cell: 1, cell: 1, total: -1}. A withheld count is
    safe when other counts, none below 1, would fit everything that is still shown: then its value could
    be at least one more or one less. Where it is not, the smallest count shown beside it is withheld too,
    those of `last` only when no other is left (cell suppression, Willenborg and de Waal, Elements of
    Statistical Disclosure Control, 2001, ch. 6). The mark must be the same for both kinds.

    >>> row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    >>> sorted(withheld({("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}, [row]))
    [('a',), ('b',)]
    """
    for equation in equations:
        if sum(times * values[key] for key, times in equation.items()):
            raise ValueError(f"counts do not add up: {dict(equation)}")

    def cost(key: Key) -> tuple[bool, int, Key]:
        return key in last, values[key], key

    hidden = {key for key, value in values.items() if 0 < value < least}
    small = sorted(hidden)
    linked: dict[Key, list[int]] = {}
    for place, equation in enumerate(equations):
        for key in equation:
            linked.setdefault(key, []).append(place)
    _hide_beside(range(len(equations)), hidden, cost, equations, linked)
    everything = _movable(range(len(equations)), hidden, values, equations)
    # Withholding more only makes room: what is safe stays so. A few moves of all at once settle most.
    safe = everything(np.random.default_rng(0).standard_normal((MOVES, len(hidden))))
    for key in small:
        while key not in safe:
            around = _around(key, hidden, equations, linked)
            alone = np.array([[one == key for one in sorted(hidden)]], float)
            safe |= _movable(around, hidden, values, equations)(np.concatenate([alone, -alone]))
            beside = {other for place in around for other in equations[place] if values[other]}
            shown = beside - hidden
            if key in safe or not shown:
                break  # or nothing is left to withhold
            added = min(shown, key=cost)
            hidden.add(added)
            _hide_beside(linked[added], hidden, cost, equations, linked)
    return frozenset(hidden)


def _hide_beside(
    places: Iterable[int],
    hidden: set[Key],
    cost: Callable[[Key], tuple[bool, int, Key]],
    equations: Sequence[Equation],
    linked: Mapping[Key, Sequence[int]],
) -> None:
    """Where an equation has one withheld count it gives it away: withhold its smallest other one too."""
    waiting = list(places)
    while waiting:
        equation = equations[waiting.pop(0)]
        if len(set(equation) & hidden) == 1:
            shown = {other for other in equation if cost(other)[1]} - hidden
            added = min(shown, key=cost)
            hidden.add(added)
            waiting += linked[added]


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


def _movable(
    places: Sequence[int], hidden: set[Key], values: Mapping[Key, int], equations: Sequence[Equation]
) -> Callable[[npt.NDArray[Any]], set[Key]]:
    """For costs (c, withheld counts in order), which of them differ by one or more from what they are in
    some cheapest solution of these equations; a count in none of them can be anything."""
    keys = sorted(hidden)
    column = {key: place for place, key in enumerate(keys)}
    entries = [
        (line, column[key], times)
        for line, place in enumerate(places)
        for key, times in equations[place].items()
        if key in column
    ]
    lines, columns, times = np.array(entries, np.int64).reshape(-1, 3).T
    bound, at = np.unique(columns, return_inverse=True)
    matrix = sp.csr_matrix((times.astype(float), (lines, at)), shape=(len(places), len(bound)))
    true = np.array([values[keys[place]] for place in bound], float)
    fit = np.asarray(matrix @ true)
    free = set(keys) - {keys[place] for place in bound}

    def move(costs: npt.NDArray[Any]) -> set[Key]:
        moved = set(free)
        for cost in costs if len(bound) else ():
            prices: npt.NDArray[np.float64] = cost[bound]
            found = linprog(prices, A_eq=matrix, b_eq=fit, bounds=(1.0, MOST), method="highs")  # type: ignore[call-overload]
            if found.x is None:  # the counts as they are fit, so only the solver can have failed
                raise RuntimeError(f"suppression: {found.message}")
            far = np.abs(found.x - true) > 1 - 1e-6
            moved |= {keys[place] for place in bound[far]}
        return moved

    return move
