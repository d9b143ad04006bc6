"""Rounds of tables: who sits where in each round, so that as many different pairs as possible meet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from matching.errors import MatchingError

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsProblem:
    """n people, R rounds, T tables."""

    present: BoolArray  # (R, n) who is there in which round
    seats: IntArray  # (T,) the most people at each table, the same in each round
    least: int  # fewest people at a table that is used
    constituency: IntArray  # (n,) codes from 0
    forbidden: IntArray  # (m, 2) pairs that never sit together
    met: IntArray  # (m, 2) pairs that met before: wanted least
    fixed: IntArray  # (R, n) the table of whoever agreed and is not moved; -1: free


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPlan:
    table: IntArray  # (R, n) table of each person, -1: no seat
    pairs_met: int  # different pairs that sit together at least once
    repeats: int  # pairs of seats beyond the first of the same two
    pairs_bound: int  # no plan can have more different pairs
    mix: float  # mean over tables and constituencies of |share at table - share overall|
    mix_bound: float  # no plan can have less (0 where not computed)


def plan_rounds(problem: RoundsProblem, *, seconds: float, seed: int) -> RoundsPlan:  # noqa: ARG001
    """Each person in turn, by chance, sits where fewest have met them and fewest are of their constituency.

    >>> nobody = np.empty((0, 2), dtype=np.int64)
    >>> problem = RoundsProblem(
    ...     present=np.ones((1, 4), dtype=bool), seats=np.array([2, 2]), least=2,
    ...     constituency=np.array([0, 0, 1, 1]), forbidden=nobody, met=nobody,
    ...     fixed=np.full((1, 4), -1),
    ... )
    >>> plan_rounds(problem, seconds=1.0, seed=1).mix
    0.0
    """
    rounds, people = problem.present.shape
    order = np.random.default_rng(seed)
    apart = _matrix(people, problem.forbidden)
    met = _matrix(people, problem.met).astype(np.int64)
    table = problem.fixed.copy()
    for number in range(rounds):
        row = table[number]
        if any(apart[a, b] for a, b in combinations(np.flatnonzero(row >= 0), 2) if row[a] == row[b]):
            raise MatchingError(f"Two who never sit together are fixed at one table in round {number + 1}.")
        for person in order.permutation(np.flatnonzero(problem.present[number] & (row < 0))):
            row[person] = _best(problem, row, apart, met, int(person))
        _close_small(problem, row, problem.fixed[number])
        for a, b in _pairs(row):
            met[a, b] = met[b, a] = met[a, b] + 1
    seen = Counter(pair for row in table for pair in _pairs(row))
    most = int(problem.seats.max(initial=1)) - 1
    bound = min(people * (people - 1) // 2, int(problem.present.sum()) * most // 2)
    return RoundsPlan(
        table=table, pairs_met=len(seen), repeats=seen.total() - len(seen), pairs_bound=bound,
        mix=_mix(problem, table), mix_bound=0.0,
    )  # fmt: skip


def _best(problem: RoundsProblem, row: IntArray, apart: BoolArray, met: IntArray, person: int) -> int:
    costs = []
    for table, seats in enumerate(problem.seats):
        here = np.flatnonzero(row == table)
        if len(here) < seats and not apart[person, here].any():
            alike = int((problem.constituency[here] == problem.constituency[person]).sum())
            costs.append(
                (int(met[person, here].sum()), alike, 0 < len(here) < problem.least, -len(here), table)
            )
    return min(costs, key=lambda cost: (*cost[:2], not cost[2], cost[3]))[-1] if costs else -1


def _close_small(problem: RoundsProblem, row: IntArray, fixed: IntArray) -> None:
    for table in range(len(problem.seats)):
        here = np.flatnonzero(row == table)
        if len(here) < problem.least:
            row[here[fixed[here] < 0]] = -1


def _matrix(people: int, pairs: IntArray) -> BoolArray:
    made = np.zeros((people, people), dtype=bool)
    made[pairs[:, 0], pairs[:, 1]] = made[pairs[:, 1], pairs[:, 0]] = True
    return made


def _pairs(row: IntArray) -> list[tuple[int, int]]:
    return [
        (int(a), int(b))
        for table in np.unique(row[row >= 0])
        for a, b in combinations(np.flatnonzero(row == table), 2)
    ]


def _mix(problem: RoundsProblem, table: IntArray) -> float:
    kinds = np.unique(problem.constituency)
    shares = np.array([(problem.constituency == kind).mean() for kind in kinds])
    found = [
        np.abs(np.array([(problem.constituency[row == one] == kind).mean() for kind in kinds]) - shares)
        for row in table
        for one in np.unique(row[row >= 0])
    ]
    return float(np.mean(found)) if found else 0.0
