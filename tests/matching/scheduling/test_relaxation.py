"""The stated bound against the linear programme over all pairs and slots, solved by itself."""

from __future__ import annotations

import itertools
import time

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.scheduling.columns import candidate_columns
from matching.scheduling.deadline import Deadline
from matching.scheduling.problem import Pair, Problem
from matching.scheduling.relaxation import quiet_highs, relax
from matching.scheduling.solve import solve


def linear_bound(problem: Problem) -> float | None:
    """The value of the linear relaxation by the simplex method; None where it has no solution."""
    highs = quiet_highs(solver="simplex")
    meetings: dict[tuple[int, int, int], highspy.highs.highs_var] = {}
    for pair in problem.pairs:
        for slot in range(problem.slots):
            if problem.available[pair.i][slot] and problem.available[pair.j][slot]:
                meetings[pair.i, pair.j, slot] = highs.addVariable(0, 1, -pair.value)
    rows: dict[tuple[str, int, int], list[highspy.highs.highs_var]] = {}
    for (i, j, slot), meeting in meetings.items():
        for key in (("pair", i, j), ("seat", i, slot), ("seat", j, slot), ("tables", slot, 0)):
            rows.setdefault(key, []).append(meeting)
        for person in (i, j):
            rows.setdefault(("person", person, 0), []).append(meeting)
    for (kind, number, _), terms in rows.items():
        if kind == "person":
            least = problem.least[number] if problem.least else 0
            highs.addConstr(least <= highs.qsum(terms) <= problem.most[number])
        else:
            highs.addConstr(highs.qsum(terms) <= (problem.tables if kind == "tables" else 1))
    if any(least and ("person", number, 0) not in rows for number, least in enumerate(problem.least)):
        return None
    if not meetings:
        return 0.0
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return -highs.getInfo().objective_function_value


@st.composite
def tight_problems(draw: st.DrawFn) -> Problem:
    """Few open slots, few tables, and values far apart."""
    people, slots, tables = draw(st.integers(4, 9)), draw(st.integers(2, 5)), draw(st.integers(1, 4))
    everyone = list(itertools.combinations(range(people), 2))
    chosen = draw(st.lists(st.sampled_from(everyone), unique=True, min_size=4, max_size=24))
    pairs = tuple(Pair(i, j, draw(st.integers(-20, 100))) for i, j in chosen)
    rows = st.lists(st.booleans(), min_size=slots, max_size=slots).map(tuple)
    available = tuple(draw(rows) for _ in range(people))
    most = tuple(draw(st.integers(1, 3)) for _ in range(people))
    owes = st.just((0,) * people) | st.tuples(*(st.integers(0, limit) for limit in most))
    return Problem(people, slots, tables, pairs, available, most, draw(owes))


def tight_forum(people: int = 300, slots: int = 16, tables: int = 60) -> Problem:
    """Everybody has a quarter of the slots open, so that who can meet at all decides, not who fits best."""
    rng = np.random.default_rng(1)
    everyone = list(itertools.combinations(range(people), 2))
    which = sorted(rng.choice(len(everyone), 4500, replace=False).tolist())
    pairs = tuple(Pair(*everyone[n], int(rng.integers(100, 1000))) for n in which)
    available = tuple(tuple((rng.random(slots) < 0.25).tolist()) for _ in range(people))
    return Problem(people, slots, tables, pairs, available, (8,) * people)


@settings(max_examples=150, deadline=None)
@given(tight_problems())
def test_no_bound_is_looser_than_the_linear_relaxation(problem: Problem) -> None:
    plain = linear_bound(problem)
    relaxed = relax(candidate_columns(problem), Deadline(time.monotonic, 20))
    if plain is None:
        assert relaxed.short
    else:
        assert relaxed.short == ()
        assert relaxed.bound == pytest.approx(plain, rel=1e-6, abs=1e-4) or relaxed.bound < plain


def test_a_forum_with_few_open_times_states_the_bound_of_the_linear_relaxation() -> None:
    problem = tight_forum()
    plain = linear_bound(problem)
    plan = solve(problem, seconds=4, seed=1, clock=time.monotonic)
    assert plain is not None
    assert plan.bound is not None
    assert plan.bound <= plain + 1e-4


def test_a_chain_of_meetings_that_one_person_owes_is_planned_at_its_bound() -> None:
    """Person 0 can meet person 1 alone, who then leaves person 2 to person 3, and so on to the end."""
    people = 12
    pairs = tuple(Pair(n, n + 1, 10 if n % 2 else 1) for n in range(people - 1))
    least = (1,) * (people - 1) + (0,)
    problem = Problem(people, 1, people, pairs, ((True,),) * people, (1,) * people, least)
    plan = solve(problem, seconds=10, seed=1, clock=time.monotonic)
    assert linear_bound(problem) == pytest.approx(people // 2)
    assert (plan.status, plan.value, plan.bound) == ("optimal", people // 2, people // 2)
