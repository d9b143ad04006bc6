"""Proven upper bounds of the total value, and prices that tell which columns can be in a good plan.

Two linear programmes, by HiGHS's interior point: pairs alone (a b-matching, some tenths of a second), then
pairs and slots over the columns the first leaves promising. Any prices, put into the Lagrangian of the
whole problem, give a valid bound, so a solver's tolerance or an early stop cannot make it wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from matching.scheduling.columns import Field, Flags, Floats, Ints
from matching.scheduling.stopwatch import Stopwatch

PROMISING = 0.3  # loss, in mean values of a meeting, beyond which the second LP leaves a column out
FINE = 0.5  # share of the time for the second LP


@dataclass(frozen=True, slots=True)
class Rows:
    """A linear programme's rows, lower <= (sum of the columns marked in it) <= upper; binding: which."""

    lower: Floats
    upper: Floats
    row: Ints
    column: Ints
    binding: Flags


@dataclass(frozen=True, slots=True)
class Relaxation:
    """bound: no plan is worth more; loss: what a plan with this column gives away at least (>= 0), per
    column; weight: share of each column in the LP's solution; short: people whose least cannot be met
    (proven), empty if none.
    """

    bound: float
    loss: Floats
    weight: Floats
    short: tuple[int, ...] = ()


def relax(field: Field, watch: Stopwatch) -> Relaxation:
    """The best relaxation the time allows."""
    simple = _simple_bound(field)
    if not len(field) or watch.left() < 0.1:
        return Relaxation(simple, np.zeros(len(field)), np.ones(len(field)), _short_of_open(field))
    coarse = _by_pairs(field, watch)
    if coarse is None:
        return Relaxation(simple, np.zeros(len(field)), np.ones(len(field)), _short_of_open(field))
    mean = float(np.average(field.value, weights=coarse.weight + 1e-9))
    promising = (
        coarse.loss <= max(mean, 0.0) * PROMISING if not field.least.any() else np.ones(len(field), bool)
    )
    fine = _by_slots(field, promising, watch.part(FINE))
    best = coarse if fine is None else fine
    bound = min(simple, coarse.bound, best.bound)
    return Relaxation(bound, best.loss, best.weight, _short_of_open(field) or coarse.short or best.short)


def rows_of(field: Field, *, room: Ints, most: Ints, least: Ints) -> Rows:
    """Rows that bind: a person once per slot, tables per slot, meetings per person, a pair once."""
    number, people, slots = len(field), field.people, field.slots
    seats, tables = people * slots, people * slots + slots
    upper = np.concatenate([np.ones(seats), room, most, np.ones(field.pairs)]).astype(float)
    lower = np.full(len(upper), -np.inf)
    lower[tables : tables + people] = np.where(least > 0, least, -np.inf)
    row = np.concatenate(
        [
            field.i * slots + field.slot,
            field.j * slots + field.slot,
            seats + field.slot,
            tables + field.i,
            tables + field.j,
            tables + people + field.pair,
        ]
    )
    column = np.tile(np.arange(number), 6)
    binding = np.bincount(row, minlength=len(upper)) > upper
    binding |= lower > -np.inf
    kept = binding[row]
    renumbered = np.cumsum(binding) - 1
    return Rows(lower[binding], upper[binding], renumbered[row[kept]], column[kept], binding)


def linear_programme(gain: Floats, rows: Rows, *, cap: Floats | None = None) -> highspy.HighsLp:
    """Maximise gain over columns in [0, cap] (1 where not given), as HiGHS reads it: costs to minimise."""
    programme = highspy.HighsLp()
    number = len(gain)
    matrix = sparse.csc_matrix(
        (np.ones(len(rows.row)), (rows.row, rows.column)), shape=(len(rows.upper), number)
    )
    programme.num_col_, programme.num_row_ = number, len(rows.upper)
    programme.col_cost_ = -gain
    programme.col_lower_ = np.zeros(number)
    programme.col_upper_ = np.ones(number) if cap is None else cap
    programme.row_lower_, programme.row_upper_ = rows.lower, rows.upper
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = matrix.indptr
    programme.a_matrix_.index_ = matrix.indices
    programme.a_matrix_.value_ = matrix.data
    return programme


