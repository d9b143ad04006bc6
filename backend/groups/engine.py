"""Rows to the planner of rounds and back."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from backend.events.rules.attendees import IdPair
from backend.groups.rules import RoundsSetting, rounds_figures, tables_of
from matching.groups.rounds import RoundsProblem, plan_rounds

DRAWS = 50  # of tables filled by chance, with which the mix is compared


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsDraft:
    """Who sits where, `(slot, person): table`, with what is proven and what chance gives."""

    seated: Mapping[tuple[int, int], int]
    pairs_bound: int
    mix_bound: float
    mix_by_chance: float


def draft_rounds(setting: RoundsSetting, *, seconds: float) -> RoundsDraft:
    """Who sits where, by the planner."""
    people = sorted(setting.constituency)
    place = {pk: number for number, pk in enumerate(people)}
    kinds = sorted(set(setting.constituency.values()))
    tables = {pk: number for number, pk in enumerate(setting.tables)}
    present = np.array([[pk in setting.present[slot] for pk in people] for slot in setting.slots], dtype=bool)
    fixed = [[tables.get(setting.fixed.get((slot, pk), 0), -1) for pk in people] for slot in setting.slots]
    plan = plan_rounds(
        RoundsProblem(
            present=present.reshape(len(setting.slots), len(people)),
            seats=np.full(len(tables), setting.most, dtype=np.int64),
            least=setting.least,
            constituency=np.array([kinds.index(setting.constituency[pk]) for pk in people], dtype=np.int64),
            forbidden=_places(setting.forbidden, place),
            met=_places(setting.met, place),
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
    return RoundsDraft(
        seated=seated,
        pairs_bound=int(plan.pairs_bound),
        mix_bound=float(plan.mix_bound),
        mix_by_chance=_mix_by_chance(seated, setting),
    )


def _mix_by_chance(seated: Mapping[tuple[int, int], int], setting: RoundsSetting) -> float:
    """The mix of the same tables where those of each round change places at random, mean of some draws."""
    random = np.random.default_rng(setting.seed)
    found = []
    for _draw in range(DRAWS):
        tables: list[list[int]] = []
        for slot in setting.slots:
            here = [(pk, table) for (one, pk), table in seated.items() if one == slot]
            mixed = random.permutation([pk for pk, _table in here])
            drawn = {(slot, int(pk)): table for pk, (_pk, table) in zip(mixed, here, strict=True)}
            tables += tables_of(drawn).values()
        found.append(rounds_figures(tables, setting.constituency).mix)
    return sum(found) / DRAWS


def _places(pairs: Collection[IdPair], place: Mapping[int, int]) -> np.ndarray:
    known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    return np.array(known, dtype=np.int64).reshape(len(known), 2)
