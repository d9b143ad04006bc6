"""Programmes: who meets whom, when and at which table, with what is proven about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matching.scheduling.checking import faults_in
from matching.scheduling.problem import (
    BadProblem,
    Locked,
    Meeting,
    Pair,
    Plan,
    Problem,
    Status,
)
from matching.scheduling.programme import programme
from matching.scheduling.stopwatch import Clock, Stopped, Stopwatch, never

__all__ = [
    "BadProblem",
    "Locked",
    "Meeting",
    "Pair",
    "Plan",
    "Problem",
    "Progress",
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
    problem: Problem,
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
    few seconds. Demands that contradict each other give status "infeasible" and sentences that name them.
    Solvers race and are stopped by the
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

    return programme(problem, watch, seed, tell)
