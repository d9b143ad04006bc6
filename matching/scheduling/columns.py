"""A choosing problem as arrays: one column per pair and slot still open beside the locked meetings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.scheduling.problem import Problem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Field:
    """Columns (pair, slot) with the two people and the value of each, and what may still be used.

    room: tables left per slot; most, least: meetings left to have and still to have, per person.
    """

    people: int
    slots: int
    pairs: int
    pair: Ints
    slot: Ints
    i: Ints
    j: Ints
    value: Floats
    room: Ints
    most: Ints
    least: Ints

    def __len__(self) -> int:
        return len(self.pair)

    def kept(self, columns: Flags) -> Field:
        """The same field with some of its columns."""
        return replace(
            self,
            pair=self.pair[columns],
            slot=self.slot[columns],
            i=self.i[columns],
            j=self.j[columns],
            value=self.value[columns],
        )

    def degrees(self, chosen: Flags) -> Ints:
        """Meetings per person among the chosen columns."""
        ends = np.concatenate([self.i[chosen], self.j[chosen]])
        return np.bincount(ends, minlength=self.people)

    def shortage(self, chosen: Flags) -> int:
        """Meetings still missing to what people must have at least."""
        return int(np.maximum(self.least - self.degrees(chosen), 0).sum())

    def whole(self) -> bool:
        """All values are whole numbers, so a bound may be rounded down."""
        return bool((self.value == np.round(self.value)).all())


def field_of(problem: Problem) -> Field:
    """The open columns of a problem whose locked meetings clash with nothing."""
    people, slots = problem.people, problem.slots
    free = np.array(problem.available, dtype=bool).reshape(people, slots)
    room = np.full(slots, problem.tables, dtype=np.int64)
    used = np.zeros(people, dtype=np.int64)
    taken = set()
    for lock in problem.locked:
        free[[lock.i, lock.j], lock.slot] = False
        room[lock.slot] -= 1
        used[[lock.i, lock.j]] += 1
        taken.add(frozenset((lock.i, lock.j)))
    usable = [n for n, pair in enumerate(problem.pairs) if frozenset((pair.i, pair.j)) not in taken]
    usable = [n for n in usable if problem.pairs[n].value > 0 or any(problem.least)]
    i = np.array([problem.pairs[n].i for n in usable], dtype=np.int64)
    j = np.array([problem.pairs[n].j for n in usable], dtype=np.int64)
    value = np.array([problem.pairs[n].value for n in usable], dtype=np.float64)
    least = np.array(problem.least or (0,) * people, dtype=np.int64)
    most = np.minimum(np.array(problem.most, dtype=np.int64).reshape(people) - used, free.sum(axis=1))
    row, slot = np.nonzero(free[i] & free[j] & (room > 0) & (most[i] > 0)[:, None] & (most[j] > 0)[:, None])
    return Field(
        people=people,
        slots=slots,
        pairs=len(problem.pairs),
        pair=np.array(usable, dtype=np.int64)[row],
        slot=slot.astype(np.int64),
        i=i[row],
        j=j[row],
        value=value[row],
        room=room,
        most=most,
        least=np.maximum(least - used, 0),
    )
