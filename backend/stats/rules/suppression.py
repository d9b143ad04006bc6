"""Cell suppression: what may be shown so that no count from 1 to 4 can be worked out.

Judged by exact intervals: a count that is not shown is safe when whole numbers that fit everything shown make
it 1 or less, and others make it 4 or more (Willenborg and de Waal, Elements of Statistical Disclosure
Control, 2001, ch. 6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

MIN_COUNT = 5
MAX_BATCHES = 10  # of solutions that move many counts at once

Key = tuple[str, ...]
Equation = Mapping[Key, int]  # coefficients; the weighted counts add up to 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts, shown or not, and what anybody knows of them.

    `equations` between them, and `orders`: pairs of keys of which the first count is at most the second.
    """

    values: Mapping[Key, int]
    equations: Sequence[Equation] = ()
    orders: Sequence[tuple[Key, Key]] = ()


def is_small(value: int) -> bool:
    """Whether a count may not be shown. 0 may: it describes nobody."""
    return 0 < value < MIN_COUNT


@dataclass(frozen=True, slots=True)
class Withheld:
    """The `cells` to mark as withheld, and the small counts `told` by these marks alone."""

    cells: frozenset[Key]
    told: frozenset[Key]


def cells_to_withhold(
    counts: Counts,
    cells: Collection[Key],
    *,
    known: Collection[Key] = (),
    withheld: Collection[Key] = (),
    last: Collection[Key] = (),
) -> Withheld:
    """The keys of `cells` to mark as withheld, so that no count from 1 to 4 can be worked out from the rest.

    These are the small ones, the parts of small totals, and where that is not enough the smallest counts
    beside them, those of `last` only when no other is left; and all that were `withheld` before. `known` were
    shown before. What is in `counts` and in neither is not published. What marks alone tell stays told: of a
    forum with people of one country and few meetings, that these took 2 seats or more.

    >>> row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    >>> known = Counts({("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}, [row])
    >>> sorted(cells_to_withhold(known, known.values).cells)
    [('a',), ('b',)]
    """
    for equation in counts.equations:
        if sum(times * counts.values[key] for key, times in equation.items()):
            raise ValueError(f"counts do not add up: {dict(equation)}")
    above = {key for key in cells if counts.values[key]}
    small = {key for key in above if is_small(counts.values[key])}
    hidden = small | (_parts_of_small(counts) & set(cells)) | set(withheld)
    exposed = exposed_counts(counts, (set(cells) - hidden) | set(known), hidden)
    told = exposed_counts(counts, (set(cells) - above - hidden) | set(known), above | hidden, around=exposed)
    while exposed - told:
        shown, first = above - hidden, min(exposed - told)
        beside = _single(counts, shown, {*shown, *known}, hidden) or _beside(first, counts, shown)
        if not beside:
            raise RuntimeError(f"suppression: nothing is left to withhold beside {first}")
        hidden.add(min(beside, key=lambda key: (key in last, counts.values[key], key)))
        # Withholding more never narrows what another count can be.
        exposed &= exposed_counts(counts, (set(cells) - hidden) | set(known), hidden, around=exposed)
    return Withheld(frozenset(hidden), frozenset(exposed))


def exposed_counts(
    counts: Counts, shown: Collection[Key], withheld: Collection[Key] = (), *, around: Collection[Key] | None = None
) -> set[Key]:
    """The counts from 1 to 4 that `shown` narrows: it leaves no solution at 1 or less, or none at 4 or more.

    `withheld` are marked as such, and so known to be 1 or more, or part of a total from 1 to 4, of which all
    parts are marked; all others may be any whole number from 0. A small count that is shown is exposed. With
    `around` only counts are judged that equations tie to these.
    """
    if around is not None and not around:
        return set()
    shown = set(shown)
    exposed = {key for key in shown if is_small(counts.values[key])}
    for part in _parts(counts, shown, withheld):
        if around is None or not set(around).isdisjoint(part.keys):
            exposed.update(part.exposed())
    return exposed


