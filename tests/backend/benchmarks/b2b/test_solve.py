"""Meetings that must all take place, against exhaustive search."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.benchmarks.b2b.checking import b2b_faults_in
from backend.benchmarks.b2b.conflicts import b2b_conflict_text
from backend.benchmarks.b2b.problem import B2BProblem, RequestedMeeting
from backend.benchmarks.b2b.solve import fair_breaks, solve_b2b
from matching.scheduling.problem import Plan


def plan_of(problem: B2BProblem, seconds: float = 60) -> Plan:
    return solve_b2b(problem, seconds=seconds, seed=1, clock=time.monotonic)


@st.composite
def b2b_problems(draw: st.DrawFn) -> B2BProblem:
    people, slots, tables = draw(st.integers(2, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 2))
    everyone = list(itertools.combinations(range(people), 2))
    pairs = draw(st.lists(st.sampled_from(everyone), unique=True, max_size=4))
    full = (1 << slots) - 1
    allowed = st.one_of(st.just(full), st.integers(0, full))
    meetings = tuple(RequestedMeeting(i, j, draw(allowed)) for i, j in pairs)
    numbers = list(itertools.permutations(range(len(meetings)), 2))
    before = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=2)) if numbers else []
    return B2BProblem(people, slots, tables, meetings, tuple(before), fairness=draw(st.integers(0, 2)))


def fewest_by_exhaustion(problem: B2BProblem) -> int | None:
    best: int | None = None
    for slots in itertools.product(range(problem.slots), repeat=len(problem.meetings)):
        breaks = _breaks_if_feasible(problem, slots)
        if breaks is not None:
            best = breaks if best is None else min(best, breaks)
    return best


def _breaks_if_feasible(problem: B2BProblem, slots: tuple[int, ...]) -> int | None:
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
    return sum(breaks) if max(breaks) - min(breaks) <= problem.fairness else None


@settings(max_examples=80, deadline=None)
@given(b2b_problems())
def test_a_small_problem_has_the_fewest_breaks_of_all_or_there_is_no_schedule(problem: B2BProblem) -> None:
    fewest, plan = fewest_by_exhaustion(problem), plan_of(problem)
    assert b2b_faults_in(problem, plan) == []
    if fewest is None:
        assert plan.status == "infeasible"
        assert plan.conflicts
    else:
        assert (plan.status, plan.value, plan.bound, plan.breaks) == ("optimal", fewest, fewest, fewest)


@pytest.mark.parametrize("people", [0, 3])
def test_a_problem_without_meetings_is_done(people: int) -> None:
    plan = plan_of(B2BProblem(people, 4, 2, ()))
    assert (plan.status, plan.value, plan.bound) == ("optimal", 0, 0)


def test_without_time_the_status_is_unknown() -> None:
    plan = plan_of(B2BProblem(3, 2, 1, (RequestedMeeting(0, 1, 3), RequestedMeeting(1, 2, 3))), seconds=0)
    assert (plan.status, plan.value, plan.meetings) == ("unknown", None, ())


def test_a_schedule_with_too_unequal_breaks_is_infeasible() -> None:
    problem = B2BProblem(
        4, 5, 2, (RequestedMeeting(0, 1, 1), RequestedMeeting(0, 2, 4), RequestedMeeting(0, 3, 16)), fairness=1
    )
    assert fair_breaks(problem, (0, 2, 4)) is None
    assert plan_of(problem).status == "infeasible"


def b2b_problem(**changes: object) -> B2BProblem:
    usual: dict[str, object] = {"people": 3, "slots": 2, "tables": 2}
    return B2BProblem(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"meetings": (RequestedMeeting(0, 1, 0),)}, "Meeting 1 has no slot"),
        (
            {"meetings": (RequestedMeeting(0, 1, 1), RequestedMeeting(0, 2, 1))},
            "Person 1 has meetings 1 and 2 that can only stand in slot 1.",
        ),
        (
            {"meetings": (RequestedMeeting(0, 1, 1), RequestedMeeting(0, 2, 1), RequestedMeeting(0, 1, 2))},
            "Person 1 has 3 meetings in 2 open slots.",
        ),
        ({"meetings": (RequestedMeeting(0, 1, 3),), "tables": 0}, "There are 1 meetings for 0 places."),
        (
            {"meetings": (RequestedMeeting(0, 1, 3), RequestedMeeting(1, 2, 3)), "before": ((0, 1), (1, 0))},
            "No schedule meets all demands at once",
        ),
    ],
)
def test_an_infeasible_problem_names_its_conflict(changes: dict[str, object], sentence: str) -> None:
    plan = plan_of(b2b_problem(**changes))
    assert (plan.status, plan.value, plan.meetings) == ("infeasible", None, ())
    assert any(sentence in b2b_conflict_text(conflict) for conflict in plan.conflicts)
