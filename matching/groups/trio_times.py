"""When and at how many tables trios meet: each at a time that all three have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from matching.errors import BadGroups
from matching.groups.trios import Candidates, TriosProblem, candidate_trios, plan_trios
from matching.scheduling.columns import Flags, Floats, Ints
from matching.scheduling.deadline import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTrios:
    """trios: (m, 3), people; time: (m,); values: (m,); bound: no trios at these times are worth more."""

    trios: Ints
    time: Ints
    values: Floats
    value: float
    bound: float


def plan_timed_trios(
    problem: TriosProblem, free: Flags, tables: Ints, *, seconds: float, seed: int, clock: Clock
) -> TimedTrios:
    """The most valuable trios found that have a time and a table each.

    free: (S, n), who has which time; tables: (S,), how many are free then. The trios of `plan_trios` are
    given times first, or simply the most valuable: whichever comes to more. Raises BadGroups.

    >>> import time
    >>> topics = np.eye(3, dtype=bool)
    >>> one = TriosProblem(score=np.full((3, 3), 0.5), constituency=np.arange(3), seeks=topics[[1, 2, 2]],
    ...                    offers=topics, most=np.ones(3, int))
    >>> free = np.array([[True, True, False], [True, True, True]])
    >>> plan = plan_timed_trios(one, free, np.array([1, 1]), seconds=5, seed=1, clock=time.monotonic)
    >>> plan.trios.tolist(), plan.time.tolist()
    ([[0, 1, 2]], [1])
    """
    if free.shape != (len(tables), len(problem.constituency)):
        raise BadGroups("“free” needs a row for each time and a column for each person.")
    shared = (free.T.astype(np.float32) @ free.astype(np.float32)) > 0
    timed = TriosProblem(
        score=np.where(shared, problem.score, 0.0),
        constituency=problem.constituency,
        seeks=problem.seeks,
        offers=problem.offers,
        most=np.minimum(problem.most, free.sum(axis=0)),
    )
    found, plan = candidate_trios(timed), plan_trios(timed, seconds=seconds, seed=seed, clock=clock)
    by_value = np.argsort(-found.value, kind="stable")
    planned = zip(plan.trios.tolist(), plan.values.tolist(), strict=True)
    all_trios = [
        _placed(timed, free, tables, chain(first, _rows(found, by_value)))
        for first in (sorted(planned, key=lambda row: -row[1]), ())
    ]
    rows = max(all_trios, key=lambda rows: sum(value for _trio, _time, value in rows))
    value = sum(value for _trio, _time, value in rows)
    best = float(found.value[by_value[: int(tables.sum())]].sum())
    return TimedTrios(
        trios=np.array([trio for trio, _time, _value in rows], np.int64).reshape(len(rows), 3),
        time=np.array([time for _trio, time, _value in rows], np.int64),
        values=np.array([value for _trio, _time, value in rows]),
        value=value,
        bound=max(min(plan.bound, best), value),
    )


def _rows(found: Candidates, order: Ints) -> Iterator[tuple[list[int], float]]:
    return ((found.trio[number].tolist(), float(found.value[number])) for number in order)


def _placed(
    problem: TriosProblem, free: Flags, tables: Ints, rows: Iterable[tuple[list[int], float]]
) -> list[tuple[list[int], int, float]]:
    """(trio, time, value) of those that fit, each at its first time, in the order given."""
    left, most = tables.tolist(), problem.most.tolist()
    seated, paired = free.copy(), set[tuple[int, ...]]()
    placed: list[tuple[list[int], int, float]] = []
    for trio, value in rows:
        if sum(left) == 0:
            break
        pairs = set(combinations(trio, 2))
        if not all(most[person] for person in trio) or pairs & paired:
            continue
        times = np.flatnonzero(seated[:, trio].all(axis=1))
        time = next((int(one) for one in times if left[one]), None)
        if time is None:
            continue
        placed.append((trio, time, value))
        paired |= pairs
        left[time] -= 1
        seated[time, trio] = False
        for person in trio:
            most[person] -= 1
    return placed
