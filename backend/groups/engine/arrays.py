"""What the planners read, as arrays, and what they give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backend.events.rules.attendees import IdPair
from backend.groups.rules import RoundsSetting
from matching.groups.needs import need_scores
from matching.scheduling.columns import Flags, Floats, Ints

Cell = tuple[int, int]  # slot and table


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """Who sits where, `(slot, person): table`, with what is proven.

    `pairs_bound` and `mix_bound` of rounds; `value` and `value_bound` of roundtables and trios, with the
    topic of each table and the host of each roundtable.
    """

    seated: Mapping[Cell, int]
    pairs_bound: int = 0
    mix_bound: float = 0.0
    value: float = 0.0
    value_bound: float = 0.0
    topics: Mapping[Cell, int] = field(default_factory=dict)
    hosts: Mapping[Cell, int] = field(default_factory=dict)


def pairs_in(pairs: Collection[IdPair], place: Mapping[int, int]) -> Ints:
    """(m, 2), the places of these pairs of people."""
    known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    return np.array(known, dtype=np.int64).reshape(len(known), 2)


def constituency_codes(setting: RoundsSetting, people: Sequence[int]) -> Ints:
    kinds = sorted(set(setting.constituency.values()))
    return np.array([kinds.index(setting.constituency[pk]) for pk in people], dtype=np.int64)


def topics_in(setting: RoundsSetting) -> list[int]:
    """The topics that count: the one the groups are about, or all that somebody seeks."""
    if setting.topic is not None:
        return [setting.topic]
    return sorted({topic for sought in setting.seeks.values() for topic in sought})


def interest_flags(of: Mapping[int, Collection[int]], people: Sequence[int], topics: Sequence[int]) -> Flags:
    """(n, K), who seeks, or who offers, what."""
    flags = [[topic in of.get(pk, ()) for topic in topics] for pk in people]
    return np.array(flags, dtype=bool).reshape(len(people), len(topics))


def scores_of(setting: RoundsSetting, people: Sequence[int], topics: Sequence[int]) -> Floats:
    """(n, n), how well people fit around the topics that count."""
    return need_scores(interest_flags(setting.seeks, people, topics), interest_flags(setting.offers, people, topics))
