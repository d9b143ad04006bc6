"""The fewest breaks for meetings that must all take place: two proofs race, and a search keeps the best
plan at hand.

Both proofs are CP-SAT on one thread each, by cores (lower bounds that rise until a plan meets them), one
over linear sums, one over sorting networks; what either proves or finds is shared, and the first to close
the gap stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from math import ceil
from threading import Event, Lock

import numpy as np
from ortools.sat.python import cp_model

from backend.benchmarks.b2b.break_model import BreakModel, break_model
from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.kempe import Annealing, Schedule, breaks_in
from matching.scheduling.stopwatch import Stopwatch

ALONE = 8.0  # seconds the proofs have the two cores for themselves
ROUND = 8.0  # seconds of one annealing
ROUNDS = 3  # annealings without gain after which the proofs get the cores for themselves again


@dataclass(slots=True)
class Race:
    """What is known so far: the best slots, their breaks, the proven least number; and whether to stop."""

    problem: B2BProblem
    tell: Callable[[float, float], None]
    slots: tuple[int, ...] | None = None
    breaks: int | None = None
    bound: int = 0
    infeasible: bool = False
    solvers: list[cp_model.CpSolver] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    guard: Lock = field(default_factory=Lock)

    def found(self, slots: Sequence[int]) -> None:
        breaks = fair_breaks(self.problem, slots)
        with self.guard:
            if breaks is not None and (self.breaks is None or breaks < self.breaks):
                self.slots, self.breaks = tuple(slots), breaks
                self.tell(breaks, self.bound)
        self._finish_when_closed()

    def proved(self, bound: float) -> None:
        with self.guard:
            self.bound = max(self.bound, ceil(bound - 1e-6))
        self._finish_when_closed()

    def closed(self) -> bool:
        return self.breaks is not None and self.breaks <= self.bound

    def finish(self) -> None:
        self.over.set()
        for solver in list(self.solvers):
            solver.stop_search()

    def _finish_when_closed(self) -> None:
        if self.closed():
            self.finish()


def fair_breaks(problem: B2BProblem, slots: Sequence[int]) -> int | None:
    """Total breaks of the slots, or None when two people's breaks differ by more than the spread."""
    masks = [0] * problem.people
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        masks[meeting.i] |= 1 << slot
        masks[meeting.j] |= 1 << slot
    breaks = [max(breaks_in(mask, 1), 0) for mask in masks]
    return sum(breaks) if max(breaks, default=0) - min(breaks, default=0) <= problem.spread else None


def broker(problem: B2BProblem, watch: Stopwatch, seed: int, tell: Callable[[float, float], None]) -> Race:
    """The race when it is over: closed, proven infeasible, or out of time."""
    race = Race(problem, tell)
    if watch.left() <= 0:
        return race
    with ThreadPoolExecutor(2) as pool:
        proofs = [pool.submit(_prove, race, networks, watch, seed) for networks in (False, True)]
        try:
            _wait(race, proofs, watch, min(ALONE, 0.3 * watch.limit))
            _search(race, proofs, watch, np.random.default_rng(seed))
            _wait(race, proofs, watch, watch.left())
        finally:
            while not all(proof.done() for proof in proofs):
                race.finish()
                wait(proofs, timeout=0.02)
    for proof in proofs:
        proof.result()
    return race


def _wait(race: Race, proofs: Sequence[Future[None]], watch: Stopwatch, seconds: float) -> None:
    """Until the race is over, both proofs are, or the seconds have passed."""
    end = watch.spent() + seconds
    while not (race.over.is_set() or all(proof.done() for proof in proofs)):
        if watch.spent() >= end or watch.left() <= 0:
            return
        race.over.wait(min(0.05, max(end - watch.spent(), 0.001)))


class _Listener(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    """Hands each solution to the race."""

    def __init__(self, race: Race, built: BreakModel) -> None:
        super().__init__()
        self._race, self._built = race, built

    def on_solution_callback(self) -> None:
        self._race.found(self._built.slots(self.boolean_value))


def _prove(race: Race, networks: bool, watch: Stopwatch, seed: int) -> None:
    built = break_model(race.problem, networks=networks)
    if race.over.is_set() or watch.left() <= 0:
        return
    solver = _solver(race, watch, seed)
    solver.parameters.optimize_with_core = True
    solver.best_bound_callback = race.proved
    status = solver.solve(built.model, _Listener(race, built))
    if status == cp_model.INFEASIBLE:
        race.infeasible = True
        race.finish()
    elif status == cp_model.OPTIMAL:
        race.proved(solver.objective_value)
    elif status == cp_model.MODEL_INVALID:
        raise RuntimeError(built.model.validate())


def _solver(race: Race, watch: Stopwatch, seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 0
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_time_in_seconds = max(watch.left(), 0.01)
    race.solvers.append(solver)
    return solver


def _search(race: Race, proofs: Sequence[Future[None]], watch: Stopwatch, rng: np.random.Generator) -> None:
    """Any plan first, by CP-SAT without an aim; then annealing from the best plan, round after round."""

    def idle() -> bool:
        return race.over.is_set() or all(proof.done() for proof in proofs) or watch.left() <= 0

    if race.slots is None and not idle():
        built = break_model(race.problem, networks=False)
        built.model.clear_objective()
        _solver(race, watch, 0).solve(built.model, _Listener(race, built))
    problem = race.problem
    schedule = Schedule(
        people=problem.people,
        slots=problem.slots,
        tables=problem.tables,
        pairs=tuple((meeting.i, meeting.j) for meeting in problem.meetings),
        allowed=tuple(meeting.allowed for meeting in problem.meetings),
        before=problem.before,
        cap=problem.spread,
    )
    fruitless = 0
    while not idle() and race.slots is not None and fruitless < ROUNDS:
        known = race.breaks
        annealing = Annealing(schedule, list(race.slots))
        share = min(1.0, ROUND / max(watch.left(), 1e-9))
        annealing.run(watch.part(share), rng, enough=lambda cost: cost <= race.bound or idle())
        race.found(annealing.best)
        fruitless = 0 if race.breaks != known else fruitless + 1
