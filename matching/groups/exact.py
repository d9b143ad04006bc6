"""The best seats of a small problem: an integer programme over all tables that could be held (HiGHS)."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from matching.groups.seating import Rules, lack_of_mix, most_of_one_kind
from matching.scheduling.columns import Flags, Floats, Ints

MOST_TABLES = 2_000  # each with its people; beyond, seats are searched
MOST_NODES = 2_000  # of HiGHS's tree: a limit that is the same on every machine


def best_seats(rules: Rules, fixed: Ints, *, all_fixed_sit: bool) -> Ints | None:
    """(R, n): as many seats as possible, and of these the least cost; T for nobody's table. None where the
    problem is too large.

    fixed: (R, n), the table of whoever stays, T for everybody else. Unless `all_fixed_sit`, a table of
    theirs need not be held.
    """
    rounds, people = fixed.shape
    places = [(number, table) for number in range(rounds) for table in np.flatnonzero(rules.seats > 0).tolist()]
    if not places or sum(_number_of_tables(rules, fixed, *place) for place in places) > MOST_TABLES:
        return None
    found = [_tables(rules, fixed, *place) for place in places]
    member: Flags = np.concatenate(found)
    place = np.repeat(np.arange(len(places)), [len(one) for one in found])
    number = np.array([at[0] for at in places])[place]
    seat = [(member & (number == r)[:, None]).T for r in range(rounds)]
    once = np.concatenate([*seat, np.arange(len(places))[:, None] == place]).astype(float)
    must = (fixed != len(rules.seats)).ravel() & all_fixed_sit
    least, sizes = np.append(must, np.zeros(len(places))), member.sum(axis=1).astype(float)
    most = _solve(sizes, [(once, least, 1.0)])
    if most is None:
        return None
    first, second = np.nonzero(np.triu(rules.worth > 0, 1))
    both = (member[:, first] & member[:, second]).T.astype(float)
    lack = rules.mix_weight * lack_of_mix(_counts(rules, member), rules.share[number])
    # Beside a column for each table, one for each pair: whether the two ever sit together.
    none, seated = np.zeros((len(once), len(first))), np.append(sizes, np.zeros(len(first)))
    rows = [
        (np.concatenate([once, none], axis=1), least, 1.0),
        (seated[None], sizes[most].sum(), np.inf),
        (np.concatenate([both, -np.eye(len(first))], axis=1), 0.0, np.inf),
    ]
    chosen = _solve(np.append(-lack, rules.worth[first, second]), rows)
    if chosen is None:
        return None
    table = np.full((rounds, people), len(rules.seats))
    for column in np.flatnonzero(chosen[: len(member)]):
        table[number[column], member[column]] = places[place[column]][1]
    return table


def _solve(gain: Floats, rows: list[tuple[Floats, Floats | float, float]]) -> Flags | None:
    """Which columns; None where HiGHS did not end.

    rows: factors of the columns, the least and the most of their sum.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # here: 17 MB of every process

    if not len(gain):
        return np.zeros(0, bool)
    found = milp(
        -gain,
        integrality=np.ones(len(gain), np.int64),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(*row) for row in rows],
        options={"node_limit": MOST_NODES, "mip_rel_gap": 0.0},
    )
    if found.status != 0:
        return None
    chosen: Flags = found.x > 0.5
    return chosen


def _others(rules: Rules, fixed: Ints, number: int, table: int) -> tuple[Ints, Ints]:
    """Who stays at the table, and who could join them."""
    row = fixed[number]
    stay = np.flatnonzero(row == table)
    may = rules.movable[number] & rules.allowed[:, table] & (row == len(rules.seats))
    return stay, np.flatnonzero(may & ~rules.forbidden[stay].any(axis=0))


def _joining(rules: Rules, stay: Ints, number: int, table: int) -> range:
    """How many can join those who stay."""
    least = max(int(rules.least[number, table]), 1)
    return range(max(least - len(stay), 0), int(rules.seats[table]) - len(stay) + 1)


def _number_of_tables(rules: Rules, fixed: Ints, number: int, table: int) -> int:
    stay, others = _others(rules, fixed, number, table)
    return sum(comb(len(others), more) for more in _joining(rules, stay, number, table))


def _tables(rules: Rules, fixed: Ints, number: int, table: int) -> Flags:
    """(m, n): every table that keeps to the rules."""
    stay, others = _others(rules, fixed, number, table)
    joining = [
        list(group)
        for more in _joining(rules, stay, number, table)
        for group in combinations(others.tolist(), more)
        if not rules.forbidden[np.ix_(group, group)].any()
    ]
    member: Flags = np.zeros((len(joining), fixed.shape[1]), bool)
    member[:, stay] = True
    for row, group in zip(member, joining, strict=True):
        row[group] = True
    counts = _counts(rules, member)
    return member[(counts <= most_of_one_kind(counts, rules.share_most)[:, None]).all(axis=1)]


def _counts(rules: Rules, member: Flags) -> Floats:
    """(m, C): of each table, how many of each constituency."""
    kinds = np.arange(rules.share.shape[1])
    counts: Floats = member.astype(float) @ (rules.constituency[:, None] == kinds)
    return counts
