"""Which part of a choice to free and fill anew: each way of freeing gets the time it has paid for lately.

A few slots freed at once mend when people meet; a circle of people, freed in all slots, mends who meets whom;
columns the linear programme wants beside those chosen mend where the two disagree. Each alone gets stuck.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching.scheduling.columns import Field, Flags, Floats, Ints
from matching.scheduling.relaxation import Relaxation

SLOTS, CIRCLE, WEIGHTS = "slots", "circle", "weights"
CHEAP, DEAR = 0.03, 1.0  # seconds a step is taken to last before one was made: the first way, the others
WARM = 0.04  # loss, in mean values of a meeting, by which a column's draw into a circle falls to 1/e
FADING = 0.9  # weight of what a way gained before, at each use
FLOOR = 0.05  # least share of the best way's time that each other way keeps


@dataclass(frozen=True, slots=True)
class Way:
    """kind: what is freed; size: of how many slots or people; near: loss, in mean values of a meeting, that
    a column may have to be tried."""

    kind: str
    size: int
    near: float


WAYS = (
    Way(SLOTS, 3, 0.04),
    Way(SLOTS, 3, 0.16),
    Way(SLOTS, 4, 0.04),
    Way(SLOTS, 5, 0.03),
    Way(SLOTS, 6, 0.02),
    Way(CIRCLE, 100, 0.08),
    Way(WEIGHTS, 8, 0.0),
)


@dataclass(slots=True)
class Neighbourhoods:
    """Draws what to free next; `mean` is the mean value of a meeting."""

    whole: Field
    relaxed: Relaxation
    mean: float
    chance: np.random.Generator
    _gained: Floats = field(init=False)
    _seconds: Floats = field(init=False)
    _steps: Floats = field(init=False)
    _first: Ints = field(init=False)
    _other: Ints = field(init=False)
    _warmth: Floats = field(init=False)

    def __post_init__(self) -> None:
        whole = self.whole
        self._gained, self._steps = np.full(len(WAYS), self.mean), np.ones(len(WAYS))
        self._seconds = np.where(np.arange(len(WAYS)) == 0, CHEAP, DEAR)
        ends = np.concatenate([whole.i, whole.j])
        order = np.argsort(ends, kind="stable")
        self._other = np.concatenate([whole.j, whole.i])[order]
        self._first = np.searchsorted(ends[order], np.arange(whole.people + 1))
        warmth = np.exp(-self.relaxed.loss / (WARM * self.mean))
        self._warmth = np.tile(warmth, 2)[order]

    def draw(self) -> int:
        """The number of the way to take next."""
        rate = self._gained / self._seconds
        weight = (rate + FLOOR * rate.max() + 1e-12) * self._steps / self._seconds
        return int(self.chance.choice(len(WAYS), p=weight / weight.sum()))

    def learn(self, number: int, gain: float, seconds: float) -> None:
        """What a step by this way brought, and took."""
        self._gained[number] = FADING * self._gained[number] + gain
        self._seconds[number] = FADING * self._seconds[number] + seconds + 1e-3
        self._steps[number] = FADING * self._steps[number] + 1

    def freed(self, number: int, chosen: Flags) -> Flags:
        """The columns freed by this way; columns too poor to be tried only where they are chosen now."""
        whole, way = self.whole, WAYS[number]
        if way.kind == WEIGHTS:
            tried = self.relaxed.weight > 1e-3
        else:
            tried = self.relaxed.loss <= self.mean * way.near
        if way.kind == CIRCLE:
            circle = self._circle(way.size)
            part = circle[whole.i] & circle[whole.j]
        else:
            slots = self.chance.choice(whole.slots, min(way.size, whole.slots), replace=False)
            part = np.isin(whole.slot, slots)
        return part & (tried | chosen)

    def _circle(self, size: int) -> Flags:
        """People who could well meet each other: grown from one, along columns of small loss."""
        circle = np.zeros(self.whole.people, bool)
        members = [int(self.chance.integers(self.whole.people))]
        circle[members[0]] = True
        for who, where, luck in self.chance.random((20 * size, 3)).tolist():
            person = members[int(who * len(members))]
            first, last = self._first[person], self._first[person + 1]
            at = first + int(where * (last - first))
            if at < last and luck < self._warmth[at] and not circle[other := int(self._other[at])]:
                circle[other] = True
                members.append(other)
                if len(members) >= size:
                    break
        return circle
