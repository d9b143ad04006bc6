"""Meetings that must all take place, against exhaustive search."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.benchmarks.b2b.brokering import fair_breaks
from matching.scheduling.solve import Brokerage, Plan, Requested, faults_in, solve


def plan_of(problem: Brokerage, seconds: float = 60) -> Plan:
    return solve(problem, seconds=seconds, seed=1, clock=time.monotonic)


@st.composite
def brokerages(draw: st.DrawFn) -> Brokerage:
    people, slots, tables = draw(st.integers(2, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 2))
    everyone = list(itertools.combinations(range(people), 2))
    pairs = draw(st.lists(st.sampled_from(everyone), unique=True, max_size=4))
    full = (1 << slots) - 1
    allowed = st.one_of(st.just(full), st.integers(0, full))
    meetings = tuple(Requested(i, j, draw(allowed)) for i, j in pairs)
    numbers = list(itertools.permutations(range(len(meetings)), 2))
    before = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=2)) if numbers else []
    return Brokerage(people, slots, tables, meetings, tuple(before), spread=draw(st.integers(0, 2)))


def fewest_by_exhaustion(problem: Brokerage) -> int | None:
    best: int | None = None
    for slots in itertools.product(range(problem.slots), repeat=len(problem.meetings)):
        breaks = _breaks_if_lawful(problem, slots)
        if breaks is not None:
            best = breaks if best is None else min(best, breaks)
    return best


def _breaks_if_lawful(problem: Brokerage, slots: tuple[int, ...]) -> int | None:
    times: list[list[int]] = [[] for _ in range(problem.people)]
    for meeting, slot in zip(problem.meetings, slots, strict=True):
        if not meeting.allowed & (1 << slot):
            return None
        times[meeting.i].append(slot)
        times[meeting.j].append(slot)
    if any(len(set(row)) < len(row) for row in times):
        return None
    if any(slots.count(slot) > problem.tables for slot in slots):
        return None
    if any(slots[a] >= slots[b] for a, b in problem.before):
        return None
    breaks = [sum(b - a > 1 for a, b in itertools.pairwise(sorted(row))) for row in times]
    return sum(breaks) if max(breaks) - min(breaks) <= problem.spread else None


@settings(max_examples=80, deadline=None)
@given(brokerages())
def test_a_small_brokerage_has_the_fewest_breaks_of_all_or_there_is_no_schedule(problem: Brokerage) -> None:
    fewest, plan = fewest_by_exhaustion(problem), plan_of(problem)
    assert faults_in(problem, plan) == []
    if fewest is None:
        assert plan.status == "infeasible"
        assert plan.reasons
    else:
        assert (plan.status, plan.value, plan.bound, plan.breaks) == ("optimal", fewest, fewest, fewest)


@pytest.mark.parametrize("people", [0, 3])
def test_a_brokerage_without_meetings_is_done(people: int) -> None:
    plan = plan_of(Brokerage(people, 4, 2, ()))
    assert (plan.status, plan.value, plan.bound) == ("optimal", 0, 0)


def test_no_time_at_all_says_that_nothing_is_known() -> None:
    plan = plan_of(Brokerage(3, 2, 1, (Requested(0, 1, 3), Requested(1, 2, 3))), seconds=0)
    assert (plan.status, plan.value, plan.meetings) == ("unknown", None, ())


def test_breaks_too_unequal_are_no_schedule() -> None:
    problem = Brokerage(4, 5, 2, (Requested(0, 1, 1), Requested(0, 2, 4), Requested(0, 3, 16)), spread=1)
    assert fair_breaks(problem, (0, 2, 4)) is None
    assert plan_of(problem).status == "infeasible"
