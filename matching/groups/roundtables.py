"""Roundtables: a topic, a host and a few people of several constituencies who are worth each other's time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.errors import BadGroups
from matching.groups.exact import best_seats
from matching.groups.local_search import StepClock, search
from matching.groups.rounds import NO_SEAT
from matching.groups.seating import Rules, pair_flags
from matching.scheduling.columns import Flags, Floats, Ints
from matching.scheduling.deadline import Clock, Deadline, ShouldStop, never

SEARCHES = 12  # each with other tables held
MET_WORTH = 0.5  # of a pair that met before, against one that did not


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtablesProblem:
    """n people, T tables at one time, one for each topic. Raises BadGroups.

    host: (T,), different people, who sit at their own table; wanted: (n, T), who would sit there; score:
    (n, n), symmetric reciprocal scores in [0, 1]; constituency: (n,), codes; forbidden: (m, 2), pairs that
    never sit together (contact policy, no common language and no interpreter); met: (m, 2), pairs that met
    before; least, most: people at a table that is held, its host among them; share_most: the greatest share
    of one constituency at a table.
    """

    host: Ints
    wanted: Flags
    score: Floats
    constituency: Ints
    forbidden: Ints
    met: Ints
    least: int = 4
    most: int = 8
    share_most: float = 0.5

    def __post_init__(self) -> None:
        people, tables = self.wanted.shape
        if self.score.shape != (people, people) or self.constituency.shape != (people,):
            raise BadGroups(f"“score” and “constituency” are needed of {people} people.")
        if self.host.shape != (tables,) or len(set(self.host.tolist())) != tables:
            raise BadGroups("Each table needs a host of its own.")
        if tables and not 0 <= self.host.min() <= self.host.max() < people:
            raise BadGroups(f"A host is none of the {people} people.")
        if not 2 <= self.least <= self.most or not 0 < self.share_most <= 1:
            raise BadGroups("A table has at least two people, and a share lies above 0 and at most at 1.")
        if (self.score < 0).any() or not (self.score == self.score.T).all():
            raise BadGroups("Scores are the same both ways, and not below zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtablesPlan:
    """table: (n,), NO_SEAT for none; value: sum over pairs at a table of sqrt(score), times MET_WORTH where
    they met before; bound: no plan is worth more."""

    table: Ints
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the value may be from the best possible, as a share of the bound."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def plan_roundtables(
    problem: RoundtablesProblem,
    *,
    seconds: float,
    seed: int,
    clock: Clock | None = None,
    should_stop: ShouldStop = never,
) -> RoundtablesPlan:
    """The best plan found: first as many tables and people as possible, then their value.

    Without a clock, `seconds` are those the steps take on an idle core, so that a seed gives the same plan.
    """
    steps = StepClock()
    deadline = Deadline(clock or steps, seconds, should_stop)
    worth, bound = _worth(problem), _bound(problem)
    tables = len(problem.host)
    start, rules = _rules(problem, worth, np.ones(tables, bool))
    exact = best_seats(rules, start, all_fixed_sit=False)
    if exact is None:
        table = _search_tables(problem, worth, deadline, np.random.default_rng(seed), steps)
    else:
        table = np.where(exact[0] == tables, NO_SEAT, exact[0])
    value = _value(worth, table)
    return RoundtablesPlan(table=table, value=value, bound=max(bound, value) if exact is None else value)


def _search_tables(
    problem: RoundtablesProblem, worth: Floats, deadline: Deadline, rng: np.random.Generator, steps: StepClock
) -> Ints:
    """(n,): the best seats of several searches, each with other tables held: a table that stayed short is
    given up, or one more or fewer is tried."""
    places = np.arange(len(problem.host))
    may_open = np.delete(problem.wanted, problem.host, axis=0).sum(axis=0) + 1 >= problem.least
    is_open, best, best_open, best_worth = may_open, np.full(len(worth), NO_SEAT), may_open, (0, 0.0)
    none = np.zeros_like(may_open)
    tried = {none.tobytes()}
    while is_open.any() and len(tried) <= SEARCHES:
        tried.add(is_open.tobytes())
        start, rules = _rules(problem, worth, is_open)
        part = deadline.at_most(deadline.limit / SEARCHES)
        table = _held(problem, search(rules, start, part, rng, steps, -np.inf).table[0])
        found = int((table != NO_SEAT).sum()), _value(worth, table)
        if found > best_worth:
            best, best_open, best_worth = table, is_open, found
        short = is_open & ~np.isin(places, table)
        from_open, flips = (is_open, short) if short.any() else (best_open, may_open)
        near = [from_open ^ (places == table) for table in rng.permutation(np.flatnonzero(flips))]
        near += [one ^ (places == table) for one in near for table in np.flatnonzero(may_open)]
        is_open = next((one for one in near if one.tobytes() not in tried), none)
    return best


def _rules(problem: RoundtablesProblem, worth: Floats, is_open: Flags) -> tuple[Ints, Rules]:
    """The first seats, hosts at their tables, and the rules, where these tables (T,) may be held."""
    people, tables = problem.wanted.shape
    start = np.full((1, people), tables)
    start[0, problem.host[is_open]] = np.flatnonzero(is_open)
    wanted = problem.wanted & is_open
    wanted[problem.host] = False
    kinds = int(problem.constituency.max(initial=0)) + 1
    return start, Rules(
        seats=np.where(is_open, problem.most, 0),
        least=np.full((1, tables), problem.least),
        constituency=problem.constituency,
        share=np.full((1, kinds), 1 / kinds, np.float32),
        worth=worth.astype(np.float32),
        forbidden=pair_flags(people, problem.forbidden),
        allowed=wanted,
        movable=np.atleast_2d(wanted.any(axis=1)),
        mix_weight=0.0,
        share_most=problem.share_most,
    )


def _value(worth: Floats, table: Ints) -> float:
    together: Flags = np.triu(table[:, None] == table, 1) & (table != NO_SEAT)
    return float(worth[together].sum())


def _worth(problem: RoundtablesProblem) -> Floats:
    """(n, n), what it is worth that two sit together: concave in the score, so that a table where all pairs
    fit is worth more than one with a few of the best."""
    worth = np.sqrt(problem.score)
    worth[pair_flags(len(worth), problem.met)] *= MET_WORTH
    np.fill_diagonal(worth, 0)
    return worth


def _held(problem: RoundtablesProblem, row: Ints) -> Ints:
    """Seats at tables that keep to the rules; whoever sits above a greatest share, or at a table with too
    few, has none."""
    table = np.where(row == len(problem.host), NO_SEAT, row)
    for number, host in enumerate(problem.host):
        while True:
            members = np.flatnonzero(table == number)
            counts = np.bincount(problem.constituency[members])
            over = counts > np.floor(problem.share_most * len(members) + 1e-6)
            if len(members) < problem.least:
                table[members] = NO_SEAT
                break
            if not over.any():
                break
            others = members[over[problem.constituency[members]] & (members != host)]
            table[others[:1] if len(others) else members] = NO_SEAT
    return table


def _bound(problem: RoundtablesProblem) -> float:
    """No plan is worth more: somebody at a table has half the worth of the best who could fill it beside
    them, no constituency above its share; and each person is at one table (an assignment)."""
    from scipy.optimize import linear_sum_assignment  # here: 17 MB of every process

    worth = _worth(problem)
    worth[pair_flags(len(worth), problem.forbidden)] = 0
    people, tables = problem.wanted.shape
    most = max(int(problem.share_most * problem.most + 1e-6), 1)
    half = np.zeros((people, tables))
    there = problem.wanted.copy()
    there[problem.host] = False
    there[problem.host, np.arange(tables)] = True
    for table in range(tables):
        inside = np.flatnonzero(there[:, table])
        kinds = problem.constituency[inside]
        by_kind = [np.sort(worth[np.ix_(inside, inside[kinds == k])], axis=1)[:, -most:] for k in set(kinds.tolist())]
        best = np.sort(np.concatenate(by_kind, axis=1), axis=1)[:, -(problem.most - 1) :]
        half[inside, table] = best.sum(axis=1) / 2
    seats = np.repeat(half, problem.most, axis=1)
    person, seat = linear_sum_assignment(seats, maximize=True)
    return float(seats[person, seat].sum())
