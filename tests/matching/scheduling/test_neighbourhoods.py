"""What a step frees, and which operator gets the time."""

from __future__ import annotations

import numpy as np
import pytest

from matching.scheduling.columns import CandidateColumns
from matching.scheduling.neighbourhoods import CLUSTER, LP_SOLUTION, OPERATORS, AdaptiveNeighbourhoods
from matching.scheduling.relaxation import Relaxation

PEOPLE, SLOTS = 30, 8


@pytest.fixture
def neighbourhoods() -> AdaptiveNeighbourhoods:
    i, j = np.triu_indices(PEOPLE, 1)
    pair = np.repeat(np.arange(len(i)), SLOTS)
    slot = np.tile(np.arange(SLOTS), len(i))
    columns = CandidateColumns(
        people=PEOPLE,
        slots=SLOTS,
        pairs=len(i),
        pair=pair,
        slot=slot,
        i=i[pair],
        j=j[pair],
        value=np.full(len(pair), 100.0),
        tables_left=np.full(SLOTS, 5),
        most=np.full(PEOPLE, 3),
        least=np.zeros(PEOPLE, dtype=np.int64),
    )
    reduced_cost = np.where(pair % 2 == 0, 0.0, 50.0)
    relaxed = Relaxation(1e9, reduced_cost, np.where(pair % 4 == 0, 0.5, 0.0))
    return AdaptiveNeighbourhoods(columns, relaxed, 100.0, np.random.default_rng(1))


@pytest.mark.parametrize("number", range(len(OPERATORS)))
def test_a_step_frees_good_columns_and_those_selected_now(neighbourhoods: AdaptiveNeighbourhoods, number: int) -> None:
    operator, columns = OPERATORS[number], neighbourhoods.columns
    nothing = np.zeros(len(columns), bool)
    freed = neighbourhoods.free_columns(number, nothing)
    assert freed.any()
    assert (neighbourhoods.relaxed.reduced_cost[freed] == 0).all()
    assert operator.kind != LP_SOLUTION or (neighbourhoods.relaxed.lp_value[freed] > 0).all()
    assert operator.kind == CLUSTER or len(set(columns.slot[freed])) <= operator.size
    assert (neighbourhoods.free_columns(number, ~nothing) & (neighbourhoods.relaxed.reduced_cost > 0)).any()


def test_the_operator_that_gains_gets_most_of_the_time(neighbourhoods: AdaptiveNeighbourhoods) -> None:
    for number in range(len(OPERATORS)):
        for _ in range(30):
            neighbourhoods.reward(number, 50.0 if number == 3 else 0.0, 0.1)
    drawn = [neighbourhoods.select_operator() for _ in range(400)]
    assert drawn.count(3) > 200
    assert set(drawn) == set(range(len(OPERATORS)))
