"""Drafts of all kinds of groups, with what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backend.groups.engine.arrays import Seated
from backend.groups.engine.rounds import seat_rounds
from backend.groups.engine.roundtables import seat_roundtables
from backend.groups.engine.trios import seat_trios
from backend.groups.models import Rounds
from backend.groups.rules import RoundsSetting, rounds_figures, tables_of

DRAWS = 50  # of tables filled by chance, with which the mix is compared
SEATING = {Rounds.Kind.ROUNDS: seat_rounds, Rounds.Kind.ROUNDTABLES: seat_roundtables, Rounds.Kind.TRIOS: seat_trios}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsDraft:
    """Who sits where, and the mix of the same tables filled by chance."""

    plan: Seated
    mix_by_chance: float


def draft_rounds(setting: RoundsSetting, *, seconds: float) -> RoundsDraft:
    """Who sits where, by the planner of this kind of groups."""
    plan = SEATING[Rounds.Kind(setting.kind)](setting, seconds=seconds)
    return RoundsDraft(plan=plan, mix_by_chance=_mix_by_chance(plan.seated, setting))


def _mix_by_chance(seated: Mapping[tuple[int, int], int], setting: RoundsSetting) -> float:
    """The mix of the same tables where anybody present sits at them at random, mean of some draws."""
    random = np.random.default_rng(setting.seed)
    found = []
    for _draw in range(DRAWS):
        tables: list[list[int]] = []
        for slot in setting.slots:
            here = [table for (one, _pk), table in seated.items() if one == slot]
            able = sorted(set(setting.present[slot]) & set(setting.constituency))
            mixed = random.permutation(able)[: len(here)]
            drawn = {(slot, int(pk)): table for pk, table in zip(mixed, here, strict=False)}
            tables += tables_of(drawn).values()
        found.append(rounds_figures(tables, setting.constituency).mix)
    return sum(found) / DRAWS
