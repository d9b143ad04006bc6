"""The planner against exhaustive search, under time limits, and with late joiners."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.scheduling.checking import faults_in
from matching.scheduling.problem import Locked, Pair, Plan, Problem
from matching.scheduling.solve import solve


def plan_of(problem: Problem, seconds: float = 20.0) -> Plan:
    return solve(problem, seconds=seconds, seed=1, clock=time.monotonic)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    people, slots, tables = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    everyone = list(itertools.combinations(range(people), 2))
    chosen = draw(st.lists(st.sampled_from(everyone), unique=True, max_size=5))
    pairs = tuple(Pair(i, j, draw(st.integers(0, 9))) for i, j in chosen)
    rows = st.lists(st.booleans(), min_size=slots, max_size=slots).map(tuple)
    available = tuple(draw(rows) for _ in range(people))
    most = tuple(draw(st.integers(0, 3)) for _ in range(people))
    least = tuple(draw(st.sampled_from((0, 0, 0, 1))) for _ in range(people))
    days = draw(st.sampled_from([(), tuple(sorted(draw(st.integers(0, 1)) for _ in range(slots)))]))
    locked = ()
    if draw(st.booleans()):
        i, j = draw(st.sampled_from(everyone))
        locked = (Locked(i, j, draw(st.integers(0, slots - 1))),)
    return Problem(people, slots, tables, pairs, available, most, least, days, locked)


def best_by_exhaustion(problem: Problem) -> float | None:
    """The greatest value of all feasible plans, None where there is none."""
    value = {(pair.i, pair.j): pair.value for pair in problem.pairs}
    fixed = {(lock.i, lock.j): lock.slot for lock in problem.locked}
    free = [pair for pair in value if pair not in fixed]
    best = None
    for slots in itertools.product((None, *range(problem.slots)), repeat=len(free)):
        held = fixed | {pair: slot for pair, slot in zip(free, slots, strict=True) if slot is not None}
        if _is_feasible(problem, held):
            worth = sum(value.get(pair, 0) for pair in held)
            best = worth if best is None else max(best, worth)
    return best


def _is_feasible(problem: Problem, held: dict[tuple[int, int], int]) -> bool:
    seats = [(person, slot) for pair, slot in held.items() for person in pair]
    count = Counter(person for person, _ in seats)
    return (
        len(set(seats)) == len(seats)
        and all(problem.available[person][slot] for person, slot in seats)
        and all(number <= problem.tables for number in Counter(held.values()).values())
        and all(problem.least[p] <= count[p] <= problem.most[p] for p in range(problem.people))
    )


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(problems())
def test_a_small_programme_is_the_best_of_all_or_there_is_none(problem: Problem) -> None:
    best, plan = best_by_exhaustion(problem), plan_of(problem)
    assert faults_in(problem, plan) == []
    if best is None:
        assert plan.status == "infeasible"
        assert plan.conflicts
        assert plan.value is None
    else:
        assert (plan.status, plan.value, plan.bound) == ("optimal", best, best)


def forum(people: int = 60, slots: int = 8, tables: int = 12, seed: int = 3) -> Problem:
    """A made-up forum with more pairs than tables."""
    rng = np.random.default_rng(seed)
    everyone = list(itertools.combinations(range(people), 2))
    which = sorted(rng.choice(len(everyone), 600, replace=False).tolist())
    pairs = tuple(Pair(*everyone[n], int(rng.integers(100, 1000))) for n in which)
    available = tuple(tuple((rng.random(slots) < 0.8).tolist()) for _ in range(people))
    return Problem(people, slots, tables, pairs, available, (4,) * people, days=(0,) * 4 + (1,) * 4)


@pytest.mark.slow
def test_a_forum_comes_close_to_its_bound_with_few_breaks() -> None:
    problem = forum()
    plan = plan_of(problem, seconds=6)
    assert faults_in(problem, plan) == []
    assert plan.gap is not None
    assert plan.gap < 0.01
    at_once = plan_of(problem, seconds=0)
    assert plan.breaks < at_once.breaks


@pytest.mark.slow
def test_five_late_joiners_move_no_locked_meeting() -> None:
    before = forum()
    published = plan_of(before, seconds=3)
    locked = tuple(Locked(m.i, m.j, m.slot, m.table) for m in published.meetings)
    newcomers = range(before.people, before.people + 5)
    late = replace(
        before,
        people=before.people + 5,
        tables=before.tables + 1,
        pairs=before.pairs + tuple(Pair(old, new, 500) for new in newcomers for old in range(0, 60, 3)),
        available=before.available + ((True,) * before.slots,) * 5,
        most=tuple(most + 1 for most in before.most) + (4,) * 5,
        least=(0,) * before.people + (1,) * 5,
        locked=locked,
    )
    plan = plan_of(late, seconds=4)
    assert faults_in(late, plan) == []
    assert set(published.meetings) <= set(plan.meetings)
    assert all(plan.meetings_per_person()[person] > 0 for person in newcomers)


def test_a_locked_pair_that_nobody_listed_is_kept_and_worth_nothing() -> None:
    problem = Problem(2, 1, 1, (), ((True,), (True,)), (1, 1), locked=(Locked(1, 0, 0),))
    plan = plan_of(problem)
    assert (plan.status, plan.value, len(plan.meetings)) == ("optimal", 0, 1)


@pytest.mark.parametrize(("people", "slots", "tables"), [(0, 0, 0), (0, 3, 2), (4, 0, 2), (4, 3, 0), (4, 3, 2)])
def test_a_programme_without_anything_to_plan_is_empty_and_optimal(people: int, slots: int, tables: int) -> None:
    pairs = (Pair(0, 1, 7),) if people and not (slots and tables) else ()
    plan = plan_of(Problem(people, slots, tables, pairs, ((True,) * slots,) * people, (2,) * people))
    assert (plan.status, plan.value, plan.bound, plan.breaks, plan.meetings) == ("optimal", 0, 0, 0, ())


@pytest.mark.parametrize("seconds", [0, 0.05, 0.5])
def test_any_time_limit_gives_a_sound_plan_with_a_bound(seconds: float) -> None:
    problem = forum()
    plan = plan_of(problem, seconds)
    assert faults_in(problem, plan) == []
    assert plan.value
    assert plan.seconds < seconds + 3


@pytest.mark.slow
def test_progress_reports_better_plans_under_the_bound() -> None:
    reports = []
    plan = solve(forum(), seconds=3, seed=1, clock=time.monotonic, on_progress=reports.append)
    values = [step.value for step in reports]
    assert values == sorted(values)
    assert plan.value == values[-1]
    assert all(step.value <= step.bound for step in reports)


@pytest.mark.slow
def test_a_planner_asked_to_stop_gives_the_best_plan_so_far_within_seconds() -> None:
    problem, reports = forum(), []
    plan = solve(
        problem,
        seconds=600,
        seed=1,
        clock=time.monotonic,
        on_progress=reports.append,
        should_stop=lambda: len(reports) > 1,
    )
    assert faults_in(problem, plan) == []
    assert plan.value == reports[-1].value
    assert plan.seconds < 60


def test_the_solver_writes_nothing_to_the_screen() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from matching.scheduling.relaxation import quiet_highs; quiet_highs().run()"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == ""
