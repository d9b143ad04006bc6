"""Neighbourhoods of a selection; the next operator is chosen by its recent gain per second.

Adaptive large-neighbourhood search after Ropke & Pisinger, Transportation Science 40 (2006). Freeing a few
slots improves when people meet; freeing a cluster of people, in all slots, improves who meets whom; freeing
the columns of the LP's solution improves where selection and LP differ. Each alone gets stuck.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching.scheduling.columns import CandidateColumns, Flags, Floats, Ints
from matching.scheduling.relaxation import Relaxation

SLOTS, CLUSTER, LP_SOLUTION = "slots", "cluster", "lp solution"
FIRST_SECONDS, OTHER_SECONDS = 0.03, 1.0  # assumed length of a step before one was measured, by operator
AFFINITY_SCALE = 0.04  # in mean values of a meeting: reduced cost at which joining a cluster is 1/e as likely
DECAY = 0.9  # weight of earlier gains, at each use
MIN_SHARE = 0.05  # least share of the best operator's time that each other keeps


@dataclass(frozen=True, slots=True)
class Operator:
    """A destroy operator.

    kind: what is freed; size: of how many slots or people; max_reduced_cost: of a column to be tried, in mean
    values of a meeting.
    """

    kind: str
    size: int
    max_reduced_cost: float


OPERATORS = (
    Operator(SLOTS, 3, 0.04),
    Operator(SLOTS, 3, 0.16),
    Operator(SLOTS, 4, 0.04),
    Operator(SLOTS, 5, 0.03),
    Operator(SLOTS, 6, 0.02),
    Operator(CLUSTER, 100, 0.08),
    Operator(LP_SOLUTION, 8, 0.0),
)


@dataclass(slots=True)
class AdaptiveNeighbourhoods:
    """Draws operators and the columns they free; `mean` is the mean value of a meeting."""

    columns: CandidateColumns
    relaxed: Relaxation
    mean: float
    rng: np.random.Generator
    _gains: Floats = field(init=False)
    _seconds: Floats = field(init=False)
    _steps: Floats = field(init=False)
    _first: Ints = field(init=False)
    _other: Ints = field(init=False)
    _affinity: Floats = field(init=False)

    def __post_init__(self) -> None:
        columns = self.columns
        self._gains, self._steps = np.full(len(OPERATORS), self.mean), np.ones(len(OPERATORS))
        self._seconds = np.where(np.arange(len(OPERATORS)) == 0, FIRST_SECONDS, OTHER_SECONDS)
        ends = np.concatenate([columns.i, columns.j])
        order = np.argsort(ends, kind="stable")
        self._other = np.concatenate([columns.j, columns.i])[order]
        self._first = np.searchsorted(ends[order], np.arange(columns.people + 1))
        affinity = np.exp(-self.relaxed.reduced_cost / (AFFINITY_SCALE * self.mean))
        self._affinity = np.tile(affinity, 2)[order]

    def select_operator(self) -> int:
        """The number of the operator to apply next."""
        rate = self._gains / self._seconds
        weight = (rate + MIN_SHARE * rate.max() + 1e-12) * self._steps / self._seconds
        return int(self.rng.choice(len(OPERATORS), p=weight / weight.sum()))

    def reward(self, number: int, gain: float, seconds: float) -> None:
        """Record what a step with this operator gained, and how long it took."""
        self._gains[number] = DECAY * self._gains[number] + gain
        self._seconds[number] = DECAY * self._seconds[number] + seconds + 1e-3
        self._steps[number] = DECAY * self._steps[number] + 1

    def free_columns(self, number: int, selected: Flags) -> Flags:
        """The columns this operator frees; columns too poor to be tried only where they are selected now."""
        columns, operator = self.columns, OPERATORS[number]
        if operator.kind == LP_SOLUTION:
            tried = self.relaxed.lp_value > 1e-3
        else:
            tried = self.relaxed.reduced_cost <= self.mean * operator.max_reduced_cost
        if operator.kind == CLUSTER:
            cluster = self._cluster(operator.size)
            part = cluster[columns.i] & cluster[columns.j]
        else:
            slots = self.rng.choice(columns.slots, min(operator.size, columns.slots), replace=False)
            part = np.isin(columns.slot, slots)
        return part & (tried | selected)

    def _cluster(self, size: int) -> Flags:
        """People who could well meet each other: grown from one, along columns of small reduced cost."""
        cluster = np.zeros(self.columns.people, bool)
        members = [int(self.rng.integers(self.columns.people))]
        cluster[members[0]] = True
        for who, where, chance in self.rng.random((20 * size, 3)).tolist():
            person = members[int(who * len(members))]
            first, last = self._first[person], self._first[person + 1]
            at = first + int(where * (last - first))
            if at < last and chance < self._affinity[at] and not cluster[other := int(self._other[at])]:
                cluster[other] = True
                members.append(other)
                if len(members) >= size:
                    break
        return cluster
