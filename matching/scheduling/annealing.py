"""Fewer breaks without changing who meets whom: simulated annealing over Kempe chains.

A chain swaps two slots along an alternating path of meetings, so no person has two meetings at once. Only
people at the ends of the path see their busy slots change, and busy slots are bit masks: a step is cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from matching.scheduling.deadline import Deadline

LONGEST_CHAIN = 60
OVER_CAP_WEIGHT = 1000  # of a break beyond the cap: costs below it keep the cap
BATCH = 4096


@dataclass(frozen=True, slots=True)
class Schedule:
    """Meetings to place: the two people of each, the slots each may take (bit masks), tables per slot.

    first_of_day: mask of the slots that open a day; before: (a, b), a strictly earlier; cap: most breaks a
    person may have, or None.
    """

    people: int
    slots: int
    tables: int
    pairs: tuple[tuple[int, int], ...]
    allowed: tuple[int, ...]
    first_of_day: int = 1
    before: tuple[tuple[int, int], ...] = ()
    cap: int | None = None


@dataclass(slots=True)
class Annealing:
    """A schedule being improved: slot of each meeting, and the cost of the best one seen."""

    schedule: Schedule
    slot: list[int]
    best: list[int] = field(init=False)
    best_cost: int = field(init=False)
    cost: int = field(init=False)
    _meeting_at: list[list[int]] = field(init=False)
    _busy: list[int] = field(init=False)
    _in_slot: list[list[int]] = field(init=False)
    _costs: dict[int, int] = field(init=False, default_factory=dict)
    _order: dict[int, list[tuple[int, bool]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        plan = self.schedule
        self._meeting_at = [[-1] * plan.slots for _ in range(plan.people)]
        self._busy = [0] * plan.people
        self._in_slot = [[] for _ in range(plan.slots)]
        for meeting, slot in enumerate(self.slot):
            self._in_slot[slot].append(meeting)
            for person in plan.pairs[meeting]:
                self._meeting_at[person][slot] = meeting
                self._busy[person] |= 1 << slot
        for a, b in plan.before:
            self._order.setdefault(a, []).append((b, True))
            self._order.setdefault(b, []).append((a, False))
        self.cost = sum(self.cost_of(mask) for mask in self._busy)
        self.best, self.best_cost = list(self.slot), self.cost

    def cost_of(self, mask: int) -> int:
        """Breaks in a person's slots, those beyond the cap weighing more."""
        known = self._costs.get(mask)
        if known is None:
            known = breaks_in(mask, self.schedule.first_of_day)
            if self.schedule.cap is not None:
                known += OVER_CAP_WEIGHT * max(0, known - self.schedule.cap)
            self._costs[mask] = known
        return known

    def run(
        self,
        deadline: Deadline,
        rng: np.random.Generator,
        *,
        start_temperature: float = 0.8,
        end_temperature: float = 0.12,
        steps_per_option: float = inf,
        is_good_enough: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Cool from the start to the end temperature over the deadline, or over the steps if that is sooner.

        steps_per_option: steps per slot that a meeting may take; `is_good_enough(cost)` ends it early.
        """
        choices = [(m, _bits(allowed)) for m, allowed in enumerate(self.schedule.allowed)]
        choices = [(m, slots) for m, slots in choices if len(slots) > 1]
        if not choices or is_good_enough(self.best_cost):
            return
        steps, done = steps_per_option * sum(len(slots) for _, slots in choices), 0
        while deadline.left() > 0 and done < steps:
            progress = max(deadline.spent() / max(deadline.limit, 1e-9), done / steps)
            temperature = start_temperature * (end_temperature / start_temperature) ** min(1.0, progress)
            done += BATCH
            if self._batch(choices, temperature, rng.random((4, BATCH)), is_good_enough):
                return

    def _batch(
        self,
        choices: Sequence[tuple[int, tuple[int, ...]]],
        temperature: float,
        draws: NDArray[np.float64],
        is_good_enough: Callable[[int], bool],
    ) -> bool:
        number, slots = len(choices), self.slot
        for which, where, acceptance, other in zip(*(row.tolist() for row in draws), strict=True):
            meeting, options = choices[int(which * number)]
            target = options[int(where * len(options))]
            if target == slots[meeting]:
                continue
            if self._swap(meeting, target, temperature, (acceptance, other)) and self.cost < self.best_cost:
                self.best_cost, self.best = self.cost, list(slots)
                if is_good_enough(self.best_cost):
                    return True
        return False

    def _swap(self, meeting: int, b: int, temperature: float, draws: tuple[float, float]) -> bool:
        """Move a meeting to slot b and what blocks it the other way round, if feasible and accepted.

        Where slot b is full, another of its meetings starts a second chain, the other way.
        """
        slots, mask, costs = self.slot, self._busy, self._costs
        a = slots[meeting]
        chain, seen = [meeting], {meeting}
        ends: list[int] = []
        balance = self._extend(chain, seen, ends, 0, a, b)
        if balance is None:
            return False
        if self._overflows(a, b, balance):
            full = self._in_slot[b if balance > 0 else a]
            other = full[int(draws[1] * len(full))]
            if other in seen:
                return False
            chain.append(other)
            seen.add(other)
            more = self._extend(chain, seen, ends, len(chain) - 1, a, b)
            if more is None or self._overflows(a, b, balance + more):
                return False
        flip, change = (1 << a) | (1 << b), 0
        for person in ends:
            old = mask[person]
            new = old ^ flip
            cost = costs.get(new)
            change += (self.cost_of(new) if cost is None else cost) - costs[old]
        if not is_accepted(change, temperature, draws[0]):
            return False
        if self._order and not self._in_order(chain, a, b):
            return False
        self._move(chain, ends, a, b)
        self.cost += change
        return True

    def _extend(self, chain: list[int], seen: set[int], ends: list[int], start: int, a: int, b: int) -> int | None:
        """Extend the chain from `start` on; how many meetings slot b gains, None where infeasible."""
        at, slots, pairs, allowed = self._meeting_at, self.slot, self.schedule.pairs, self.schedule.allowed
        balance, position = 0, start
        while position < len(chain):
            member = chain[position]
            position += 1
            here = slots[member]
            there = b if here == a else a
            if not allowed[member] >> there & 1:
                return None
            balance += 1 if here == a else -1
            for person in pairs[member]:
                other = at[person][there]
                if other < 0:
                    ends.append(person)
                elif other not in seen:
                    seen.add(other)
                    chain.append(other)
            if len(chain) > LONGEST_CHAIN:
                return None
        return balance

    def _overflows(self, a: int, b: int, balance: int) -> bool:
        tables = self.schedule.tables
        return len(self._in_slot[b]) + balance > tables or len(self._in_slot[a]) - balance > tables

    def _move(self, chain: Sequence[int], ends: Sequence[int], a: int, b: int) -> None:
        at, slots, pairs, mask, inside = (self._meeting_at, self.slot, self.schedule.pairs, self._busy, self._in_slot)
        flip = (1 << a) | (1 << b)
        for person in ends:
            mask[person] ^= flip
        for member in chain:
            inside[slots[member]].remove(member)
            for person in pairs[member]:
                at[person][a] = at[person][b] = -1
        for member in chain:
            slots[member] = slot = b if slots[member] == a else a
            inside[slot].append(member)
            for person in pairs[member]:
                at[person][slot] = member

    def _in_order(self, chain: Sequence[int], a: int, b: int) -> bool:
        slots = self.slot
        moved = {member: b if slots[member] == a else a for member in chain}
        for member, slot in moved.items():
            for other, earlier in self._order.get(member, ()):
                other_slot = moved.get(other, slots[other])
                if (slot >= other_slot) if earlier else (slot <= other_slot):
                    return False
        return True


def is_accepted(change: int, temperature: float, draw: float) -> bool:
    """Whether a change of cost is accepted; one for the worse with probability exp(-change / temperature).

    Metropolis et al., 1953. `draw`: from 0 to 1.

    >>> is_accepted(-1, 0.5, 0.99), is_accepted(1, 0.5, 0.1), is_accepted(1, 0.5, 0.2)
    (True, True, False)
    """
    return change <= 0 or draw < exp(-change / temperature)


def breaks_in(mask: int, first_of_day: int) -> int:
    """Breaks in a mask of busy slots; first_of_day: mask of the slots that open a day.

    >>> breaks_in(0b1011001, 0b1), breaks_in(0b1011001, 0b1000001)
    (2, 1)
    """
    runs = (mask & ~((mask & ~(first_of_day >> 1)) << 1)).bit_count()
    days, rest, bound = 0, mask, first_of_day & ~1
    while rest:
        nearest = bound & -bound
        part = rest & (nearest - 1) if nearest else rest
        days += part != 0
        rest ^= part
        bound ^= nearest
    return runs - days


def _bits(mask: int) -> tuple[int, ...]:
    return tuple(slot for slot in range(mask.bit_length()) if mask >> slot & 1)
