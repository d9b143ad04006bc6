"""What a step frees, and which way of freeing gets the time."""

from __future__ import annotations

import numpy as np
import pytest

from matching.scheduling.columns import Field
from matching.scheduling.neighbourhoods import CIRCLE, WAYS, WEIGHTS, Neighbourhoods
from matching.scheduling.relaxation import Relaxation

PEOPLE, SLOTS = 30, 8


@pytest.fixture
def around() -> Neighbourhoods:
    i, j = np.triu_indices(PEOPLE, 1)
    pair = np.repeat(np.arange(len(i)), SLOTS)
    slot = np.tile(np.arange(SLOTS), len(i))
    field = Field(
        people=PEOPLE,
        slots=SLOTS,
        pairs=len(i),
        pair=pair,
        slot=slot,
        i=i[pair],
        j=j[pair],
        value=np.full(len(pair), 100.0),
        room=np.full(SLOTS, 5),
        most=np.full(PEOPLE, 3),
        least=np.zeros(PEOPLE, dtype=np.int64),
    )
    loss = np.where(pair % 2 == 0, 0.0, 50.0)
    relaxed = Relaxation(1e9, loss, np.where(pair % 4 == 0, 0.5, 0.0))
    return Neighbourhoods(field, relaxed, 100.0, np.random.default_rng(1))


@pytest.mark.parametrize("number", range(len(WAYS)))
def test_a_step_frees_good_columns_and_those_chosen_now(around: Neighbourhoods, number: int) -> None:
    way, field = WAYS[number], around.whole
    nothing = np.zeros(len(field), bool)
    freed = around.freed(number, nothing)
    assert freed.any()
    assert (around.relaxed.loss[freed] == 0).all()
    assert way.kind != WEIGHTS or (around.relaxed.weight[freed] > 0).all()
    assert way.kind == CIRCLE or len(set(field.slot[freed])) <= way.size
    assert (around.freed(number, ~nothing) & (around.relaxed.loss > 0)).any()


def test_the_way_that_pays_gets_most_of_the_time(around: Neighbourhoods) -> None:
    for number in range(len(WAYS)):
        for _ in range(30):
            around.learn(number, 50.0 if number == 3 else 0.0, 0.1)
    drawn = [around.draw() for _ in range(400)]
    assert drawn.count(3) > 200
    assert set(drawn) == set(range(len(WAYS)))
