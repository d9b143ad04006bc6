"""Proven upper bounds of the total value, and reduced costs that say which columns can be in a good plan.

Two linear programmes, by HiGHS's interior point: pairs alone (a b-matching, some tenths of a second), then
pairs and slots over the columns the first leaves promising. Any dual prices, put into the Lagrangian of
the whole problem, give a valid bound, so a solver's tolerance or an early stop cannot make it wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from matching.scheduling.columns import CandidateColumns, Flags, Floats, Ints
from matching.scheduling.deadline import Deadline

MAX_REDUCED_COST = 0.3  # in mean values of a meeting: the second LP begins without columns beyond it
MISSING = 1e-4  # meetings: fewer are errors of rounding
SLOT_SHARE = 0.5  # share of the time for the second LP


@dataclass(frozen=True, slots=True)
class ConstraintRows:
    """A linear programme's rows, lower <= (sum of the columns marked in it) <= upper; binding: which."""

    lower: Floats
    upper: Floats
    row: Ints
    column: Ints
    binding: Flags


@dataclass(frozen=True, slots=True)
class Relaxation:
    """bound: no plan is worth more; reduced_cost: what a plan with this column loses at least
    (>= 0), per column; lp_value: value of each column in the LP's solution, in [0, 1]; short: people whose
    least cannot be met (proven), empty if none.
    """

    bound: float
    reduced_cost: Floats
    lp_value: Floats
    short: tuple[int, ...] = ()


def relax(columns: CandidateColumns, deadline: Deadline) -> Relaxation:
    """The best relaxation the time allows."""
    simple = _simple_bound(columns)
    if not len(columns) or deadline.left() < 0.1:
        return Relaxation(simple, np.zeros(len(columns)), np.ones(len(columns)), _short_of_open(columns))
    by_pairs = _pair_relaxation(columns, deadline)
    if by_pairs is None:
        return Relaxation(simple, np.zeros(len(columns)), np.ones(len(columns)), _short_of_open(columns))
    worthwhile = max(float(np.average(columns.value, weights=by_pairs.lp_value + 1e-9)), 0.0)
    best, bound, limit = by_pairs, min(simple, by_pairs.bound), deadline.part(SLOT_SHARE)
    promising = by_pairs.reduced_cost <= worthwhile * MAX_REDUCED_COST
    promising |= bool(columns.least.any())
    missing = promising
    while missing.any() and (by_slots := _slot_relaxation(columns, promising, limit)) is not None:
        best, bound = by_slots, min(bound, by_slots.bound)
        missing = ~promising & (best.reduced_cost <= 0)
        promising = promising | missing
    return Relaxation(bound, best.reduced_cost, best.lp_value, _short_of_open(columns) or by_pairs.short or best.short)


def constraint_rows(columns: CandidateColumns, *, tables_left: Ints, most: Ints, least: Ints) -> ConstraintRows:
    """Rows that can bind: a person once per slot, tables per slot, meetings per person, a pair once."""
    number, people, slots = len(columns), columns.people, columns.slots
    seats, tables = people * slots, people * slots + slots
    upper = np.concatenate([np.ones(seats), tables_left, most, np.ones(columns.pairs)]).astype(float)
    lower = np.full(len(upper), -np.inf)
    lower[tables : tables + people] = np.where(least > 0, least, -np.inf)
    row = np.concatenate(
        [
            columns.i * slots + columns.slot,
            columns.j * slots + columns.slot,
            seats + columns.slot,
            tables + columns.i,
            tables + columns.j,
            tables + people + columns.pair,
        ]
    )
    column = np.tile(np.arange(number), 6)
    binding = np.bincount(row, minlength=len(upper)) > upper
    binding |= lower > -np.inf
    kept = binding[row]
    renumbered = np.cumsum(binding) - 1
    return ConstraintRows(lower[binding], upper[binding], renumbered[row[kept]], column[kept], binding)


