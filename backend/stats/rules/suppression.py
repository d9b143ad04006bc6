"""Cell suppression: small counts are withheld in published tables, and others that would give one away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

MIN_COUNT = 5
PROBES = 6
UPPER_BOUND = 1e6  # keeps solutions finite; no count of an event comes near it

Key = tuple[str, ...]
Equation = Mapping[Key, int]  # coefficients; the weighted counts add up to 0


def cells_to_withhold(
    values: Mapping[Key, int],
    equations: Sequence[Equation],
    *,
    least: int = MIN_COUNT,
    last: Collection[Key] = (),
) -> frozenset[Key]:
    """The keys to withhold so that no count of 1 to `least` - 1 can be read or worked out.

    0 is shown: it describes nobody, and two groups without a meeting are what an organiser looks for. So a
    withheld count is known to be at least 1.
    `equations` relate published counts: {cell: 1, cell: 1, total: -1}. A withheld count is safe when other
    counts, none below 1, would fit everything that is still shown: then its value could be at least one
    more or one less. Where it is not, the smallest count shown beside it is withheld too, those of `last`
    only when no other is left (primary and secondary cell suppression, Willenborg and de Waal, Elements of
    Statistical Disclosure Control, 2001, ch. 6). Both kinds must carry the same mark.

    >>> row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    >>> sorted(cells_to_withhold({("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}, [row]))
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
    # Withholding more never makes a safe count unsafe. A few random probes of all counts settle most.
    safe = everything(np.random.default_rng(0).standard_normal((PROBES, len(hidden))))
    for key in small:
        while key not in safe:
            around = _around(key, hidden, equations, linked)
            alone = np.array([[one == key for one in sorted(hidden)]], float)
            safe |= _movable(around, hidden, values, equations)(np.concatenate([alone, -alone]))
            beside = {other for place in around for other in equations[place] if values[other]}
            shown = beside - hidden
            if key in safe or not shown:
                break  # safe, or nothing is left to withhold
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
    """An equation with a single withheld count gives it away: withhold its smallest other count too."""
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
    """The equations connected to a withheld count, directly or through other withheld ones."""
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
    """A function of costs (c, withheld counts in order): the counts that differ by one or more from their
    true value in some cheapest solution of these equations. A count in none of them can be anything."""
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
            found = linprog(prices, A_eq=matrix, b_eq=fit, bounds=(1.0, UPPER_BOUND), method="highs")  # type: ignore[call-overload]
            if found.x is None:  # the true counts fit, so only the solver can have failed
                raise RuntimeError(f"suppression: {found.message}")
            far = np.abs(found.x - true) > 1 - 1e-6
            moved |= {keys[place] for place in bound[far]}
        return moved

    return move
