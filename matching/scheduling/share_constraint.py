"""Plans of which at least a share of the meetings must be of one kind, by Lagrangian relaxation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from matching.scheduling.deadline import Clock, ShouldStop, never
from matching.scheduling.problem import Pair, Plan, Problem, Status
from matching.scheduling.solve import Progress, solve

TRIES = 5  # multipliers tried


def solve_with_share(
    problem: Problem,
    counted: Sequence[bool],
    share: float,
    *,
    seconds: float,
    seed: int,
    clock: Clock,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: ShouldStop = never,
) -> tuple[Plan, bool]:
    """The best plan found of which `share` (0 to 1) of the meetings among `problem.pairs` are `counted` (a
    flag per pair), and whether none was found: then it is the plan that comes nearest.

    A share s reads sum((c - s) x) >= 0 (c is 1 for a counted meeting). With a multiplier p, a meeting is
    worth v + p (c - s): every bound of that problem bounds the one with the share (Lagrange), and the
    multiplier is raised, then bisected, until the plan keeps the share. Value, bound and what `on_progress`
    is given after each try (value 0 before a plan keeps the share) are in the values of `problem`.
    A plan that misses the share has the bound of those without it, and is never "optimal". The rest is as
    in `solve`.
    """
    tries = _Tries(problem, counted, share)
    step = max((pair.value for pair in problem.pairs), default=1.0)
    low, multiplier, high = 0.0, 0.0, None
    spent = 0.0
    for _ in range(TRIES):
        plan = solve(tries.priced(multiplier), seconds=seconds / TRIES, seed=seed, clock=clock, should_stop=should_stop)
        spent += plan.seconds
        if plan.value is None or plan.bound is None:
            if tries.nearest is None:
                return plan, False
            break
        is_kept = tries.record(plan, plan.bound)
        if on_progress is not None:
            on_progress(Progress(tries.best_value, tries.bound, spent))
        if should_stop() or (is_kept and not multiplier):
            break
        low, high = (low, multiplier) if is_kept else (multiplier, high)
        multiplier = (low + high) / 2 if high is not None else max(2 * multiplier, step / 2)
    return replace(tries.best_plan(), seconds=spent), tries.best is None


class _Tries:
    """The plans of the multipliers tried so far, in the values of the problem."""

    def __init__(self, problem: Problem, counted: Sequence[bool], share: float) -> None:
        self.problem, self.share = problem, share
        self.terms = [flag - share for flag in counted]
        self.pairs = {
            frozenset((pair.i, pair.j)): (pair, flag) for pair, flag in zip(problem.pairs, counted, strict=True)
        }
        self.best: Plan | None = None
        self.best_value = 0.0
        self.nearest: tuple[float, Plan, float] | None = None  # share, plan, value
        self.unconstrained_bound = self.bound = float("inf")

    def priced(self, multiplier: float) -> Problem:
        pairs = zip(self.problem.pairs, self.terms, strict=True)
        return replace(
            self.problem, pairs=tuple(Pair(pair.i, pair.j, pair.value + multiplier * term) for pair, term in pairs)
        )

    def record(self, plan: Plan, bound: float) -> bool:
        """Record a plan and say whether it keeps the share; the first is of multiplier 0."""
        if self.nearest is None:
            self.unconstrained_bound = bound
        self.bound = min(self.bound, bound)
        met = [self.pairs[key] for m in plan.meetings if (key := frozenset((m.i, m.j))) in self.pairs]
        value = float(sum(pair.value for pair, _ in met))
        reached = sum(flag for _, flag in met) / len(met) if met else 1.0
        if self.nearest is None or reached > self.nearest[0]:
            self.nearest = (reached, plan, value)
        is_kept = reached >= self.share - 1e-9
        if is_kept and (self.best is None or value > self.best_value):
            self.best, self.best_value = plan, value
        return is_kept

    def best_plan(self) -> Plan:
        assert self.nearest is not None
        _, plan, value = self.nearest
        if self.best is None:
            return replace(plan, status="feasible", value=value, bound=max(self.unconstrained_bound, value))
        value, bound = self.best_value, max(self.bound, self.best_value)
        is_closed = bound - value <= 1e-6 * max(1.0, bound)
        status: Status = "optimal" if is_closed else "feasible"
        return replace(self.best, status=status, value=value, bound=bound)