def linear_programme(gain: Floats, rows: ConstraintRows, *, cap: Floats | None = None) -> highspy.HighsLp:
    """Maximise gain over columns in [0, cap] (1 where not given), as HiGHS reads it: costs to minimise."""
    programme = highspy.HighsLp()
    number = len(gain)
    matrix = sparse.csc_matrix((np.ones(len(rows.row)), (rows.row, rows.column)), shape=(len(rows.upper), number))
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
    """HiGHS that prints nothing: its constructor enables callbacks, which prints a banner otherwise."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def quiet_highs(**options: float | str | bool) -> highspy.Highs:
    """A HiGHS that prints nothing and uses one thread."""
    highs = QuietHighs()  # type: ignore[no-untyped-call]
    for name, value in {"threads": 1, **options}.items():
        highs.setOptionValue(name, value)
    return highs


def _solve_dual(gain: Floats, rows: ConstraintRows, deadline: Deadline) -> tuple[Floats, Floats] | None:
    """LP value of each column and dual price of each row (>= 0 where scarce); None when out of time."""
    highs = quiet_highs(solver="ipm", run_crossover="off", time_limit=max(deadline.left(), 0.01))
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


def _cost_of_rows(rows: ConstraintRows, prices: Floats) -> float:
    """Upper bound of the priced right-hand sides."""
    low = np.where(np.isneginf(rows.lower), 0, rows.lower)
    return float(np.where(prices >= 0, prices * rows.upper, prices * low).sum())


def with_shortage_columns(gain: Floats, rows: ConstraintRows, shortage_penalty: float) -> tuple[Floats, ConstraintRows]:
    """The same programme with a slack column per owed meeting, at a penalty each."""
    owing = np.flatnonzero(rows.lower > -np.inf)
    owed = np.repeat(owing, rows.lower[owing].astype(int))
    extra = np.arange(len(owed)) + len(gain)
    row, column = np.concatenate([rows.row, owed]), np.concatenate([rows.column, extra])
    grown = replace(rows, row=row, column=column)
    return np.concatenate([gain, np.full(len(owed), -shortage_penalty)]), grown


def _slot_relaxation(columns: CandidateColumns, promising: Flags, deadline: Deadline) -> Relaxation | None:
    part = columns.subset(promising)
    rows = constraint_rows(part, tables_left=columns.tables_left, most=columns.most, least=columns.least)
    shortage_penalty = 3 * float(np.abs(columns.value).max()) + 1
    found = _solve_dual(*with_shortage_columns(part.value, rows, shortage_penalty), deadline)
    if found is None:
        return None
    number = len(part)
    missing = found[0][number:]
    short = _proven_short(columns, missing, deadline)
    if missing.sum() > MISSING and not short:  # a meeting owed may displace many others, and cost more than that
        found = _solve_dual(part.value, rows, deadline) or found
    lp_value, prices = found
    fractions = np.zeros(len(columns))
    fractions[promising] = lp_value[:number]
    return _lagrangian(columns, _full_prices(columns, rows, prices), fractions, short)


@dataclass(frozen=True, slots=True)
class DualPrices:
    """Price of a person's slot (people x slots), of a table per slot, and of a person's meeting."""

    seat: Floats
    table: Floats
    person: Floats


def _full_prices(columns: CandidateColumns, rows: ConstraintRows, prices: Floats) -> DualPrices:
    """Prices of the rows that bind, laid out over all rows."""
    seats, tables = columns.people * columns.slots, columns.people * columns.slots + columns.slots
    full = np.zeros(len(rows.binding))
    full[rows.binding] = prices
    seat = full[:seats].reshape(columns.people, columns.slots)
    return DualPrices(seat, full[seats:tables], full[tables : tables + columns.people])


def _lagrangian(columns: CandidateColumns, prices: DualPrices, lp_value: Floats, short: tuple[int, ...]) -> Relaxation:
    """Bound and reduced costs at these prices; valid whatever the prices are."""
    net = (
        columns.value
        - prices.seat[columns.i, columns.slot]
        - prices.seat[columns.j, columns.slot]
        - prices.table[columns.slot]
        - prices.person[columns.i]
        - prices.person[columns.j]
    )
    best = np.zeros(columns.pairs)
    np.maximum.at(best, columns.pair, net)
    persons = np.where(prices.person >= 0, prices.person * columns.most, prices.person * columns.least).sum()
    bound = float(prices.seat.sum() + prices.table @ columns.tables_left + persons + best.sum())
    return Relaxation(bound, best[columns.pair] - net, lp_value, short)


def _pair_relaxation(columns: CandidateColumns, deadline: Deadline) -> Relaxation | None:
    """Without slots: a pair once, meetings per person, tables over all slots."""
    pairs, first = np.unique(columns.pair, return_index=True)
    i, j, value = columns.i[first], columns.j[first], columns.value[first]
    people = columns.people
    upper = np.concatenate([columns.most, [columns.tables_left.sum()]]).astype(float)
    lower = np.concatenate([np.where(columns.least > 0, columns.least, -np.inf), [-np.inf]])
    number = len(pairs)
    row = np.concatenate([i, j, np.full(number, people)])
    rows = ConstraintRows(lower, upper, row, np.tile(np.arange(number), 3), np.ones(people + 1, bool))
    shortage_penalty = 3 * float(np.abs(value).max()) + 1
    found = _solve_dual(*with_shortage_columns(value, rows, shortage_penalty), deadline)
    if found is None:
        return None
    lp_value, prices = found
    full = DualPrices(np.zeros((people, columns.slots)), np.full(columns.slots, prices[people]), prices[:people])
    of_pair = np.zeros(columns.pairs)
    of_pair[pairs] = lp_value[:number]
    columns_per_pair = np.bincount(columns.pair, minlength=columns.pairs)
    fractions = of_pair[columns.pair] / columns_per_pair[columns.pair]
    return _lagrangian(columns, full, fractions, _proven_short(columns, lp_value[number:], deadline))


def _proven_short(columns: CandidateColumns, missing: Floats, deadline: Deadline) -> tuple[int, ...]:
    """People left short when as few meetings as possible are missing, if prices prove that some must be.

    missing: of each meeting owed, how much a programme that puts a price on it leaves out.
    """
    if missing.sum() <= MISSING:
        return ()
    rows = constraint_rows(columns, tables_left=columns.tables_left, most=columns.most, least=columns.least)
    owing = np.flatnonzero(rows.lower > -np.inf)
    gain, rows = with_shortage_columns(np.zeros(len(columns)), rows, 1.0)
    found = _solve_dual(gain, rows, deadline)
    if found is None:
        return ()
    lp_value, prices = found
    cost = _cost_of_rows(rows, prices)
    net = gain - np.bincount(rows.column, weights=prices[rows.row], minlength=len(gain))
    if cost + np.maximum(net, 0).sum() > -1e-6:
        return ()
    people = np.flatnonzero(columns.least > 0)
    owed = np.repeat(np.arange(len(owing)), rows.lower[owing].astype(int))
    lacking = np.bincount(owed, weights=lp_value[len(columns) :], minlength=len(owing))
    return tuple(int(person) for person in people[lacking > 1e-3])


def _short_of_open(columns: CandidateColumns) -> tuple[int, ...]:
    """People who must have more meetings than their open pairs and slots can give."""
    slots = np.zeros((columns.people, columns.slots), bool)
    slots[columns.i, columns.slot] = slots[columns.j, columns.slot] = True
    partners = np.zeros(columns.people, dtype=np.int64)
    _, first = np.unique(columns.pair, return_index=True)
    np.add.at(partners, columns.i[first], 1)
    np.add.at(partners, columns.j[first], 1)
    most = np.minimum(np.minimum(slots.sum(axis=1), partners), columns.most)
    return tuple(int(person) for person in np.flatnonzero(columns.least > most))


def _simple_bound(columns: CandidateColumns) -> float:
    """The smaller of two bounds: half of each person's best pairs, or the best pairs of all tables."""
    _, first = np.unique(columns.pair, return_index=True)
    ends = np.concatenate([columns.i[first], columns.j[first]])
    value = np.maximum(np.tile(columns.value[first], 2), 0)
    order = np.lexsort((-value, ends))
    ends, value = ends[order], value[order]
    starts = np.searchsorted(ends, np.arange(columns.people))
    rank = np.arange(len(ends)) - starts[ends]
    by_people = float(value[rank < columns.most[ends]].sum()) / 2
    ranked = np.sort(np.maximum(columns.value[first], 0))[::-1]
    return min(by_people, float(ranked[: int(columns.tables_left.sum())].sum()))
