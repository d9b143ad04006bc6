"""Schedules with the fewest breaks for meetings that must all take place, by a portfolio of solvers.

Two proofs race, both CP-SAT on one thread, by unsatisfiable cores (lower bounds that rise until a schedule
meets them): one over linear sums, one over sorting networks. Annealing improves the best schedule meanwhile.
Bounds and schedules are shared, and the first to close the gap stops the rest.
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
from backend.benchmarks.b2b.conflicts import b2b_conflicts
from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.annealing import Annealing, Schedule, breaks_in
from matching.scheduling.deadline import Clock, Deadline, ShouldStop, never
from matching.scheduling.problem import Conflict, Plan, Status
from matching.scheduling.solve import Progress
from matching.scheduling.tables import assign_tables

PROOFS_FIRST_SECONDS = 8.0  # before annealing shares the two cores
ANNEALING_SECONDS = 8.0  # of one round
MAX_ROUNDS_WITHOUT_GAIN = 3


def solve_b2b(
    problem: B2BProblem,
    *,
    seconds: float,
    seed: int,
    clock: Clock,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: ShouldStop = never,
) -> Plan:
    """The schedule with the fewest breaks found within `seconds` on two cores, and a proven lower bound.

    Arguments are those of `matching.scheduling.solve.solve`. Conflicting demands give status "infeasible" and
    the conflicts; where no schedule was found in time the status is "unknown".
    """
    deadline = Deadline(clock, seconds, should_stop)

    def report(value: float, bound: float) -> None:
        if on_progress is not None:
            on_progress(Progress(value, bound, deadline.spent()))

    conflicts = tuple(b2b_conflicts(problem))
    portfolio = Portfolio(problem, report)
    if not conflicts:
        _run(portfolio, deadline, seed)
        if portfolio.infeasible:
            conflicts = (Conflict("demands_clash"),)
    people = problem.people
    if conflicts:
        return Plan("infeasible", None, None, 0, deadline.spent(), people=people, conflicts=conflicts)
    if portfolio.slots is None or portfolio.breaks is None:
        return Plan("unknown", None, portfolio.bound, 0, deadline.spent(), people=people)
    rows = [(m.i, m.j, slot) for m, slot in zip(problem.meetings, portfolio.slots, strict=True)]
    meetings = assign_tables(rows, problem.tables)
    status: Status = "optimal" if portfolio.is_closed() else "feasible"
    breaks, bound = portfolio.breaks, min(portfolio.bound, portfolio.breaks)
    return Plan(status, breaks, bound, breaks, deadline.spent(), meetings, people=people)


@dataclass(slots=True)
class Portfolio:
    """What the solvers share: the best slots, their breaks, the proven lower bound; and when to stop."""

    problem: B2BProblem
    on_progress: Callable[[float, float], None]
    slots: tuple[int, ...] | None = None
    breaks: int | None = None
    bound: int = 0
    infeasible: bool = False
    solvers: list[cp_model.CpSolver] = field(default_factory=list)
    done: Event = field(default_factory=Event)
    guard: Lock = field(default_factory=Lock)

    def add_solution(self, slots: Sequence[int]) -> None:
        breaks = fair_breaks(self.problem, slots)
        with self.guard:
            if breaks is not None and (self.breaks is None or breaks < self.breaks):
                self.slots, self.breaks = tuple(slots), breaks
                self.on_progress(breaks, self.bound)
        self._stop_when_closed()

    def raise_bound(self, bound: float) -> None:
        with self.guard:
            self.bound = max(self.bound, ceil(bound - 1e-6))
        self._stop_when_closed()

    def is_closed(self) -> bool:
        """Whether the best schedule meets the bound."""
        return self.breaks is not None and self.breaks <= self.bound

    def stop(self) -> None:
        self.done.set()
        for solver in list(self.solvers):
            solver.stop_search()

    def _stop_when_closed(self) -> None:
        if self.is_closed():
            self.stop()


def fair_breaks(problem: B2BProblem, slots: Sequence[int]) -> int | None:
    """Total breaks of the slots, or None when two people's breaks differ by more than `fairness`."""
    masks = [0] * problem.people
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        masks[meeting.i] |= 1 << slot
        masks[meeting.j] |= 1 << slot
    breaks = [max(breaks_in(mask, 1), 0) for mask in masks]
    return sum(breaks) if max(breaks, default=0) - min(breaks, default=0) <= problem.fairness else None


