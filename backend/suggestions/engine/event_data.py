"""Rows of an event to the values that matching takes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from django.db.models import Count, F

from backend.booking.models.availability import Availability
from backend.events.models.agenda import SessionPart
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Event, Topic
from backend.events.models.events import Tie as TieRow
from backend.events.rules.attendees import pair_of
from backend.outcomes.models import ContactShare
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.engine.texts import FIELDS, topic_text
from backend.suggestions.models import Feedback
from matching.text.language import detect_language
from matching.types import Participant, Tie

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class EventData:
    """An event as matching takes it. `versions`: each participant's `changed_at` as read, by attendee id;
    `topics`: what is read of each topic, by key; `interpreters`: whether people without a language in common
    may be suggested."""

    participants: tuple[Participant, ...]
    ties: tuple[Tie, ...]
    excluded: Set[tuple[int, int]]
    versions: dict[int, dt.datetime]
    topics: dict[str, str]
    interpreters: bool = False


def read_event_data(event: Event) -> EventData:
    """The people whom the contact policy lets matching use (S2), their ties and excluded pairs."""
    # Attendees first: whatever is read after them is no older than the version noted.
    attendees = list(matchable(event).select_related("organisation__sector").order_by("id"))
    ids = {row.pk for row in attendees}
    seeks: dict[int, set[str]] = defaultdict(set)
    offers: dict[int, set[str]] = defaultdict(set)
    for interest in Interest.objects.filter(attendee__in=ids).select_related("topic"):
        if interest.seeks:
            seeks[interest.attendee_id].add(interest.topic.key)
        if interest.offers:
            offers[interest.attendee_id].add(interest.topic.key)
    sessions: dict[int, set[str]] = defaultdict(set)
    for part in SessionPart.objects.filter(attendee__in=ids).select_related("session"):
        sessions[part.attendee_id].add(part.session.title)
    ties = _read_ties(event, attendees)
    open_slots = Availability.objects.filter(event=event).values_list("attendee").annotate(Count("slot"))
    capacities = dict(open_slots.order_by())
    # A pair is not suggested again once either said "not relevant".
    rejected = {pair_of(*pair) for pair in Feedback.objects.not_relevant_at(event)}
    excluded = refused_pairs(event).with_pairs(pair for pair in rejected if ids.issuperset(pair))
    excluded = excluded.with_pairs(_connected_pairs(event, attendees))
    participants = tuple(
        Participant(
            id=row.pk,
            constituency=row.constituency,
            organisation=row.organisation.name if row.organisation else "",
            languages=frozenset(row.languages),
            translating_device=row.translating_device,
            **{name: getattr(row, name) for name in FIELDS},
            **{f"{name}_language": detect_language(getattr(row, name)) for name in FIELDS},
            seeks_topics=frozenset(seeks[row.pk]),
            offers_topics=frozenset(offers[row.pk]),
            sessions=frozenset(sessions[row.pk]),
            capacity=capacities.get(row.pk, event.meetings_per_person),
        )
        for row in attendees
    )
    versions = {row.pk: row.changed_at for row in attendees}
    named = Topic.objects.filter(event=event).values_list("key", "name", "description")
    topics = {key: topic_text(name, description) for key, name, description in named}
    return EventData(participants, ties, excluded, versions, topics, event.interpreters)


def _connected_pairs(event: Event, attendees: Sequence[Attendee]) -> set[tuple[int, int]]:
    """Attendee ids of pairs that are connected, here or since an earlier edition: they need no introduction.

    Excluded, and no ties: a reason that names whom one knows in common would tell a third person of it.
    None of people who appear under an alias now or did then, as with ties (S11).
    """
    ids, hidden = _known_by_name(event, attendees)
    shares = ContactShare.objects.mutual().filter(
        giver__in=ids, receiver__in=ids, giver__lt=F("receiver"), event__starts_on__lte=event.starts_on
    )
    return {
        pair_of(ids[first], ids[second])
        for edition, first, second in shares.values_list("event_id", "giver_id", "receiver_id")
        if not hidden & {(first, edition), (second, edition)}
    }


def _known_by_name(event: Event, attendees: Sequence[Attendee]) -> tuple[dict[int, int], set[tuple[int, int]]]:
    """Attendee ids by account, without those under an alias at the event, and who is under one at which."""
    people = {row.person_id: row.pk for row in attendees}
    aliases = Alias.objects.filter(attendee__person__in=people)
    hidden = set(aliases.values_list("attendee__person", "attendee__event"))
    return {person: pk for person, pk in people.items() if (person, event.pk) not in hidden}, hidden


def _read_ties(event: Event, attendees: Sequence[Attendee]) -> tuple[Tie, ...]:
    """Ties of earlier editions among these attendees, aged from the event's start, as attendee ids.

    None of people who appear under an alias now or did then: that the two met would tell who it is (S11).
    """
    ids, hidden = _known_by_name(event, attendees)
    rows = TieRow.objects.filter(first__in=ids, second__in=ids, met_on__lt=event.starts_on)
    return tuple(
        Tie(
            a=ids[row.first_id],
            b=ids[row.second_id],
            age_years=(event.starts_on - row.met_on).days / DAYS_PER_YEAR,
            weight=row.weight,
            label=str(row.met_on.year),
        )
        for row in rows.order_by("edition_id", "first_id", "second_id")
        if not hidden & {(row.first_id, row.edition_id), (row.second_id, row.edition_id)}
    )
