"""Programmes: who meets whom, when and at which table, with what is proven about it.

Two questions, one door: `Problem` chooses among valued pairs (greatest value, then fewest breaks),
`Brokerage` places meetings that must all take place (fewest breaks, fairly spread).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.benchmarks.b2b.brokering import broker
from matching.scheduling.checking import faults_in
from matching.scheduling.demands import impossible_requests
from matching.scheduling.problem import (
    BadProblem,
    Brokerage,
    Locked,
    Meeting,
    Pair,
    Plan,
    Problem,
    Requested,
    Status,
)
from matching.scheduling.programme import programme
from matching.scheduling.stopwatch import Clock, Stopped, Stopwatch, never
from matching.scheduling.tables import seated

__all__ = [
    "BadProblem",
    "Brokerage",
    "Locked",
    "Meeting",
    "Pair",
    "Plan",
    "Problem",
    "Progress",
    "Requested",
    "Status",
    "faults_in",
    "solve",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """The best value so far and its proven bound, and the seconds it took."""

    value: float
    bound: float
    seconds: float


def solve(
    problem: Problem | Brokerage,
    *,
    seconds: float,
    seed: int,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
    stopped: Stopped = never,
) -> Plan:
    """The best plan found within `seconds` on two cores, with a proven bound of its value.

    clock: gives seconds and never goes back (time.monotonic); progress: called, from any thread, at each
    better plan; stopped: asked from any thread, often: once it says so, the best plan so far comes within a
    few seconds. Demands that contradict each other give status "infeasible" and sentences that name them; a
    Brokerage for which no schedule was found in time gives "unknown". Solvers race and are stopped by the
    clock, so the same seed gives the same plan only where the problem is closed by one of them in a fixed
    way (small ones); otherwise plans of equal standing may differ between runs, their value and bound being
    right in each.

    >>> import time
    >>> pairs = (Pair(0, 1, 5), Pair(0, 2, 4), Pair(1, 2, 3))
    >>> open_slots = ((True, True), (True, False), (False, True))
    >>> plan = solve(Problem(3, 2, 1, pairs, open_slots, (2, 2, 2)), seconds=5, seed=1, clock=time.monotonic)
    >>> plan.status, plan.value, [(m.i, m.j, m.slot) for m in plan.meetings]
    ('optimal', 9, [(0, 1, 0), (0, 2, 1)])
    """
    watch = Stopwatch(clock, seconds, stopped)

    def tell(value: float, bound: float) -> None:
        if progress is not None:
            progress(Progress(value, bound, watch.spent()))

    if isinstance(problem, Problem):
        return programme(problem, watch, seed, tell)
    return _brokered(problem, watch, seed, tell)


def _brokered(problem: Brokerage, watch: Stopwatch, seed: int, tell: Callable[[float, float], None]) -> Plan:
    reasons = impossible_requests(problem)
    if reasons:
        return Plan("infeasible", None, None, 0, watch.spent(), people=problem.people, reasons=tuple(reasons))
    race = broker(problem, watch, seed, tell)
    if race.infeasible:
        reason = "No schedule meets all demands at once: places, sessions, order and fair breaks clash."
        return Plan("infeasible", None, None, 0, watch.spent(), people=problem.people, reasons=(reason,))
    if race.slots is None or race.breaks is None:
        return Plan("unknown", None, race.bound, 0, watch.spent(), people=problem.people)
    rows = [(m.i, m.j, slot) for m, slot in zip(problem.meetings, race.slots, strict=True)]
    meetings = seated(rows, problem.tables)
    status: Status = "optimal" if race.closed() else "feasible"
    bound = min(race.bound, race.breaks)
    return Plan(status, race.breaks, bound, race.breaks, watch.spent(), meetings, people=problem.people)
