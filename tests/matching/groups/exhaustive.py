"""Small drawn problems of groups, and the best of all plans by exhaustive search."""

from __future__ import annotations

import itertools
from math import floor, sqrt

import numpy as np

from matching.groups.checking import trio_value
from matching.groups.rounds import FREE, MET_WORTH, NO_SEAT, RoundsProblem
from matching.groups.roundtables import RoundtablesProblem
from matching.groups.seating import MIX_WEIGHT
from matching.groups.trios import TriosProblem


def small_rounds(seed: int) -> RoundsProblem:
    rng = np.random.default_rng(seed)
    people, rounds, tables = int(rng.integers(2, 6)), int(rng.integers(1, 3)), int(rng.integers(1, 3))
    seats = rng.integers(1, 4, tables)
    present = rng.random((rounds, people)) < 0.9
    forbidden = np.argwhere(np.triu(rng.random((people, people)) < 0.15, 1))
    fixed = np.full((rounds, people), FREE)
    number, person = int(rng.integers(rounds)), int(rng.integers(people))
    if present[number, person] and rng.random() < 0.3:
        fixed[number, person] = rng.integers(tables)
    return RoundsProblem(
        present=present,
        seats=seats,
        least=int(rng.integers(1, 3)),
        constituency=rng.integers(0, 3, people),
        forbidden=forbidden,
        met=np.argwhere(np.triu(rng.random((people, people)) < 0.2, 1)),
        fixed=fixed,
    )


def rounds_value(problem: RoundsProblem, table: np.ndarray) -> tuple[int, float]:
    """Seats, and the worth of different pairs less what tables lack in mix."""
    met = {frozenset(pair) for pair in problem.met.tolist()}
    pairs, lack = set(), 0.0
    for row, present in zip(table.tolist(), problem.present, strict=True):
        pairs |= {frozenset(p) for p in itertools.combinations(range(len(row)), 2) if row[p[0]] == row[p[1]] >= 0}
        lack += sum(_lack(problem, row, number, present) for number in set(row) - {NO_SEAT})
    return int((table >= 0).sum()), sum(MET_WORTH if p in met else 1 for p in pairs) - MIX_WEIGHT * lack


def _lack(problem: RoundsProblem, row: list[int], number: int, present: np.ndarray) -> float:
    here = problem.constituency[np.array(row) == number]
    there = problem.constituency[present]
    return sum(abs((here == k).mean() - (there == k).mean()) for k in set(problem.constituency.tolist()))


def best_rounds(problem: RoundsProblem) -> tuple[int, float]:
    choices = [_seatings(problem, number) for number in range(len(problem.present))]
    return max(rounds_value(problem, np.array(rows)) for rows in itertools.product(*choices))


def _seatings(problem: RoundsProblem, number: int) -> list[tuple[int, ...]]:
    """All seats of one round that break no rule and seat the most."""
    options = [
        [NO_SEAT] if not present else [int(fixed)] if fixed != FREE else [NO_SEAT, *range(len(problem.seats))]
        for present, fixed in zip(problem.present[number], problem.fixed[number], strict=True)
    ]
    found = [row for row in itertools.product(*options) if _is_sound(problem, number, row)]
    most = max(sum(table >= 0 for table in row) for row in found)
    return [row for row in found if sum(table >= 0 for table in row) == most]


def _is_sound(problem: RoundsProblem, number: int, row: tuple[int, ...]) -> bool:
    for table, seats in enumerate(problem.seats):
        size = row.count(table)
        if size > seats or (0 < size < problem.least and table not in problem.fixed[number]):
            return False
    return all(row[a] != row[b] or row[a] == NO_SEAT for a, b in problem.forbidden)


def small_scores(rng: np.random.Generator, people: int) -> np.ndarray:
    score = np.triu(rng.random((people, people)) * (rng.random((people, people)) < 0.85), 1)
    return score + score.T


def small_trios(seed: int) -> TriosProblem:
    rng = np.random.default_rng(seed)
    people, topics = int(rng.integers(3, 8)), int(rng.integers(1, 5))
    return TriosProblem(
        score=small_scores(rng, people),
        constituency=rng.integers(0, 4, people),
        seeks=rng.random((people, topics)) < 0.4,
        offers=rng.random((people, topics)) < 0.4,
        most=rng.integers(0, 3, people),
    )


def best_trios(problem: TriosProblem) -> float:
    people = range(len(problem.most))
    worth = [(trio, trio_value(problem, trio)) for trio in itertools.combinations(people, 3)]
    valued = sorted(((t, v) for t, v in worth if v is not None), key=lambda one: -one[1])

    def best(number: int, left: tuple[int, ...], pairs: frozenset[frozenset[int]]) -> float:
        if number == len(valued):
            return 0.0
        trio, value = valued[number]
        own = frozenset(frozenset(pair) for pair in itertools.combinations(trio, 2))
        found = best(number + 1, left, pairs)
        if all(left[p] for p in trio) and not own & pairs:
            fewer = tuple(n - (p in trio) for p, n in enumerate(left))
            found = max(found, value + best(number + 1, fewer, pairs | own))
        return found

    return best(0, tuple(problem.most.tolist()), frozenset())


def small_roundtables(seed: int) -> RoundtablesProblem:
    rng = np.random.default_rng(seed)
    people, tables = int(rng.integers(3, 7)), int(rng.integers(1, 3))
    least = int(rng.integers(2, 4))
    return RoundtablesProblem(
        host=rng.permutation(people)[:tables],
        wanted=rng.random((people, tables)) < 0.8,
        score=small_scores(rng, people),
        constituency=rng.integers(0, 3, people),
        forbidden=np.argwhere(np.triu(rng.random((people, people)) < 0.1, 1)),
        met=np.argwhere(np.triu(rng.random((people, people)) < 0.2, 1)),
        least=least,
        most=least + int(rng.integers(0, 3)),
        share_most=float(rng.choice((0.5, 0.7, 1.0))),
    )


def roundtables_value(problem: RoundtablesProblem, row: tuple[int, ...]) -> tuple[int, float]:
    """Seats, and the worth of the pairs at one table."""
    met = {frozenset(pair) for pair in problem.met.tolist()}
    value = sum(
        sqrt(problem.score[pair]) * (MET_WORTH if frozenset(pair) in met else 1)
        for pair in itertools.combinations(range(len(row)), 2)
        if row[pair[0]] == row[pair[1]] >= 0
    )
    return sum(table >= 0 for table in row), value


def best_roundtables(problem: RoundtablesProblem) -> tuple[int, float]:
    tables, hosts = range(len(problem.host)), problem.host.tolist()
    options = [
        [NO_SEAT, hosts.index(p)] if p in hosts else [NO_SEAT, *(t for t in tables if problem.wanted[p, t])]
        for p in range(len(problem.wanted))
    ]
    rows = [row for row in itertools.product(*options) if all(_is_held(problem, row, t) for t in tables)]
    return max(roundtables_value(problem, row) for row in rows)


def _is_held(problem: RoundtablesProblem, row: tuple[int, ...], table: int) -> bool:
    """Whether a table with its people keeps to the rules, or is empty."""
    people = [person for person, at in enumerate(row) if at == table]
    if not people:
        return True
    kinds = problem.constituency[people].tolist()
    return (
        problem.least <= len(people) <= problem.most
        and problem.host[table] in people
        and max(map(kinds.count, kinds)) <= floor(problem.share_most * len(people) + 1e-6)
        and all(not (a in people and b in people) for a, b in problem.forbidden.tolist())
    )
