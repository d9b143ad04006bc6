"""Rounds of tables where as many different people as possible sit together, and each table is mixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.errors import BadGroups
from matching.groups.local_search import StepClock, first_seats, improve
from matching.groups.seating import Rules, Seating
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
    share among those present|; mix_bound: no plan that seats as many in each round has less.
    """

    table: Ints
    pairs_met: int
    repeats: int
    pairs_bound: int
    mix: float
    mix_bound: float


def plan_rounds(
    problem: RoundsProblem,
    *,
    seconds: float,
    seed: int,
    clock: Clock | None = None,
    should_stop: ShouldStop = never,
) -> RoundsPlan:
    """The best plan found: first as many seats as possible, then different pairs and the mix of each table.

    Without a clock, `seconds` are those the steps take on an idle core, so that a seed gives the same plan.
    """
    steps = StepClock()
    deadline = Deadline(clock or steps, seconds, should_stop)
    rules, rng = _rules(problem), np.random.default_rng(seed)
    seating = Seating(rules, first_seats(rules, _start(problem), rng))
    improve(
        seating, deadline, rng, steps, -float(pairs_bound(problem.present, problem.seats, problem.forbidden))
    )
    return plan_of(problem, _without_short_tables(problem, seating))


def plan_of(problem: RoundsProblem, table: Ints) -> RoundsPlan:
    """The figures of seats (R, n), NO_SEAT for none."""
    together = np.zeros((table.shape[1],) * 2, np.int64)
    for row in table:
        together += (row[:, None] == row) & (row != NO_SEAT)
    counts = together[np.triu_indices(len(together), 1)]
    met = int((counts > 0).sum())
    return RoundsPlan(
        table=table,
        pairs_met=met,
        repeats=int(counts.sum()) - met,
        pairs_bound=pairs_bound(problem.present, problem.seats, problem.forbidden),
        mix=_mix(problem, table),
        mix_bound=0.0,
    )


def pairs_bound(present: Flags, seats: Ints, forbidden: Ints) -> int:
    """No plan can have more different pairs: by pairs allowed and there at once, by the seats of each round,
    and by how many each person can meet."""
    at_once = (present.T.astype(np.int64) @ present) > 0
    np.fill_diagonal(at_once, val=False)
    at_once[forbidden[:, 0], forbidden[:, 1]] = at_once[forbidden[:, 1], forbidden[:, 0]] = False
    largest = max(int(seats.max(initial=0)) - 1, 0)
    each = np.minimum(at_once.sum(axis=1), present.sum(axis=0) * largest)
    by_seats = 0
    for people in present.sum(axis=1):
        left = int(people)
        for size in sorted(seats.tolist(), reverse=True):
            here = min(size, left)
            by_seats += here * (here - 1) // 2
            left -= here
    return min(by_seats, int(each.sum()) // 2)


def _mix(problem: RoundsProblem, table: Ints) -> float:
    kinds = int(problem.constituency.max(initial=0)) + 1
    found = []
    for row, present in zip(table, problem.present, strict=True):
        overall = np.bincount(problem.constituency[present], minlength=kinds) / max(int(present.sum()), 1)
        for number in np.unique(row[row != NO_SEAT]):
            here = problem.constituency[row == number]
            found.append(np.abs(np.bincount(here, minlength=kinds) / len(here) - overall).mean())
    return float(np.mean(found)) if found else 0.0


def _rules(problem: RoundsProblem) -> Rules:
    people = problem.present.shape[1]
    kinds = int(problem.constituency.max(initial=0)) + 1
    worth = np.ones((people, people), np.float32)
    np.fill_diagonal(worth, 0)
    worth[problem.met[:, 0], problem.met[:, 1]] = worth[problem.met[:, 1], problem.met[:, 0]] = MET_WORTH
    forbidden = np.zeros((people, people), bool)
    for a, b in (problem.forbidden.T, problem.forbidden.T[::-1]):
        forbidden[a, b] = True
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
        forbidden=forbidden,
        movable=problem.present & (problem.fixed == FREE),
    )


def _start(problem: RoundsProblem) -> Ints:
    return np.where(problem.fixed == FREE, len(problem.seats), problem.fixed)


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
            raise BadGroups(
                f"More people are fixed at table {int((taken > problem.seats).argmax())} than it seats."
            )
        a, b = row[problem.forbidden[:, 0]], row[problem.forbidden[:, 1]]
        together = (a == b) & (a != FREE)
        if together.any():
            i, j = problem.forbidden[together.argmax()]
            raise BadGroups(f"{i} and {j} may not sit together; both are fixed at table {a[together][0]}.")
