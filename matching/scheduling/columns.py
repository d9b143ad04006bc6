"""A planning problem as arrays: one column (variable) per pair and slot the locked meetings leave open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.scheduling.problem import Problem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CandidateColumns:
    """Columns (pair, slot) with the two people and the value of each, and what may still be used.

    tables_left: per slot; most, least: meetings a person may and must still have, locked ones deducted.
    """

    people: int
    slots: int
    pairs: int
    pair: Ints
    slot: Ints
    i: Ints
    j: Ints
    value: Floats
    tables_left: Ints
    most: Ints
    least: Ints

    def __len__(self) -> int:
        return len(self.pair)

    def subset(self, mask: Flags) -> CandidateColumns:
        """The columns marked in the mask."""
        return replace(
            self, pair=self.pair[mask], slot=self.slot[mask], i=self.i[mask], j=self.j[mask], value=self.value[mask]
        )

    def degrees(self, selected: Flags) -> Ints:
        """Meetings per person among the selected columns."""
        ends = np.concatenate([self.i[selected], self.j[selected]])
        return np.bincount(ends, minlength=self.people)

    def shortage(self, selected: Flags) -> int:
        """Meetings missing to the least that people must have."""
        return int(np.maximum(self.least - self.degrees(selected), 0).sum())

    def has_integer_values(self) -> bool:
        """All values are whole numbers, so a bound may be rounded down."""
        return bool((self.value == np.round(self.value)).all())


def candidate_columns(problem: Problem) -> CandidateColumns:
    """The open columns of a problem whose locked meetings clash with nothing."""
    people, slots = problem.people, problem.slots
    free = np.array(problem.available, dtype=bool).reshape(people, slots)
    tables_left = np.full(slots, problem.tables, dtype=np.int64)
    used = np.zeros(people, dtype=np.int64)
    locked_pairs = set()
    for lock in problem.locked:
        free[[lock.i, lock.j], lock.slot] = False
        tables_left[lock.slot] -= 1
        used[[lock.i, lock.j]] += 1
        locked_pairs.add(frozenset((lock.i, lock.j)))
    usable = [n for n, pair in enumerate(problem.pairs) if frozenset((pair.i, pair.j)) not in locked_pairs]
    usable = [n for n in usable if problem.pairs[n].value > 0 or any(problem.least)]
    i = np.array([problem.pairs[n].i for n in usable], dtype=np.int64)
    j = np.array([problem.pairs[n].j for n in usable], dtype=np.int64)
    value = np.array([problem.pairs[n].value for n in usable], dtype=np.float64)
    least = np.array(problem.least or (0,) * people, dtype=np.int64)
    most = np.minimum(np.array(problem.most, dtype=np.int64).reshape(people) - used, free.sum(axis=1))
    row, slot = np.nonzero(free[i] & free[j] & (tables_left > 0) & (most[i] > 0)[:, None] & (most[j] > 0)[:, None])
    return CandidateColumns(
        people=people,
        slots=slots,
        pairs=len(problem.pairs),
        pair=np.array(usable, dtype=np.int64)[row],
        slot=slot.astype(np.int64),
        i=i[row],
        j=j[row],
        value=value[row],
        tables_left=tables_left,
        most=most,
        least=np.maximum(least - used, 0),
    )