class QuietHighs(highspy.Highs):  # type: ignore[misc]
    """HiGHS that prints nothing: as it is made it enables callbacks, and the first word prints a banner."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def quiet_highs(**options: float | str | bool) -> highspy.Highs:
    """A HiGHS that prints nothing and uses one thread."""
    highs = QuietHighs()  # type: ignore[no-untyped-call]
    for name, value in {"threads": 1, **options}.items():
        highs.setOptionValue(name, value)
    return highs


def _prices(gain: Floats, rows: Rows, watch: Stopwatch) -> tuple[Floats, Floats] | None:
    """Weights of the columns and prices of the rows (>= 0 for what is scarce), or None out of time."""
    highs = quiet_highs(solver="ipm", run_crossover="off", time_limit=max(watch.left(), 0.01))
    highs.passModel(linear_programme(gain, rows))
    highs.run()
    if highs.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown):
        return None
    solution = highs.getSolution()
    if len(solution.col_value) != len(gain) or len(solution.row_dual) != len(rows.upper):
        return None
    prices = -np.array(solution.row_dual)
    prices = np.where(np.isneginf(rows.lower), np.maximum(prices, 0), prices)
    if not np.isfinite(prices).all():
        return None
    return np.clip(np.array(solution.col_value), 0, 1), prices


def _cost_of_rows(rows: Rows, prices: Floats) -> float:
    """The dearest the rows' sides can be at these prices."""
    low = np.where(np.isneginf(rows.lower), 0, rows.lower)
    return float(np.where(prices >= 0, prices * rows.upper, prices * low).sum())


def with_shortage(gain: Floats, rows: Rows, lack: float) -> tuple[Floats, Rows, int]:
    """The same programme with a column per owed meeting that may be left out, at the price of `lack` each."""
    owing = np.flatnonzero(rows.lower > -np.inf)
    owed = np.repeat(owing, rows.lower[owing].astype(int))
    extra = np.arange(len(owed)) + len(gain)
    row, column = np.concatenate([rows.row, owed]), np.concatenate([rows.column, extra])
    grown = replace(rows, row=row, column=column)
    return np.concatenate([gain, np.full(len(owed), -lack)]), grown, len(owed)


