"""Rounds of tables where as many different people as possible sit together, and each table is mixed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matching.errors import BadGroups
from matching.groups.bounds import mix_bound, pairs_bound
from matching.groups.constructions import prime_powers, transversal_rounds
from matching.groups.exact import best_seats
from matching.groups.local_search import StepClock, search
from matching.groups.seating import MIX_WEIGHT, Rules, Seating, pair_flags
from matching.scheduling.columns import Flags, Ints
from matching.scheduling.deadline import Clock, Deadline, ShouldStop, never

NO_SEAT = -1
FREE = -1
MET_WORTH = 0.5  # of a pair that met before, against one that did not


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsProblem:
    """n people, R rounds, T tables. Raises BadGroups.

    present: (R, n), who is there in which round; seats: (T,), the most people at each table, the same in each
    round; least: fewest people at a table that is used, unless people are fixed at it; constituency: (n,),
    codes from 0; forbidden: (m, 2), pairs that never sit together; met: (m, 2), pairs that met before, wanted
    least; fixed: (R, n), the table of whoever is not moved, FREE where the person may be.
    """

    present: Flags
    seats: Ints
    least: int
    constituency: Ints
    forbidden: Ints
    met: Ints
    fixed: Ints

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPlan:
    """Who sits where, and how good that is.

    table: (R, n), NO_SEAT for whoever is absent or cannot be seated; pairs_met: different pairs that sit
    together at least once; repeats: pairs of seats beyond the first of the same two; pairs_bound: no plan has
    more different pairs; mix: mean over tables that are used and constituencies of |share at the table -
    share among those present|; mix_bound: no plan with tables of these sizes
    has less.
    """

    table: Ints
    pairs_met: int
    repeats: int
    pairs_bound: int
    mix: float
    mix_bound: float


def plan_rounds(
    problem: RoundsProblem, *, seconds: float, seed: int, clock: Clock | None = None, should_stop: ShouldStop = never
) -> RoundsPlan:
    """The best plan found: first as many seats as possible, then different pairs and the mix of each table.

    Without a clock, `seconds` are those the steps take on an idle core, so that a seed gives the same plan.
    """
    steps = StepClock()
    deadline = Deadline(clock or steps, seconds, should_stop)
    rules, rng = _rules(problem), np.random.default_rng(seed)
    exact = best_seats(rules, _start(problem), all_fixed_sit=True)
    if exact is not None:
        return plan_of(problem, np.where(exact == len(problem.seats), NO_SEAT, exact))
    lowest = _lowest_cost(problem, rules)
    found: list[Seating] = []
    for start, kept, share in ((_transversal_start(problem), True, 0.5), (_start(problem), False, 1.0)):
        if start is None or (found and found[-1].cost() <= lowest + 1e-4):
            continue
        own = replace(rules, movable=rules.movable & (start == len(problem.seats))) if kept else rules
        found.append(search(own, start, deadline.part(share), rng, steps, lowest))
    best = min(found, key=Seating.cost)
    return plan_of(problem, _without_short_tables(problem, best))


def plan_of(problem: RoundsProblem, table: Ints) -> RoundsPlan:
    """The figures of seats (R, n), NO_SEAT for none."""
    together = np.zeros((table.shape[1],) * 2, np.int64)
    for row in table:
        together += (row[:, None] == row) & (row != NO_SEAT)
    counts = together[np.triu_indices(len(together), 1)]
    met = int((counts > 0).sum())
    mix, bound = _mix(problem, table)
    return RoundsPlan(
        table=table,
        pairs_met=met,
        repeats=int(counts.sum()) - met,
        pairs_bound=pairs_bound(problem.present, problem.seats, problem.forbidden),
        mix=mix,
        mix_bound=bound,
    )


def _mix(problem: RoundsProblem, table: Ints) -> tuple[float, float]:
    """The mix of the seats, and its bound."""
    kinds = int(problem.constituency.max(initial=0)) + 1
    found, bound, tables = 0.0, 0.0, 0
    for row, present in zip(table, problem.present, strict=True):
        there = np.bincount(problem.constituency[present], minlength=kinds)
        used, sizes = np.unique(row[row != NO_SEAT], return_counts=True)
        for number in used:
            here = np.bincount(problem.constituency[row == number], minlength=kinds)
            found += float(np.abs(here / here.sum() - there / there.sum()).sum())
        bound += mix_bound(sizes, there, int(sizes.sum()))
        tables += len(used)
    return found / max(tables * kinds, 1), min(found, max(bound, 0.0)) / max(tables * kinds, 1)


def _rules(problem: RoundsProblem) -> Rules:
    people = problem.present.shape[1]
    kinds = int(problem.constituency.max(initial=0)) + 1
    worth = np.ones((people, people), np.float32)
    np.fill_diagonal(worth, 0)
    worth[pair_flags(people, problem.met)] = MET_WORTH
    codes = problem.constituency
    counts = np.stack([np.bincount(codes[there], minlength=kinds) for there in problem.present])
    tables = len(problem.seats)
    held = np.stack([np.bincount(row[row != FREE], minlength=tables) > 0 for row in problem.fixed])
    return Rules(
        seats=problem.seats,
        least=np.where(held, 0, problem.least),
        constituency=codes,
        share=(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).astype(np.float32),
        worth=worth,
        forbidden=pair_flags(people, problem.forbidden),
        allowed=np.ones((people, tables), bool),
        movable=problem.present & (problem.fixed == FREE),
    )


def _start(problem: RoundsProblem) -> Ints:
    return np.where(problem.fixed == FREE, len(problem.seats), problem.fixed)


def _transversal_start(problem: RoundsProblem) -> Ints | None:
    """Seats without a repeat in as many rounds as a finite field gives, T elsewhere; None where it does not
    fit: somebody is absent, fixed or may not sit with another, or seats are too few or too different.

    People of one constituency stand in one column as far as possible, so that tables are mixed.
    """
    rounds, people = problem.present.shape
    plain = problem.present.all() and (problem.fixed == FREE).all() and not len(problem.forbidden)
    seats = np.sort(problem.seats)[::-1]
    for order in prime_powers(2, min(len(seats), people)) if plain else ():
        columns = -(-people // order)
        if columns > order or columns > seats[order - 1] or people // order < problem.least:
            continue
        table = np.full((rounds, people), len(seats))
        rank = np.argsort(np.argsort(problem.constituency, kind="stable"), kind="stable")
        column = rank * columns // people
        place = column * order + rank - np.searchsorted(np.sort(column), column)
        tables = np.argsort(-problem.seats, kind="stable")
        made = tables[transversal_rounds(columns, order, min(rounds, order))]
        table[: len(made)] = made[:, place]
        return table
    return None


def _lowest_cost(problem: RoundsProblem, rules: Rules) -> float:
    """A cost no seats go below, where all seats are taken; else of pairs alone."""
    kinds = rules.share.shape[1]
    lowest = -float(pairs_bound(problem.present, problem.seats, problem.forbidden))
    for row in problem.present:
        if row.sum() == problem.seats.sum():
            there = np.bincount(problem.constituency[row], minlength=kinds)
            lowest += MIX_WEIGHT * mix_bound(problem.seats[problem.seats > 0], there, int(row.sum()))
    return lowest


def _without_short_tables(problem: RoundsProblem, seating: Seating) -> Ints:
    """Seats as the plan states them; whoever is at a table that stayed short of its least has none."""
    table = seating.table.copy()
    for number, row in enumerate(table):
        short = seating.sizes[number] < np.append(seating.rules.least[number], 0)
        row[short[row] | (row == len(problem.seats))] = NO_SEAT
    return table


def _check(problem: RoundsProblem) -> None:
    shape, tables = problem.present.shape, len(problem.seats)
    if len(shape) != 2 or problem.fixed.shape != shape or problem.constituency.shape != shape[1:]:
        raise BadGroups("“present” and “fixed” need a row for each round and a column for each person.")
    if (problem.seats < 0).any() or problem.least < 0:
        raise BadGroups("Seats are counts: none can be below zero.")
    if (problem.constituency < 0).any():
        raise BadGroups("Constituencies are codes from 0.")
    for name in ("forbidden", "met"):
        pairs: Ints = getattr(problem, name)
        inside = not pairs.size or (pairs.min() >= 0 and pairs.max() < shape[1])
        if pairs.ndim != 2 or pairs.shape[1] != 2 or not inside or (pairs[:, 0] == pairs[:, 1]).any():
            raise BadGroups(f"“{name}” needs pairs of two different people below {shape[1]}.")
    fixed = problem.fixed
    if fixed.size and (fixed.min() < FREE or fixed.max() >= tables):
        raise BadGroups(f"“fixed” names a table outside the {tables}.")
    if (~problem.present & (fixed != FREE)).any():
        raise BadGroups("Somebody is fixed at a table in a round they are absent from.")
    for row in fixed:
        taken = np.bincount(row[row != FREE], minlength=tables)
        if (taken > problem.seats).any():
            raise BadGroups(f"More people are fixed at table {int((taken > problem.seats).argmax())} than it seats.")
        a, b = row[problem.forbidden[:, 0]], row[problem.forbidden[:, 1]]
        together = (a == b) & (a != FREE)
        if together.any():
            i, j = problem.forbidden[together.argmax()]
            raise BadGroups(f"{i} and {j} may not sit together; both are fixed at table {a[together][0]}.")
