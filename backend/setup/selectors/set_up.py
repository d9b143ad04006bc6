"""What an event has, and what it lacks, for its organisers' set-up page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.booking.selectors.availability import rules_for
from backend.events.models.attendees import Attendee, Sector
from backend.events.models.events import Event
from backend.events.rules.roles import OpeningNeed, leads_of, opening_needs
from backend.events.rules.sectors import are_preset
from backend.events.rules.topics import are_shipped
from backend.mails.selectors import mail_texts_for
from backend.notifications.selectors.deliveries import failing_deliveries


@dataclass(frozen=True, slots=True)
class SetUp:
    """How much an event has of each thing.

    `has_own_topics`, `has_own_sectors` and `has_own_rules`: not only what a forum begins with.
    `reply_to` is where answers to mails go.
    """

    themes: int
    topics: int
    has_own_topics: bool
    sectors: int
    has_own_sectors: bool
    in_no_sector: int  # organisations that count as other
    organisations: int
    sessions: int
    slots: int
    tables: int
    rooms: int
    has_own_rules: bool
    open_requests: int
    expiry_hours: int
    contact_rules: int
    people: int
    not_joined: int
    leads: int
    opening_needs: tuple[OpeningNeed, ...]
    reply_to: str
    mails_in_trouble: int


def set_up_for(event: Event, now: dt.datetime) -> SetUp:
    """What the event has now; the same number of queries for every size. For organisers only."""
    rules = rules_for(event.pk)
    people = Attendee.objects.of(event).filter(permission=Attendee.Permission.PARTICIPANT)
    topics = list(event.topics.values_list("theme__key", "theme__name", "key", "name"))
    sectors = list(event.sectors.values_list("key", "name", "constituency"))
    return SetUp(
        themes=event.themes.count(),
        topics=len(topics),
        has_own_topics=bool(topics) and not are_shipped(topics),
        sectors=len(sectors),
        has_own_sectors=not are_preset(sectors),
        in_no_sector=event.organisations.filter(sector__key=Sector.OTHER).count(),
        organisations=event.organisations.count(),
        sessions=event.sessions.count(),
        slots=event.slots.count(),
        tables=event.tables.filter(is_online=False).count(),
        rooms=event.tables.filter(is_online=True).count(),
        has_own_rules=rules.pk is not None,
        open_requests=rules.open_requests,
        expiry_hours=rules.expiry_hours,
        contact_rules=event.contact_rules.count(),
        people=people.count(),
        not_joined=people.filter(agreed_at=None).count(),
        leads=leads_of(event).count(),
        opening_needs=opening_needs(event, now),
        reply_to=mail_texts_for(event).reply_to,
        mails_in_trouble=failing_deliveries(event, now).count(),
    )
