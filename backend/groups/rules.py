"""Who has a place at a table of several: the contact policy and the languages of every pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.rules.attendees import IdPair, pair_of
from backend.events.rules.languages import HasLanguages, cannot_talk
from backend.groups.models import FEWEST, Rounds
from backend.safeguarding.rules import contactable_pairs, hiding_among, is_reachable_by, matchable

CHANNEL = "meeting"
Key = TypeVar("Key")


class KindWords(NamedTuple):
    """What a group of a kind is called, and with its title."""

    one: Promise
    titled: Promise


KIND_WORDS = {
    Rounds.Kind.ROUNDS: KindWords(_("Round of tables"), _("Table of “%(title)s”")),
    Rounds.Kind.ROUNDTABLES: KindWords(_("Roundtable"), _("Roundtable “%(title)s”")),
    Rounds.Kind.TRIOS: KindWords(_("Trio"), _("Trio “%(title)s”")),
}


def can_be_seated(event: Event) -> AttendeeQuerySet:
    """Attendees whom organisers may put at a table: known adults who list themselves and have joined."""
    return matchable(event).filter(is_reachable_by(CHANNEL))


def kept_members(event_id: int, tables: Mapping[Key, Sequence[int]]) -> dict[Key, tuple[int, ...]]:
    """Of those (ids) with a place at each table, in the order of their places, those who keep it.

    Nobody who can not be seated any more. Of two whom the contact policy parts, whoever blocked or reported
    the other leaves, as anybody does; where neither did (a rule between groups), who has the later place.
    """
    ids = {pk for members in tables.values() for pk in members}
    here = set(can_be_seated(Event(pk=event_id)).filter(pk__in=ids).values_list("pk", flat=True)) if ids else ids
    seated = {key: [pk for pk in members if pk in here] for key, members in tables.items()}
    pairs = {pair_of(*two) for members in seated.values() for two in combinations(members, 2)}
    parted = pairs - contactable_pairs(event_id, pairs, CHANNEL) if pairs else set()
    hiding = hiding_among({pk for pair in parted for pk in pair})
    return {key: _kept(members, parted, hiding) for key, members in seated.items()}


def may_sit_with(event_id: int, attendee_id: int, members: Collection[int]) -> bool:
    """Whether this attendee (id) may be put at a table with all of these (ids), and can talk with each."""
    pairs = {pair_of(attendee_id, pk) for pk in members}
    can_sit = can_be_seated(Event(pk=event_id)).filter(pk=attendee_id).exists()
    if not (can_sit and contactable_pairs(event_id, pairs, CHANNEL) == pairs):
        return False
    return not pairs & _silent_pairs_among(event_id, {attendee_id, *members})


def those_talking(event_id: int, tables: Mapping[Key, Sequence[int]]) -> dict[Key, tuple[int, ...]]:
    """Of those (ids) at each table, in the order of their places, who can talk with all who have an earlier one."""
    silent = _silent_pairs_among(event_id, {pk for members in tables.values() for pk in members})
    return {key: _kept(members, silent, ()) for key, members in tables.items()}


def silent_pairs(event: Event, people: Mapping[int, HasLanguages]) -> set[IdPair]:
    """Pairs of these people (by id) without a language to talk in, as `cannot_talk` says of two."""
    alike: dict[tuple[frozenset[str], bool], list[int]] = {}
    for pk, one in people.items():
        alike.setdefault((frozenset(one.languages), one.translating_device), []).append(pk)
    return {
        pair_of(a, b)
        for some, others in combinations(alike.values(), 2)
        if cannot_talk(people[some[0]], people[others[0]], event)
        for a, b in product(some, others)
    }


def _silent_pairs_among(event_id: int, ids: Collection[int]) -> set[IdPair]:
    if len(ids) < FEWEST:
        return set()
    people = Attendee.objects.only("languages", "translating_device").in_bulk(ids)
    return silent_pairs(Event.objects.get(pk=event_id), people)


def _kept(members: Sequence[int], parted: Collection[IdPair], hiding: Collection[IdPair]) -> tuple[int, ...]:
    gone: set[int] = set()
    for first, second in combinations(members, 2):
        if pair_of(first, second) in parted and not {first, second} & gone:
            gone |= {one for one, other in ((first, second), (second, first)) if (one, other) in hiding} or {second}
    return tuple(pk for pk in members if pk not in gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsSetting:
    """What groups are planned from; people, slots, tables and topics by their ids.

    `seeks`, `offers`: the topics of each person that count; `unused`: (slot, table) where no group was
    published; both of roundtables and trios alone.
    """

    kind: str
    constituency: Mapping[int, str]  # of everybody who can sit
    present: Mapping[int, Collection[int]]  # who is free, by slot
    slots: Sequence[int]
    tables: Sequence[int]
    least: int
    most: int
    forbidden: Collection[IdPair]
    met: Collection[IdPair]
    fixed: Mapping[tuple[int, int], int]  # the table of (slot, person)
    seed: int
    most_each: int = 1
    topic: int | None = None
    seeks: Mapping[int, Collection[int]] = field(default_factory=dict)
    offers: Mapping[int, Collection[int]] = field(default_factory=dict)
    unused: Collection[tuple[int, int]] = ()


def tables_of(seated: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], list[int]]:
    """Who sits at each table of each round, `(slot, table): people`."""
    found: dict[tuple[int, int], list[int]] = {}
    for (slot, person), table in seated.items():
        found.setdefault((slot, table), []).append(person)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsFigures:
    """What tables of rounds come to.

    `mix` is the mean over tables and constituencies of |share at the table - share of all|.
    """

    people: int
    places: int
    pairs_met: int
    repeats: int
    mix: float


def rounds_figures(tables: Sequence[Sequence[int]], constituency: Mapping[int, str]) -> RoundsFigures:
    """Of these tables, of all rounds, with the constituency of everybody (ids) who is counted."""
    seen = Counter(pair_of(*two) for members in tables for two in combinations(members, 2))
    overall = Counter(constituency.values())
    everybody = max(len(constituency), 1)
    apart = [
        abs(here[kind] / len(members) - count / everybody)
        for members in tables
        if members
        for here in [Counter(constituency[pk] for pk in members)]
        for kind, count in overall.items()
    ]
    return RoundsFigures(
        people=len({pk for members in tables for pk in members}),
        places=sum(map(len, tables)),
        pairs_met=len(seen),
        repeats=seen.total() - len(seen),
        mix=sum(apart) / len(apart) if apart else 0.0,
    )