def _run(portfolio: Portfolio, deadline: Deadline, seed: int) -> None:
    """Until the gap is closed, infeasibility is proven, or the time is over."""
    if deadline.left() <= 0:
        return
    with ThreadPoolExecutor(2) as pool:
        proofs = [pool.submit(_prove, portfolio, networks, deadline, seed) for networks in (False, True)]
        try:
            _wait(portfolio, proofs, deadline, min(PROOFS_FIRST_SECONDS, 0.3 * deadline.limit))
            _anneal(portfolio, proofs, deadline, np.random.default_rng(seed))
            _wait(portfolio, proofs, deadline, deadline.left())
        finally:
            while not all(proof.done() for proof in proofs):
                portfolio.stop()
                wait(proofs, timeout=0.02)
    for proof in proofs:
        proof.result()


def _wait(portfolio: Portfolio, proofs: Sequence[Future[None]], deadline: Deadline, seconds: float) -> None:
    """Until the portfolio is done, both proofs are, or the seconds have passed."""
    end = deadline.spent() + seconds
    while not (portfolio.done.is_set() or all(proof.done() for proof in proofs)):
        if deadline.spent() >= end or deadline.left() <= 0:
            return
        portfolio.done.wait(min(0.05, max(end - deadline.spent(), 0.001)))


class _SolutionCallback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    """Hands each solution to the portfolio."""

    def __init__(self, portfolio: Portfolio, built: BreakModel) -> None:
        super().__init__()
        self._portfolio, self._built = portfolio, built

    def on_solution_callback(self) -> None:
        self._portfolio.add_solution(self._built.slots(self.boolean_value))


def _prove(portfolio: Portfolio, networks: bool, deadline: Deadline, seed: int) -> None:
    built = break_model(portfolio.problem, networks=networks)
    if portfolio.done.is_set() or deadline.left() <= 0:
        return
    solver = _solver(portfolio, deadline, seed)
    solver.parameters.optimize_with_core = True
    solver.best_bound_callback = portfolio.raise_bound
    status = solver.solve(built.model, _SolutionCallback(portfolio, built))
    if status == cp_model.INFEASIBLE:
        portfolio.infeasible = True
        portfolio.stop()
    elif status == cp_model.OPTIMAL:
        portfolio.raise_bound(solver.objective_value)
    elif status == cp_model.MODEL_INVALID:
        raise RuntimeError(built.model.validate())


def _solver(portfolio: Portfolio, deadline: Deadline, seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 0
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_time_in_seconds = max(deadline.left(), 0.01)
    portfolio.solvers.append(solver)
    return solver


def _anneal(portfolio: Portfolio, proofs: Sequence[Future[None]], deadline: Deadline, rng: np.random.Generator) -> None:
    """Any schedule first, by CP-SAT without an objective; then annealing from the best one, in rounds."""

    def is_over() -> bool:
        return portfolio.done.is_set() or all(proof.done() for proof in proofs) or deadline.left() <= 0

    problem = portfolio.problem
    if portfolio.slots is None and not is_over():
        built = break_model(problem, networks=False)
        built.model.clear_objective()
        _solver(portfolio, deadline, 0).solve(built.model, _SolutionCallback(portfolio, built))
    schedule = Schedule(
        people=problem.people,
        slots=problem.slots,
        tables=problem.tables,
        pairs=tuple((meeting.i, meeting.j) for meeting in problem.meetings),
        allowed=tuple(meeting.allowed for meeting in problem.meetings),
        before=problem.before,
        cap=problem.fairness,
    )
    without_gain = 0
    while not is_over() and portfolio.slots is not None and without_gain < MAX_ROUNDS_WITHOUT_GAIN:
        known = portfolio.breaks
        annealing = Annealing(schedule, list(portfolio.slots))
        share = min(1.0, ANNEALING_SECONDS / max(deadline.left(), 1e-9))
        annealing.run(deadline.part(share), rng, is_good_enough=lambda cost: cost <= portfolio.bound or is_over())
        portfolio.add_solution(annealing.best)
        without_gain = 0 if portfolio.breaks != known else without_gain + 1
