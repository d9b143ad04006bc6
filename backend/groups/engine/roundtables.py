"""Roundtables by their planner, one time after the other: a host, and people worth each other's time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from backend.events.rules.attendees import IdPair, pair_of
from backend.groups.engine.arrays import Cell, Seated, constituency_codes, pairs_in, scores_of, topics_in
from backend.groups.rules import RoundsSetting, tables_of
from matching.groups.roundtables import RoundtablesPlan, RoundtablesProblem, plan_roundtables
from matching.scheduling.columns import Floats

SHARE_MOST = 0.5  # of one constituency at a table, where there are several
SIZES_TRIED = 3  # numbers of tables, from as many as can be filled down


def seat_roundtables(setting: RoundsSetting, *, seconds: float) -> Seated:
    """Who has a place stays; others fill the tables that there are, then new ones."""
    drafting = _Drafting(setting, seconds / max(1, len(setting.slots)))
    for slot in setting.slots:
        drafting.fill(slot)
        drafting.open_tables(slot)
    topics = {cell: setting.topic for cell in drafting.hosts if setting.topic is not None}
    return Seated(
        seated=drafting.seated, value=drafting.value, value_bound=drafting.bound, topics=topics, hosts=drafting.hosts
    )


@dataclass(slots=True)
class _Drafting:
    """A draft as far as it is made."""

    setting: RoundsSetting
    seconds: float  # for each time
    seated: dict[Cell, int] = field(init=False)
    met: set[IdPair] = field(init=False)
    people: list[int] = field(init=False)
    score: Floats = field(init=False)
    hosts: dict[Cell, int] = field(default_factory=dict)
    value: float = 0.0
    bound: float = 0.0

    def __post_init__(self) -> None:
        self.seated, self.met = dict(self.setting.fixed), set(self.setting.met)
        self.people = sorted(self.setting.constituency)
        self.score = scores_of(self.setting, self.people, topics_in(self.setting))
        for members in tables_of(self.seated).values():
            self.met |= {pair_of(*two) for two in combinations(members, 2)}

    def free(self, slot: int) -> list[int]:
        """Who is free then, and not at as many tables as anybody may be."""
        taken = Counter(pk for _slot, pk in self.seated)
        return sorted(
            pk
            for pk in self.setting.present[slot]
            if pk in self.setting.constituency and (slot, pk) not in self.seated and taken[pk] < self.setting.most_each
        )

    def fill(self, slot: int) -> None:
        """Put people at the tables that there are, each where they are worth most, while places are left."""
        own = {key: table for key, table in self.seated.items() if key[0] == slot}
        tables = {table: members for (_slot, table), members in tables_of(own).items()}
        for pk in self.free(slot):
            fitting = [table for table, members in sorted(tables.items()) if self._fits(pk, members)]
            if fitting:
                best = max(fitting, key=lambda table: self._worth(pk, tables[table]))
                tables[best].append(pk)
                self.seated[slot, pk] = best

    def _fits(self, pk: int, members: Sequence[int]) -> bool:
        of = self.setting.constituency
        alike = 1 + sum(of[one] == of[pk] for one in members)
        return (
            len(members) < self.setting.most
            and not {pair_of(pk, one) for one in members} & set(self.setting.forbidden)
            and alike <= _share_most(self.setting) * (len(members) + 1)
        )

    def _worth(self, pk: int, members: Sequence[int]) -> float:
        place = {one: number for number, one in enumerate(self.people)}
        return sum(float(np.sqrt(self.score[place[pk], place[one]])) for one in members)

    def open_tables(self, slot: int) -> None:
        """New tables: of some numbers of them, the draft that seats most people, then the most valuable."""
        unused = sorted(table for at, table in self.setting.unused if at == slot)
        people = self.free(slot)
        most = min(len(unused), len(people) // self.setting.least)
        if not most:
            return
        fewest = min(most, max(1, len(people) // self.setting.most))
        sizes = sorted({round(size) for size in np.linspace(fewest, most, SIZES_TRIED)})
        plans = [
            (hosts, self._plan(people, hosts, self.seconds / len(sizes)))
            for size in sizes
            for hosts in [self._choose_hosts(people, size)]
        ]
        hosts, plan = max(plans, key=lambda one: (int((one[1].table >= 0).sum()), one[1].value))
        self.value, self.bound = self.value + plan.value, self.bound + max(one.bound for _hosts, one in plans)
        for pk, number in zip(people, plan.table.tolist(), strict=True):
            if number >= 0:
                self.seated[slot, pk] = unused[number]
                self.hosts[slot, unused[number]] = people[hosts[number]]
        new = [(key, table) for key, table in self.seated.items() if key[0] == slot]
        for members in tables_of(dict(new)).values():
            self.met |= {pair_of(*two) for two in combinations(members, 2)}

    def _choose_hosts(self, people: Sequence[int], size: int) -> list[int]:
        """Those (places) who offer the topic before others, and of them who fits most of the others best."""
        at = [self.people.index(pk) for pk in people]
        fit = np.sqrt(self.score[np.ix_(at, at)]).sum(axis=1)
        offering = [self.setting.topic in self.setting.offers.get(pk, ()) for pk in people]
        order = sorted(range(len(people)), key=lambda one: (not offering[one], -fit[one], people[one]))
        return order[:size]

    def _plan(self, people: Sequence[int], hosts: Sequence[int], seconds: float) -> RoundtablesPlan:
        place = {pk: number for number, pk in enumerate(people)}
        at = [self.people.index(pk) for pk in people]
        problem = RoundtablesProblem(
            host=np.array(hosts, dtype=np.int64),
            wanted=np.ones((len(people), len(hosts)), dtype=bool),
            score=self.score[np.ix_(at, at)],
            constituency=constituency_codes(self.setting, people),
            forbidden=pairs_in(self.setting.forbidden, place),
            met=pairs_in(self.met, place),
            least=self.setting.least,
            most=self.setting.most,
            share_most=_share_most(self.setting),
        )
        return plan_roundtables(problem, seconds=seconds, seed=self.setting.seed, clock=time.monotonic)


def _share_most(setting: RoundsSetting) -> float:
    return SHARE_MOST if len(set(setting.constituency.values())) > 1 else 1.0
