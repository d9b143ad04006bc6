"""First seats, and their improvement by annealing over whole neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.groups.seating import Rules, Seating, Singles
from matching.scheduling.columns import Ints
from matching.scheduling.deadline import Deadline

STEP_SECONDS = 1.5e-4  # of a step on an idle core, and of one of its n x n elements
ELEMENT_SECONDS = 2.5e-8
NOISE = 1 << 17
START_TEMPERATURE = 0.3  # where pairs alone count,
MIXED_TEMPERATURE = 1.0  # and where constituencies do, too
END_TEMPERATURE = 0.05
CYCLES = (1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1.0)  # the share of the time at which each ends
MANY_PEOPLE = 200  # above, all cycles but the first begin where the last one ended


@dataclass(slots=True)
class StepClock:
    """Seconds that the steps so far take on an idle core: a clock that is the same on every machine."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def count(self, elements: int) -> None:
        self.seconds += STEP_SECONDS + ELEMENT_SECONDS * elements


def first_seats(rules: Rules, fixed: Ints, rng: np.random.Generator) -> Ints:
    """(R, n): seats for whoever is movable, one by one where they meet most new people.

    fixed: (R, n), the table of whoever stays, T for everybody else. Only as many tables are used as are
    needed, filled evenly.
    """
    seating = Seating(rules, fixed.copy())
    for number in range(len(fixed)):
        row = _fill_round(seating, number, rng)
        seating.set_row(number, row)
    return seating.table


def _fill_round(seating: Seating, number: int, rng: np.random.Generator) -> Ints:
    rules = seating.rules
    row: Ints = seating.table[number].copy()
    outside, kinds, share = len(rules.seats), rules.constituency, rules.share[number]
    worth = np.where(seating.together > 0, np.float32(0), rules.worth)
    at = (row[:, None] == np.arange(outside)).astype(np.float32)
    joining, barred = worth @ at, rules.forbidden.astype(np.float32) @ at + ~rules.allowed
    counts, size = seating.counts[number, :-1].copy(), seating.sizes[number, :-1].copy()
    free = np.flatnonzero(rules.movable[number])
    shuffled = rng.permutation(outside)
    least, seats = int(rules.least[number].max(initial=0)), rules.seats[shuffled]
    target: Ints = np.zeros(outside, np.int64)
    target[shuffled] = table_targets(seats, size[shuffled], size.sum() + len(free), least)
    order = free[np.lexsort((rng.random(len(free)), -rules.forbidden[free].sum(axis=1) * rng.random(len(free))))]
    for person in order:
        kind = kinds[person]
        open_tables = (size < target) & (barred[person] == 0)
        if not open_tables.any():
            open_tables = (size < rules.seats) & (barred[person] == 0) & (target > 0)
        if not open_tables.any():
            open_tables = (size < rules.seats) & (barred[person] == 0)
        if not open_tables.any():
            continue
        beyond = np.maximum(counts[:, kind] + 1 - target * share[kind], 0) * 2
        table = int(np.where(open_tables, joining[person] - beyond + 0.1 * rng.random(outside), -np.inf).argmax())
        row[person] = table
        size[table] += 1
        counts[table, kind] += 1
        joining[:, table] += worth[:, person]
        barred[:, table] += rules.forbidden[:, person]
    return row


def table_targets(seats: Ints, taken: Ints, people: int, least: int) -> Ints:
    """(T,): how many sit at each table when people fill evenly as few tables as seat them.

    taken: (T,), seats that are fixed. Fewer tables where each would have less than `least`.

    >>> table_targets(np.array([4, 8, 4]), np.zeros(3, int), 9, 2).tolist()
    [4, 5, 0]
    """
    order = np.lexsort((-seats, taken == 0))
    chosen = int((np.cumsum(seats[order]) < people).sum()) + 1
    while chosen > max(1, int((taken > 0).sum())) and people < least * chosen:
        chosen -= 1
    used = order[:chosen]
    target: Ints = np.zeros(len(seats), np.int64)
    target[used] = taken[used]
    left = people - int(target.sum())
    while left > 0 and (target[used] < seats[used]).any():
        room = used[target[used] < seats[used]]
        lowest = room[target[room].argmin()]
        target[lowest] += 1
        left -= 1
    return target


def search(
    rules: Rules, fixed: Ints, deadline: Deadline, rng: np.random.Generator, steps: StepClock, lowest: float
) -> Seating:
    """The best seats found by annealing in longer and longer cycles, each from other first seats, until the
    deadline or a cost of `lowest`.

    fixed: (R, n), the table of whoever stays, T for everybody else.
    """
    people = fixed.shape[1]
    elements = people * (people + len(rules.seats) + 1)
    noise = rng.standard_exponential(NOISE + 2 * elements, np.float32)
    hottest = MIXED_TEMPERATURE if rules.share.shape[1] > 1 else START_TEMPERATURE
    seating = Seating(rules, first_seats(rules, fixed, rng))
    best_cost, best = seating.cost(), seating.table.copy()
    open_rounds = np.flatnonzero(rules.movable.any(axis=1))
    for start, end in pairwise((0.0, *CYCLES)):
        if start and people <= MANY_PEOPLE:
            seating = Seating(rules, first_seats(rules, fixed, rng))
        cost, part = seating.cost(), deadline.at_most((end - start) * deadline.limit)
        if cost < best_cost - 1e-4:
            best_cost, best = cost, seating.table.copy()
        while len(open_rounds) and part.left() > 0 and best_cost > lowest + 1e-4:
            progress = min(1.0, part.spent() / max(part.limit, 1e-9))
            temperature = hottest * (END_TEMPERATURE / hottest) ** progress
            number = int(rng.choice(open_rounds))
            steps.count(elements)
            row, change = _step(seating, number, temperature, noise, rng)
            if row is None:
                continue
            seating.set_row(number, row)
            cost += change
            if cost < best_cost - 1e-4:
                best_cost, best = cost, seating.table.copy()
    return Seating(rules, best)


def _step(
    seating: Seating, number: int, temperature: float, noise: Singles, rng: np.random.Generator
) -> tuple[Ints | None, float]:
    """One round with the swaps and moves that the noise accepts, no two at one table."""
    swap, move = seating.deltas(number)
    both = np.concatenate([swap, move], axis=1)
    people = len(swap)
    offset = int(rng.integers(len(noise) - both.size))
    noisy = both - temperature * noise[offset : offset + both.size].reshape(both.shape)
    choice = noisy.argmin(axis=1)
    wanted = noisy[np.arange(people), choice]
    outside = len(seating.rules.seats)
    row: Ints = seating.table[number].copy()
    change = 0.0
    used: set[int] = set()
    for person in np.argsort(wanted, kind="stable"):
        if wanted[person] >= 0:
            break
        other = int(choice[person])
        here = int(row[person])
        there = int(row[other]) if other < people else other - people
        if here in used or there in used:
            continue
        used |= {here, there} - {outside}
        change += float(both[person, other])
        row[person] = there
        if other < people:
            row[other] = here
    return (row, change) if used else (None, 0.0)
