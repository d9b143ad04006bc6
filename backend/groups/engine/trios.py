"""Trios by their planner: three constituencies around a need one declares and another answers."""

from __future__ import annotations

import time
from collections import Counter
from itertools import permutations

import numpy as np

from backend.groups.engine.arrays import Seated, constituency_codes, interest_flags, pairs_in, scores_of, topics_in
from backend.groups.rules import RoundsSetting, tables_of
from matching.groups.trio_times import plan_timed_trios
from matching.groups.trios import TriosProblem

MET_WORTH = 0.5  # of a pair that met before, against one that did not


def seat_trios(setting: RoundsSetting, *, seconds: float) -> Seated:
    """Beside the trios that there are, which stay: new ones at the times and tables not used."""
    people = sorted(setting.constituency)
    place = {pk: number for number, pk in enumerate(people)}
    topics = topics_in(setting)
    score = scores_of(setting, people, topics)
    groups = tables_of(setting.fixed).values()
    for pairs, worth in (
        (pairs_in(setting.met, place), MET_WORTH),
        (pairs_in(setting.forbidden, place), 0.0),
        (pairs_in([(a, b) for members in groups for a, b in permutations(members, 2)], place), 0.0),
    ):
        score[pairs[:, 0], pairs[:, 1]] *= worth
        score[pairs[:, 1], pairs[:, 0]] = score[pairs[:, 0], pairs[:, 1]]
    taken = Counter(person for _slot, person in setting.fixed)
    free = [
        [pk in setting.present[slot] and (slot, pk) not in setting.fixed for pk in people] for slot in setting.slots
    ]
    unused = {slot: sorted(table for at, table in setting.unused if at == slot) for slot in setting.slots}
    problem = TriosProblem(
        score=score,
        constituency=constituency_codes(setting, people),
        seeks=interest_flags(setting.seeks, people, topics),
        offers=interest_flags(setting.offers, people, topics),
        most=np.array([max(setting.most_each - taken[pk], 0) for pk in people], dtype=np.int64),
    )
    plan = plan_timed_trios(
        problem,
        np.array(free, dtype=bool).reshape(len(setting.slots), len(people)),
        np.array([len(unused[slot]) for slot in setting.slots], dtype=np.int64),
        seconds=seconds,
        seed=setting.seed,
        clock=time.monotonic,
    )
    seated, about = dict(setting.fixed), {}
    for trio, number in zip(plan.trios.tolist(), plan.time.tolist(), strict=True):
        slot, members = setting.slots[number], [people[one] for one in trio]
        table = unused[slot].pop(0)
        seated |= {(slot, pk): table for pk in members}
        about[slot, table] = _need_of(setting, members, topics)
    return Seated(seated=seated, value=plan.value, value_bound=plan.bound, topics=about)


def _need_of(setting: RoundsSetting, members: list[int], topics: list[int]) -> int:
    """The topic that most pairs of the three seek and offer; the first of the list among equals."""
    answered = Counter(
        topic
        for topic in topics
        for one, other in permutations(members, 2)
        if topic in setting.seeks.get(one, ()) and topic in setting.offers.get(other, ())
    )
    return max(topics, key=lambda topic: (answered[topic], -topics.index(topic)))
