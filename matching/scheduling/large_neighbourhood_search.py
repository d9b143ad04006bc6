"""Which pairs meet, and in which slot: large-neighbourhood search on two threads, started from the LP.

Each step frees a part of the selection (`neighbourhoods`) and lets HiGHS fill it optimally, everything else
fixed. Columns of high reduced cost are left out, which keeps a step to a few hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import floor
from threading import Lock

import highspy
import numpy as np

from matching.scheduling.columns import CandidateColumns, Flags, Floats
from matching.scheduling.deadline import Deadline
from matching.scheduling.neighbourhoods import AdaptiveNeighbourhoods
from matching.scheduling.relaxation import (
    Relaxation,
    constraint_rows,
    linear_programme,
    quiet_highs,
    with_shortage_columns,
)

START_REDUCED_COST = 0.4  # of a column in the first selection, in mean values of a meeting
STEP_SECONDS = 1.0
THREADS = 2
EXACT_COLUMNS = 3000  # up to so many columns, the solver first gets the whole problem


@dataclass(slots=True)
class Incumbent:
    """The best selection so far, as flags of the columns, shared by the threads.

    objective: its value, less `shortage_penalty` for each meeting missing to the least.
    """

    columns: CandidateColumns
    bound: float
    selected: Flags
    shortage_penalty: float
    on_progress: Callable[[float, float], None]
    objective: float = 0.0
    guard: Lock = field(default_factory=Lock)

    def objective_of(self, selected: Flags) -> float:
        value = float(self.columns.value[selected].sum())
        return value - self.shortage_penalty * self.columns.shortage(selected)

    def is_optimal(self) -> bool:
        return self.objective >= self.bound - 1e-6 * max(1.0, abs(self.bound))

    def update(self, freed: Flags, filled: Flags) -> float:
        """Merge a thread's filling of the freed columns, if it still fits the other thread's changes.

        Gives the gain.
        """
        with self.guard:
            merged = np.where(freed, filled, self.selected)
            objective = self.objective_of(merged)
            gain = objective - self.objective
            if gain < 0 or not is_feasible(self.columns, merged):
                return 0.0
            self.selected, self.objective = merged, objective
            if gain > 1e-9 and not self.columns.shortage(merged):
                self.on_progress(objective, self.bound)
            return gain


def is_feasible(columns: CandidateColumns, selected: Flags) -> bool:
    """No person twice in a slot, no slot over its tables, no person over `most`, no pair twice."""
    ends = np.concatenate([columns.i[selected], columns.j[selected]])
    seats = ends * columns.slots + np.tile(columns.slot[selected], 2)
    per_slot = np.bincount(columns.slot[selected], minlength=columns.slots)
    return (
        len(np.unique(seats)) == len(seats)
        and bool((per_slot <= columns.tables_left).all())
        and bool((columns.degrees(selected) <= columns.most).all())
        and len(np.unique(columns.pair[selected])) == int(selected.sum())
    )


def greedy_selection(columns: CandidateColumns, weight: Floats | None = None) -> Flags:
    """Columns in falling order of weight (value where not given), each selected when it still fits.

    Columns of people who must still have meetings come first.
    """
    score = columns.value if weight is None else weight
    owed = (columns.least[columns.i] > 0).astype(int) + (columns.least[columns.j] > 0)
    open_slots = np.bincount(np.concatenate([columns.i, columns.j]), minlength=columns.people)
    order = np.lexsort((columns.slot, open_slots[columns.i] + open_slots[columns.j], -score, -owed))
    selected = np.zeros(len(columns), bool)
    tables_left, most = columns.tables_left.tolist(), columns.most.tolist()
    seats: set[tuple[int, int]] = set()
    paired: set[int] = set()
    arrays = (columns.pair, columns.slot, columns.i, columns.j)
    rows = zip(*(array[order].tolist() for array in arrays), strict=True)
    for number, (pair, slot, i, j) in zip(order.tolist(), rows, strict=True):
        if pair in paired or not (tables_left[slot] and most[i] and most[j]):
            continue
        if (i, slot) in seats or (j, slot) in seats or (columns.value[number] <= 0 and not owed[number]):
            continue
        selected[number] = True
        paired.add(pair)
        seats |= {(i, slot), (j, slot)}
        tables_left[slot] -= 1
        most[i] -= 1
        most[j] -= 1
    return selected


def repair(
    columns: CandidateColumns,
    selected: Flags,
    freed: Flags,
    gain: Floats,
    shortage_penalty: float,
    deadline: Deadline,
    seed: int,
) -> tuple[Flags | None, float | None]:
    """The best filling of the freed columns beside the other selected ones, and a proven bound of its gain.

    None where the time was too short for any filling or the bound.
    """
    fixed = selected & ~freed
    most = columns.most - columns.degrees(fixed)
    least = np.maximum(columns.least - columns.degrees(fixed), 0)
    tables_left = columns.tables_left - np.bincount(columns.slot[fixed], minlength=columns.slots)
    busy = np.zeros((columns.people, columns.slots), bool)
    busy[columns.i[fixed], columns.slot[fixed]] = busy[columns.j[fixed], columns.slot[fixed]] = True
    paired = np.zeros(columns.pairs, bool)
    paired[columns.pair[fixed]] = True
    usable = freed & ~paired[columns.pair]
    usable &= ~busy[columns.i, columns.slot] & ~busy[columns.j, columns.slot]
    usable &= (tables_left[columns.slot] > 0) & (most[columns.i] > 0) & (most[columns.j] > 0)
    small = columns.subset(usable)
    if not len(small):
        return np.zeros(len(columns), bool), 0.0
    rows = constraint_rows(small, tables_left=tables_left, most=most, least=least)
    full, rows = with_shortage_columns(gain[usable], rows, shortage_penalty)
    limit = max(deadline.left(), 0.01)
    highs = quiet_highs(time_limit=limit, mip_rel_gap=0.0, mip_abs_gap=1e-6, random_seed=seed)
    if limit > STEP_SECONDS:
        highs.cbMipInterrupt.subscribe(lambda event: event.interrupt(deadline.left() <= 0))
    programme = linear_programme(full, rows)
    programme.integrality_ = [highspy.HighsVarType.kInteger] * len(full)
    highs.passModel(programme)
    start = highspy.HighsSolution()
    known = np.concatenate([selected[usable].astype(float), np.zeros(len(full) - len(small))])
    if len(full) == len(small):
        start.col_value = known.tolist()
        highs.setSolution(start)
    highs.run()
    info = highs.getInfo()
    bound = -info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else None
    values = np.array(highs.getSolution().col_value)
    if info.primal_solution_status != 2 or len(values) != len(full):
        return None, bound
    filled = np.zeros(len(columns), bool)
    filled[usable] = values[: len(small)] > 0.5
    return filled, bound


def select_meetings(
    columns: CandidateColumns,
    relaxed: Relaxation,
    deadline: Deadline,
    seed: int,
    on_progress: Callable[[float, float], None],
) -> tuple[Flags, float]:
    """The selected columns, feasible at any time limit, and the proven bound of their total value."""
    rng = np.random.default_rng(seed)
    is_integer = columns.has_integer_values()
    bound = floor(relaxed.bound + 1e-6) if is_integer else relaxed.bound
    penalty = 3 * float(np.abs(columns.value).max(initial=0)) + 1
    best = Incumbent(columns, bound, np.zeros(len(columns), bool), penalty, on_progress)
    best.objective = best.objective_of(best.selected)
    everything = np.ones(len(columns), bool)
    for start in (greedy_selection(columns), greedy_selection(columns, relaxed.lp_value * 1000 - relaxed.reduced_cost)):
        best.update(everything, start)
    if len(columns) <= EXACT_COLUMNS and not best.is_optimal() and deadline.left() > 0:
        part = deadline.part(0.5)
        filled, proven = repair(columns, best.selected, everything, columns.value, penalty, part, seed)
        if filled is not None:
            best.update(everything, filled)
        if proven is not None:
            best.bound = min(best.bound, floor(proven + 1e-6) if is_integer else proven)
    if not best.is_optimal() and deadline.left() > 0:
        _start_from_lp(best, relaxed, deadline, rng)
        _search(best, relaxed, deadline, rng)
    return best.selected, best.bound


def _start_from_lp(best: Incumbent, relaxed: Relaxation, deadline: Deadline, rng: np.random.Generator) -> None:
    """Slot by slot, the matching that follows the LP's solution most closely."""
    columns = best.columns
    cheap = relaxed.reduced_cost <= _mean_value(best) * START_REDUCED_COST
    gain = relaxed.lp_value * 1000 + columns.value * 0.1
    selected = np.zeros(len(columns), bool)
    for slot in rng.permutation(columns.slots):
        if deadline.left() <= 0:
            return
        freed = cheap & (columns.slot == slot)
        filled, _ = repair(columns, selected, freed, gain, 0.0, deadline.at_most(STEP_SECONDS), 0)
        if filled is not None:
            selected |= filled
    best.update(np.ones(len(columns), bool), selected)


def _mean_value(best: Incumbent) -> float:
    values = best.columns.value[best.selected]
    return max(float(values.mean()) if len(values) else 0.0, 1e-9)


def _search(best: Incumbent, relaxed: Relaxation, deadline: Deadline, rng: np.random.Generator) -> None:
    columns, mean = best.columns, _mean_value(best)

    def work(seed: int) -> None:
        neighbourhoods = AdaptiveNeighbourhoods(columns, relaxed, mean, np.random.default_rng(seed))
        while deadline.left() > 0 and not best.is_optimal():
            operator, step = neighbourhoods.select_operator(), deadline.at_most(STEP_SECONDS)
            current = best.selected
            freed = neighbourhoods.free_columns(operator, current)
            filled, _ = repair(columns, current, freed, columns.value, best.shortage_penalty, step, seed & 0x7FFF)
            gain = 0.0 if filled is None else best.update(freed, filled)
            neighbourhoods.reward(operator, gain, step.spent())

    with ThreadPoolExecutor(THREADS) as pool:
        for task in [pool.submit(work, int(seed)) for seed in rng.integers(2**31, size=THREADS)]:
            task.result()
