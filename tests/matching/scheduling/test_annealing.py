"""Annealing over Kempe chains: same pairs, fewer breaks, nothing infeasible, the same for the same seed."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.scheduling.annealing import Annealing, Schedule, breaks_in
from matching.scheduling.checking import breaks_of
from matching.scheduling.deadline import Deadline


@given(st.integers(0, 2**12 - 1), st.lists(st.integers(0, 2), min_size=12, max_size=12).map(sorted))
def test_breaks_in_a_mask_are_the_breaks_of_its_slots(mask: int, days: list[int]) -> None:
    slots = [slot for slot in range(12) if mask >> slot & 1]
    opens = 1 | sum(1 << slot for slot in range(1, 12) if days[slot] != days[slot - 1])
    assert max(breaks_in(mask, opens), 0) == breaks_of(slots, days)


def countdown(times: int) -> Deadline:
    """A deadline that ends after so many readings, whatever the machine does."""
    ticks = itertools.count()
    return Deadline(lambda: float(next(ticks)), times)


def crowded() -> tuple[Schedule, list[int]]:
    """Twenty people in eight slots, meeting 0 locked, meeting 1 before meeting 2, four tables."""
    rng = np.random.default_rng(5)
    free = {(person, slot) for person in range(20) for slot in range(8)}
    pairs, slots = [], []
    for i, j in rng.permutation(list(itertools.combinations(range(20), 2))).tolist():
        slot = int(rng.integers(8))
        if {(i, slot), (j, slot)} <= free and slots.count(slot) < 4 and len(pairs) < 28:
            free -= {(i, slot), (j, slot)}
            pairs.append((i, j))
            slots.append(slot)
    allowed = [1 << slots[0]] + [0b11111111] * (len(pairs) - 1)
    first, second = sorted((1, 2), key=lambda meeting: slots[meeting])
    return Schedule(20, 8, 4, tuple(pairs), tuple(allowed), before=((first, second),)), slots


@pytest.mark.slow
def test_annealing_finds_fewer_breaks_and_keeps_every_constraint() -> None:
    schedule, slots = crowded()
    assert slots[1] != slots[2]
    annealing = Annealing(schedule, list(slots))
    at_first = annealing.cost
    annealing.run(countdown(60), np.random.default_rng(1))
    best = annealing.best
    seats = [(person, slot) for pair, slot in zip(schedule.pairs, best, strict=True) for person in pair]
    assert len(set(seats)) == len(seats)
    assert max(Counter(best).values()) <= 4
    assert best[0] == slots[0]
    assert all(best[a] < best[b] for a, b in schedule.before)
    busy = [[slot for someone, slot in seats if someone == person] for person in range(20)]
    assert sum(map(breaks_of, busy)) == annealing.best_cost < at_first


def test_the_same_seed_anneals_to_the_same_plan() -> None:
    schedule, slots = crowded()
    runs = [Annealing(schedule, list(slots)) for _ in range(2)]
    for annealing in runs:
        annealing.run(countdown(20), np.random.default_rng(7))
    assert runs[0].best == runs[1].best
