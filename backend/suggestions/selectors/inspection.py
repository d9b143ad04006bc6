"""An attendee's list and one pair's scores in full, for organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import PersonNamed, ids_declaring_need, people_named
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.engine.lists import score_pair
from backend.suggestions.models import ListReading, Run, Suggestion
from backend.suggestions.selectors.lists import ReasonRow, visible_reasons
from matching.recommend.strength import Strength, strength_of

LEAST_TOLD = 0.03
"""What adds less, either way, makes no difference to tell."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a list. Ranks are without gaps: a gap would give away a blocked contact."""

    other: PersonNamed
    has_joined: bool
    rank: int
    score: float
    strength: Strength
    exploratory: bool
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class ListInspection:
    """An attendee's list as published, and when it was computed; no entries where nobody fits."""

    owner: PersonNamed
    computed_at: dt.datetime
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class FeatureContribution:
    """One feature of a pair, from owner to other and back: its value, and what it adds to the need."""

    feature: str
    forward: float
    forward_adds: float
    backward: float
    backward_adds: float


@dataclass(frozen=True, slots=True)
class PairInspection:
    """One entry of a list with every feature of the pair, standardised as in the Run.

    `forward`: the owner's own score of the other, of their present profiles; `backward`: the other's own
    score of the owner. Both are from 0 to 1 and order lists; neither is a chance.
    """

    owner: PersonNamed
    entry: ListEntry
    features: tuple[FeatureContribution, ...]
    forward: float
    backward: float

    @property
    def telling_features(self) -> tuple[FeatureContribution, ...]:
        """The features that add something either way, most first."""
        telling = [f for f in self.features if max(abs(f.forward_adds), abs(f.backward_adds)) >= LEAST_TOLD]
        return tuple(sorted(telling, key=lambda f: -max(abs(f.forward_adds), abs(f.backward_adds))))


def list_owners_for(event: Event) -> tuple[PersonNamed, ...]:
    """Everybody who may have a list at the event, by name."""
    return tuple(people_named(matchable(event).order_by("name", "pk")).values())


def first_with_list(event: Event, owners: Iterable[PersonNamed]) -> int | None:
    """The first of these who has a list in the current Run."""
    lists = ListReading.objects.filter(run__event=event, run__state=Run.State.CURRENT)
    with_list = set(lists.values_list("attendee", flat=True))
    return next((one.attendee_id for one in owners if one.attendee_id in with_list), None)


def list_inspection_for(*, event: Event, attendee_id: int) -> ListInspection:
    """Whom the current Run suggests to this attendee, and why.

    Without whom the contact policy refuses, as on the attendee's own page. Refuses NotFound for somebody
    without a list.
    """
    read = (
        ListReading.objects.filter(run__event=event, run__state=Run.State.CURRENT, attendee=attendee_id)
        .values_list("run_id", "computed_at")
        .first()
    )
    refused = refused_pairs(event)
    named = people_named(matchable(event).exclude(pk__in=refused.others_of(attendee_id)))
    if read is None or attendee_id not in named:
        raise NotFound(_("This attendee has no list: lists are made for listed adults when all are computed."))
    run_id, computed_at = read
    rows = Suggestion.objects.proper().filter(run=run_id, attendee=attendee_id, other__in=list(named))
    need_declared = attendee_id in ids_declaring_need(Attendee.objects.filter(pk=attendee_id))
    joined = set(Attendee.objects.filter(event=event).exclude(agreed_at=None).values_list("pk", flat=True))
    entries = (
        ListEntry(
            other=named[row.other_id],
            has_joined=row.other_id in joined,
            rank=rank,
            score=row.score,
            strength=strength_of(row.score, need_declared=need_declared),
            exploratory=row.exploratory,
            reasons=tuple(visible_reasons(row.reasons, row.other_id, named, refused, shows_sessions=True)),
        )
        for rank, row in enumerate(rows.order_by("rank"), start=1)
    )
    return ListInspection(named[attendee_id], computed_at, tuple(entries))


def strength_between(*, event: Event, one: int, other: int) -> Strength | None:
    """How well two attendees suit each other, by the higher of their scores; the current Run's measure.

    None where they cannot be scored: no Run, a text that waits to be read, or a pair that is parted.
    """
    run = Run.objects.filter(event=event, state=Run.State.CURRENT).first()
    if run is None:
        return None
    data = read_event_data(event)
    if not {one, other} <= data.versions.keys():
        return None
    try:
        numbers = score_pair(data, run, one, other)
    except BusinessError:
        return None
    if not numbers.proposable:
        return None
    declared = ids_declaring_need(Attendee.objects.filter(pk__in=(one, other)))
    return strength_of(max(numbers.p_ab, numbers.p_ba), need_declared=bool(declared))


def pair_inspection_for(*, event: Event, attendee_id: int, other_id: int) -> PairInspection:
    """Every feature of somebody on this attendee's list, in both directions.

    Refuses NotFound for a pair that is on no list, `not_yet_read` while a changed text waits for the worker,
    and OlderRun where the lists were made by another version or model.
    """
    found = list_inspection_for(event=event, attendee_id=attendee_id)
    entry = next((entry for entry in found.entries if entry.other.attendee_id == other_id), None)
    if entry is None:
        raise NotFound(_("This attendee has nobody of that number on the list."))
    run = Run.objects.get(event=event, state=Run.State.CURRENT)
    numbers = score_pair(read_event_data(event), run, attendee_id, other_id)
    return PairInspection(
        owner=found.owner,
        entry=entry,
        features=tuple(FeatureContribution(*row) for row in numbers.rows()),
        forward=numbers.p_ab,
        backward=numbers.p_ba,
    )