@dataclass(slots=True)
class _Part:
    """Unknown counts (n) that equations tie to each other: `rows` @ x == `sums`, `steps` @ x <= `ends`.

    After the counts `keys` come as many unknowns of 0 or 1 as there are totals that may be small.
    """

    keys: list[Key]
    true: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    rows: sp.csr_matrix
    sums: npt.NDArray[np.float64]
    steps: sp.csr_matrix
    ends: npt.NDArray[np.float64]

    def exposed(self) -> list[Key]:
        """The small counts without a solution at 1 or less or without one at 4 or more."""
        targets = (self.true >= 1) & (self.true < MIN_COUNT)
        too_high, too_low = targets & (self.true > 1), targets & (self.true < MIN_COUNT - 1)
        for _ in range(MAX_BATCHES):  # many at once first
            before = too_high.sum() + too_low.sum()
            # Raised no further than needed, so that many are at once.
            capped = np.where(too_low, np.minimum(self.high, MIN_COUNT - 1), self.high)
            for prices, high in ((too_high.astype(float), self.high), (-too_low.astype(float), capped)):
                if prices.any() and (found := self._solve(self.low, high, prices)) is not None:
                    too_high &= found > 1
                    too_low &= found < MIN_COUNT - 1
            if before == too_high.sum() + too_low.sum():
                break
        for place in np.flatnonzero(too_high | too_low).tolist():  # then each alone, which is exact
            for waits, limit, end in ((too_high, self.high, 1), (too_low, self.low, MIN_COUNT - 1)):
                if not waits[place]:
                    continue
                bound = limit.copy()
                bound[place] = end
                low, high = (self.low, bound) if limit is self.high else (bound, self.high)
                if (found := self._solve(low, high, np.zeros(len(low)))) is not None:
                    too_high &= found > 1
                    too_low &= found < MIN_COUNT - 1
        return [self.keys[place] for place in np.flatnonzero(too_high | too_low)]

    def _solve(
        self, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], prices: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64] | None:
        """The cheapest whole numbers (n) within these bounds; None where there are none."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # here: 17 MB of every process

        if np.any(low > high):
            return None
        limits = [LinearConstraint(self.rows, self.sums, self.sums)] if self.rows.shape[0] else []
        if self.steps.shape[0]:
            limits.append(LinearConstraint(self.steps, -np.inf, self.ends))
        found = milp(prices, constraints=limits, bounds=Bounds(low, high), integrality=np.ones(len(low), np.int64))
        if found.x is None:
            if found.status != 2:  # neither solved nor shown to have no solution
                raise RuntimeError(f"suppression: {found.message}")
            return None
        solution: npt.NDArray[np.float64] = np.rint(found.x)
        if np.any(self.rows @ solution != self.sums) or np.any(self.steps @ solution > self.ends):
            raise RuntimeError("suppression: the solver's counts do not fit")
        return solution


def _parts(counts: Counts, shown: set[Key], withheld: Collection[Key]) -> list[_Part]:
    """The unknown counts in parts that nothing ties to each other; those without a small one are left out."""
    tied = {key for equation in counts.equations for key in equation}
    names = sorted((tied | {key for pair in counts.orders for key in pair}) - shown)
    column = {key: place for place, key in enumerate(names)}
    most = 2 * max([*counts.values.values(), MIN_COUNT])  # finite; more would only widen
    true = [float(counts.values[key]) for key in names]
    low, high = [0.0] * len(names), [float(most)] * len(names)
    steps: list[tuple[dict[int, int], int]] = []  # coefficients; the weighted counts are at most so much
    for first, second in counts.orders:
        if first in column and second in column:
            steps.append(({column[first]: 1, column[second]: -1}, 0))
        elif first in column:
            high[column[first]] = min(high[column[first]], counts.values[second])
        elif second in column:
            low[column[second]] = max(low[column[second]], counts.values[first])
    totals = _totals(counts)
    may_be_small: dict[Key, int] = {}  # the unknown of 0 or 1 by total
    for key in column.keys() & withheld:
        of = [total for total in totals.get(key, ()) if total in column]
        for total in of:
            if total not in may_be_small:
                may_be_small[total] = len(true)
                true, low, high = [*true, 0.0], [*low, 0.0], [*high, 1.0]
                steps.append(({column[total]: 1, may_be_small[total]: most - MIN_COUNT + 1}, most))
        steps.append(({column[key]: -1, **{may_be_small[total]: -1 for total in of}}, -1))
    rows = [{column[key]: times for key, times in equation.items() if key in column} for equation in counts.equations]
    rows = [row for row in rows if row]
    size, ties = len(true), [*rows, *(row for row, _end in steps)]
    pairs = np.array([(size + line, place) for line, row in enumerate(ties) for place in row], np.int64)
    lines, places = pairs.reshape(-1, 2).T
    graph = sp.coo_matrix((np.ones(len(lines)), (lines, places)), shape=(size + len(ties),) * 2)
    label = connected_components(graph, directed=False)[1][:size]
    values = np.array(true)
    found = []
    for part in np.unique(label[(values >= 1) & (values < MIN_COUNT)]).tolist():
        own = np.flatnonzero(label == part)
        at = {place: new for new, place in enumerate(own.tolist())}
        matrix = _matrix([row for row in rows if next(iter(row)) in at], at)
        own_steps = [(row, end) for row, end in steps if next(iter(row)) in at]
        found.append(
            _Part(
                keys=[names[place] for place in own if place < len(names)],
                true=values[own],
                low=np.array(low)[own],
                high=np.array(high)[own],
                rows=matrix,
                sums=matrix @ values[own],
                steps=_matrix([row for row, _end in own_steps], at),
                ends=np.array([end for _row, end in own_steps], float),
            )
        )
    return found


def _matrix(rows: Sequence[Mapping[int, int]], at: Mapping[int, int]) -> sp.csr_matrix:
    entries = [(line, at[place], times) for line, row in enumerate(rows) for place, times in row.items()]
    lines, columns, times = np.array(entries, np.int64).reshape(-1, 3).T
    return sp.csr_matrix((times.astype(float), (lines, columns)), shape=(len(rows), len(at)))


def _totals(counts: Counts) -> dict[Key, set[Key]]:
    """The totals that each count is a part of."""
    found: dict[Key, set[Key]] = {}
    for equation in counts.equations:
        totals = {key for key, times in equation.items() if times < 0}
        if len(totals) == 1:
            for part in set(equation) - totals:
                found.setdefault(part, set()).update(totals)
    return found


def _parts_of_small(counts: Counts) -> set[Key]:
    """What adds up to a total from 1 to 4: marks on two of its parts would tell that it is 2 or more."""
    return {key for key, totals in _totals(counts).items() if any(is_small(counts.values[of]) for of in totals)}


def _single(counts: Counts, shown: Collection[Key], told: Collection[Key], hidden: Collection[Key]) -> set[Key]:
    """Those of `shown` in an equation with one withheld count and no other unknown, which gives it away."""
    for equation in counts.equations:
        unknown = [key for key in equation if key not in told and (key in hidden or counts.values[key])]
        if len(unknown) == 1 and unknown[0] in hidden and (found := set(equation) & set(shown)):
            return found
    return set()


def _beside(key: Key, counts: Counts, shown: Collection[Key]) -> set[Key]:
    """Those of `shown` in the nearest equations and orders around this count."""
    tied: dict[Key, list[set[Key]]] = {}
    for group in (*map(set, counts.equations), *map(set, counts.orders)):
        for member in group:
            tied.setdefault(member, []).append(group)
    seen, near = {key}, {key}
    while near:
        around = {other for one in near for group in tied.get(one, ()) for other in group} - seen
        found = around & set(shown)
        if found:
            return found
        seen |= around
        near = around - set(shown)
    return set()