def _by_slots(field: Field, promising: Flags, watch: Stopwatch) -> Relaxation | None:
    part = field.kept(promising)
    rows = rows_of(part, room=field.room, most=field.most, least=field.least)
    lack = 3 * float(np.abs(field.value).max()) + 1
    gain, rows, owed = with_shortage(part.value, rows, lack)
    found = _prices(gain, rows, watch)
    if found is None:
        return None
    weight, prices = found
    number = len(part)
    everywhere = np.zeros(len(field))
    everywhere[promising] = weight[:number]
    full = _full_prices(field, rows, prices)
    return _lagrangian(field, full, everywhere, float(weight[number:].sum()) if owed else 0.0, watch)


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a person's slot (people x slots), of a table per slot, and of a person's meeting."""

    seat: Floats
    table: Floats
    person: Floats


def _full_prices(field: Field, rows: Rows, prices: Floats) -> Prices:
    """Prices of the rows that bind, laid out over all rows."""
    seats, tables = field.people * field.slots, field.people * field.slots + field.slots
    full = np.zeros(len(rows.binding))
    full[rows.binding] = prices
    seat = full[:seats].reshape(field.people, field.slots)
    return Prices(seat, full[seats:tables], full[tables : tables + field.people])


def _lagrangian(field: Field, prices: Prices, weight: Floats, lacking: float, watch: Stopwatch) -> Relaxation:
    """Bound and losses at these prices; valid whatever the prices are."""
    net = (
        field.value
        - prices.seat[field.i, field.slot]
        - prices.seat[field.j, field.slot]
        - prices.table[field.slot]
        - prices.person[field.i]
        - prices.person[field.j]
    )
    best = np.zeros(field.pairs)
    np.maximum.at(best, field.pair, net)
    persons = np.where(prices.person >= 0, prices.person * field.most, prices.person * field.least).sum()
    bound = float(prices.seat.sum() + prices.table @ field.room + persons + best.sum())
    short = _proven_short(field, watch) if lacking > 1e-4 else ()
    return Relaxation(bound, best[field.pair] - net, weight, short)


def _by_pairs(field: Field, watch: Stopwatch) -> Relaxation | None:
    """Slots forgotten: pairs once, meetings per person, places in all."""
    pairs, first = np.unique(field.pair, return_index=True)
    i, j, value = field.i[first], field.j[first], field.value[first]
    people = field.people
    upper = np.concatenate([field.most, [field.room.sum()]]).astype(float)
    lower = np.concatenate([np.where(field.least > 0, field.least, -np.inf), [-np.inf]])
    number = len(pairs)
    row = np.concatenate([i, j, np.full(number, people)])
    rows = Rows(lower, upper, row, np.tile(np.arange(number), 3), np.ones(people + 1, bool))
    lack = 3 * float(np.abs(value).max()) + 1
    gain, rows, owed = with_shortage(value, rows, lack)
    found = _prices(gain, rows, watch)
    if found is None:
        return None
    weight, prices = found
    full = Prices(np.zeros((people, field.slots)), np.full(field.slots, prices[people]), prices[:people])
    of_pair = np.zeros(field.pairs)
    of_pair[pairs] = weight[:number]
    columns = np.bincount(field.pair, minlength=field.pairs)
    spread = of_pair[field.pair] / columns[field.pair]
    return _lagrangian(field, full, spread, float(weight[number:].sum()) if owed else 0.0, watch)


def _proven_short(field: Field, watch: Stopwatch) -> tuple[int, ...]:
    """People left short when as few meetings as possible are missing, if prices prove that some must be."""
    rows = rows_of(field, room=field.room, most=field.most, least=field.least)
    owing = np.flatnonzero(rows.lower > -np.inf)
    gain, rows, _ = with_shortage(np.zeros(len(field)), rows, 1.0)
    found = _prices(gain, rows, watch)
    if found is None:
        return ()
    weight, prices = found
    cost = _cost_of_rows(rows, prices)
    net = gain - np.bincount(rows.column, weights=prices[rows.row], minlength=len(gain))
    if cost + np.maximum(net, 0).sum() > -1e-6:
        return ()
    people = np.flatnonzero(field.least > 0)
    owed = np.repeat(np.arange(len(owing)), rows.lower[owing].astype(int))
    missing = np.bincount(owed, weights=weight[len(field) :], minlength=len(owing))
    return tuple(int(person) for person in people[missing > 1e-3])


def _short_of_open(field: Field) -> tuple[int, ...]:
    """People who must have more meetings than their open pairs and slots can give."""
    slots = np.zeros((field.people, field.slots), bool)
    slots[field.i, field.slot] = slots[field.j, field.slot] = True
    partners = np.zeros(field.people, dtype=np.int64)
    _, first = np.unique(field.pair, return_index=True)
    np.add.at(partners, field.i[first], 1)
    np.add.at(partners, field.j[first], 1)
    most = np.minimum(np.minimum(slots.sum(axis=1), partners), field.most)
    return tuple(int(person) for person in np.flatnonzero(field.least > most))


def _simple_bound(field: Field) -> float:
    """No person counts more than her best pairs, half of each; and there are only so many places."""
    _, first = np.unique(field.pair, return_index=True)
    ends = np.concatenate([field.i[first], field.j[first]])
    value = np.maximum(np.tile(field.value[first], 2), 0)
    order = np.lexsort((-value, ends))
    ends, value = ends[order], value[order]
    starts = np.searchsorted(ends, np.arange(field.people))
    rank = np.arange(len(ends)) - starts[ends]
    by_people = float(value[rank < field.most[ends]].sum()) / 2
    ranked = np.sort(np.maximum(field.value[first], 0))[::-1]
    return min(by_people, float(ranked[: int(field.room.sum())].sum()))
