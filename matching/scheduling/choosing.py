"""Which pairs meet, and when: a start from the LP's weights, then large-neighbourhood search on two threads.

Each step frees a part (`neighbourhoods`) and lets HiGHS fill it anew in the best way, everything else
standing. Columns that the LP's prices call hopeless are left out, which keeps a step to a few hundredths of
a second.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field as made
from math import floor
from threading import Lock

import highspy
import numpy as np

from matching.scheduling.columns import Field, Flags, Floats
from matching.scheduling.neighbourhoods import Neighbourhoods
from matching.scheduling.relaxation import Relaxation, linear_programme, quiet_highs, rows_of, with_shortage
from matching.scheduling.stopwatch import Stopwatch

NEAR = 0.4  # loss a column may have to be in the start, in mean values of a meeting
STEP_SECONDS = 1.0
THREADS = 2
WHOLE = 3000  # columns up to which the whole problem is handed to the solver at once


@dataclass(slots=True)
class Choice:
    """The best choice so far: flags of the chosen columns, shared by the threads."""

    field: Field
    bound: float
    chosen: Flags
    lack: float
    tell: Callable[[float, float], None]
    worth: float = 0.0
    guard: Lock = made(default_factory=Lock)

    def worth_of(self, chosen: Flags) -> float:
        return float(self.field.value[chosen].sum()) - self.lack * self.field.shortage(chosen)

    def closed(self) -> bool:
        return self.worth >= self.bound - 1e-6 * max(1.0, abs(self.bound))

    def offer(self, freed: Flags, filled: Flags) -> float:
        """Take over what a thread made of the freed columns, if it fits what the others did meanwhile; how
        much that gained."""
        with self.guard:
            merged = np.where(freed, filled, self.chosen)
            worth = self.worth_of(merged)
            gain = worth - self.worth
            if gain < 0 or not is_lawful(self.field, merged):
                return 0.0
            self.chosen, self.worth = merged, worth
            if gain > 1e-9 and not self.field.shortage(merged):
                self.tell(worth, self.bound)
            return gain


def is_lawful(part: Field, chosen: Flags) -> bool:
    """Nobody twice in a slot, no slot over its tables, nobody over most, no pair twice."""
    seats = np.concatenate([part.i[chosen], part.j[chosen]]) * part.slots + np.tile(part.slot[chosen], 2)
    return (
        len(np.unique(seats)) == len(seats)
        and bool((np.bincount(part.slot[chosen], minlength=part.slots) <= part.room).all())
        and bool((part.degrees(chosen) <= part.most).all())
        and len(np.unique(part.pair[chosen])) == int(chosen.sum())
    )


def greedy(part: Field, weight: Floats | None = None) -> Flags:
    """Columns in falling order of weight (value where not given), each taken when it still fits.

    People who are owed meetings come first.
    """
    score = part.value if weight is None else weight
    owed = (part.least[part.i] > 0).astype(int) + (part.least[part.j] > 0)
    open_slots = np.bincount(np.concatenate([part.i, part.j]), minlength=part.people)
    order = np.lexsort((part.slot, open_slots[part.i] + open_slots[part.j], -score, -owed))
    chosen = np.zeros(len(part), bool)
    room, most = part.room.tolist(), part.most.tolist()
    seats: set[tuple[int, int]] = set()
    paired: set[int] = set()
    columns = zip(*(a[order].tolist() for a in (part.pair, part.slot, part.i, part.j)), strict=True)
    for number, (pair, slot, i, j) in zip(order.tolist(), columns, strict=True):
        if pair in paired or not (room[slot] and most[i] and most[j]):
            continue
        if (i, slot) in seats or (j, slot) in seats or (part.value[number] <= 0 and not owed[number]):
            continue
        chosen[number] = True
        paired.add(pair)
        seats |= {(i, slot), (j, slot)}
        room[slot] -= 1
        most[i] -= 1
        most[j] -= 1
    return chosen


def refill(
    part: Field, chosen: Flags, freed: Flags, gain: Floats, lack: float, watch: Stopwatch, seed: int
) -> tuple[Flags | None, float | None]:
    """The best filling of the freed columns beside the other chosen ones, and a proven bound of its gain.

    None where the time was too short for any filling or the bound.
    """
    standing = chosen & ~freed
    most = part.most - part.degrees(standing)
    least = np.maximum(part.least - part.degrees(standing), 0)
    room = part.room - np.bincount(part.slot[standing], minlength=part.slots)
    seat = np.zeros((part.people, part.slots), bool)
    seat[part.i[standing], part.slot[standing]] = seat[part.j[standing], part.slot[standing]] = True
    paired = np.zeros(part.pairs, bool)
    paired[part.pair[standing]] = True
    usable = freed & ~paired[part.pair] & ~seat[part.i, part.slot] & ~seat[part.j, part.slot]
    usable &= (room[part.slot] > 0) & (most[part.i] > 0) & (most[part.j] > 0)
    small = part.kept(usable)
    if not len(small):
        return np.zeros(len(part), bool), 0.0
    rows = rows_of(small, room=room, most=most, least=least)
    full, rows, _ = with_shortage(gain[usable], rows, lack)
    limit = max(watch.left(), 0.01)
    highs = quiet_highs(time_limit=limit, mip_rel_gap=0.0, mip_abs_gap=1e-6, random_seed=seed)
    if limit > STEP_SECONDS:
        highs.cbMipInterrupt.subscribe(lambda event: event.interrupt(watch.left() <= 0))
    programme = linear_programme(full, rows)
    programme.integrality_ = [highspy.HighsVarType.kInteger] * len(full)
    highs.passModel(programme)
    start = highspy.HighsSolution()
    known = np.concatenate([chosen[usable].astype(float), np.zeros(len(full) - len(small))])
    if len(full) == len(small):
        start.col_value = known.tolist()
        highs.setSolution(start)
    highs.run()
    info = highs.getInfo()
    bound = -info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else None
    values = np.array(highs.getSolution().col_value)
    if info.primal_solution_status != 2 or len(values) != len(full):
        return None, bound
    filled = np.zeros(len(part), bool)
    filled[usable] = values[: len(small)] > 0.5
    return filled, bound


def choose(
    whole: Field, relaxed: Relaxation, watch: Stopwatch, seed: int, tell: Callable[[float, float], None]
) -> tuple[Flags, float]:
    """Chosen columns and the proven bound of their total value, lawful at any time limit."""
    rng = np.random.default_rng(seed)
    bound = floor(relaxed.bound + 1e-6) if whole.whole() else relaxed.bound
    lack = 3 * float(np.abs(whole.value).max(initial=0)) + 1
    best = Choice(whole, bound, np.zeros(len(whole), bool), lack, tell)
    best.worth = best.worth_of(best.chosen)
    everything = np.ones(len(whole), bool)
    for start in (greedy(whole), greedy(whole, relaxed.weight * 1000 - relaxed.loss)):
        best.offer(everything, start)
    if len(whole) <= WHOLE and not best.closed() and watch.left() > 0:
        part = watch.part(0.5)
        filled, proven = refill(whole, best.chosen, everything, whole.value, lack, part, seed)
        if filled is not None:
            best.offer(everything, filled)
        if proven is not None:
            best.bound = min(best.bound, floor(proven + 1e-6) if whole.whole() else proven)
    if not best.closed() and watch.left() > 0:
        _start_from_weights(best, relaxed, watch, rng)
        _search(best, relaxed, watch, rng)
    return best.chosen, best.bound


def _start_from_weights(
    best: Choice, relaxed: Relaxation, watch: Stopwatch, rng: np.random.Generator
) -> None:
    """Slot by slot, the matching that follows the LP's weights most closely."""
    whole = best.field
    near = relaxed.loss <= _mean(best) * NEAR
    gain = relaxed.weight * 1000 + whole.value * 0.1
    chosen = np.zeros(len(whole), bool)
    for slot in rng.permutation(whole.slots):
        if watch.left() <= 0:
            return
        freed = near & (whole.slot == slot)
        filled, _ = refill(whole, chosen, freed, gain, 0.0, watch.at_most(STEP_SECONDS), 0)
        if filled is not None:
            chosen |= filled
    best.offer(np.ones(len(whole), bool), chosen)


def _mean(best: Choice) -> float:
    taken = best.field.value[best.chosen]
    return max(float(taken.mean()) if len(taken) else 0.0, 1e-9)


def _search(best: Choice, relaxed: Relaxation, watch: Stopwatch, rng: np.random.Generator) -> None:
    mean = _mean(best)

    def work(seed: int) -> None:
        around = Neighbourhoods(best.field, relaxed, mean, np.random.default_rng(seed))
        while watch.left() > 0 and not best.closed():
            way, step = around.draw(), watch.at_most(STEP_SECONDS)
            now = best.chosen
            freed = around.freed(way, now)
            filled, _ = refill(best.field, now, freed, best.field.value, best.lack, step, seed & 0x7FFF)
            around.learn(way, 0.0 if filled is None else best.offer(freed, filled), step.spent())

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, int(seed)) for seed in rng.integers(2**31, size=THREADS)]:
            done.result()
