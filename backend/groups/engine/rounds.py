"""Rounds of tables by the planner of rounds."""

from __future__ import annotations

import time

import numpy as np

from backend.groups.engine.arrays import Seated, constituency_codes, pairs_in
from backend.groups.rules import RoundsSetting
from matching.groups.rounds import RoundsProblem, plan_rounds


def seat_rounds(setting: RoundsSetting, *, seconds: float) -> Seated:
    people = sorted(setting.constituency)
    place = {pk: number for number, pk in enumerate(people)}
    tables = {pk: number for number, pk in enumerate(setting.tables)}
    present = np.array([[pk in setting.present[slot] for pk in people] for slot in setting.slots], dtype=bool)
    fixed = [[tables.get(setting.fixed.get((slot, pk), 0), -1) for pk in people] for slot in setting.slots]
    plan = plan_rounds(
        RoundsProblem(
            present=present.reshape(len(setting.slots), len(people)),
            seats=np.full(len(tables), setting.most, dtype=np.int64),
            least=setting.least,
            constituency=constituency_codes(setting, people),
            forbidden=pairs_in(setting.forbidden, place),
            met=pairs_in(setting.met, place),
            fixed=np.array(fixed, dtype=np.int64).reshape(len(setting.slots), len(people)),
        ),
        seconds=seconds,
        seed=setting.seed,
        clock=time.monotonic,
    )
    seated = {
        (slot, pk): setting.tables[plan.table[number, place[pk]]]
        for number, slot in enumerate(setting.slots)
        for pk in people
        if plan.table[number, place[pk]] >= 0
    }
    return Seated(seated=seated, pairs_bound=int(plan.pairs_bound), mix_bound=float(plan.mix_bound))
