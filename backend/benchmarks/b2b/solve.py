"""Schedules for meetings that must all take place, with the fewest breaks."""

from __future__ import annotations

from collections.abc import Callable

from backend.benchmarks.b2b.brokering import broker
from backend.benchmarks.b2b.demands import impossible_requests
from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.problem import Plan, Status
from matching.scheduling.solve import Progress
from matching.scheduling.stopwatch import Clock, Stopped, Stopwatch, never
from matching.scheduling.tables import seated


def solve_b2b(
    problem: B2BProblem,
    *,
    seconds: float,
    seed: int,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
    stopped: Stopped = never,
) -> Plan:
    """The schedule with the fewest breaks found within `seconds` on two cores, and a proven lower bound.

    Arguments are those of `matching.scheduling.solve.solve`. Demands that contradict each other give status
    "infeasible" and sentences that name them; where no schedule was found in time the status is "unknown".
    """
    watch = Stopwatch(clock, seconds, stopped)

    def tell(value: float, bound: float) -> None:
        if progress is not None:
            progress(Progress(value, bound, watch.spent()))

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
