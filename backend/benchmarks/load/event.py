"""The event of the load test: people with tokens, slots, tables and availability."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from dataclasses import dataclass

from django.db import connection

from backend.booking.models.availability import Availability
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.rules.agreements import current_agreement
from backend.events.rules.slot_grid import SlotGrid, periods_of
from backend.people.models import ApiToken, Person
from backend.people.selectors import token_hash

SLUG = "load"
FILLED = ("people_person", "events_attendee", "events_slot", "events_table", "booking_availability")
OPEN_SHARE = 0.6  # of the slots, per attendee
OPEN_OF_POPULAR = 6  # slots: soon none is left, and people wait


@dataclass(frozen=True, slots=True)
class LoadUser:
    """An attendee with the token of their client."""

    attendee_id: int
    token: str


@dataclass(frozen=True, slots=True)
class LoadEvent:
    users: tuple[LoadUser, ...]
    slot_ids: tuple[int, ...]

    @property
    def popular(self) -> tuple[LoadUser, ...]:
        """One in fifty, whom many ask and who have little time."""
        return self.users[: popular_among(len(self.users))]


def popular_among(people: int) -> int:
    return max(people // 50, 2)


def create_event(*, people: int, seed: int, now: dt.datetime) -> LoadEvent:
    """Two days of twenty-minute slots from the day after tomorrow, and a table for every eight people.

    With statistics for the planner, which the database makes by itself within a minute.
    """
    rng = random.Random(seed)  # noqa: S311 - a load, not a secret
    first_day = now.date() + dt.timedelta(days=2)
    days = (first_day, first_day + dt.timedelta(days=1))
    event = Event.objects.create(
        slug=SLUG,
        name="Forum under load",
        timezone="Asia/Bangkok",
        starts_on=days[0],
        ends_on=days[1],
        state=Event.State.OPEN,
    )
    grid = SlotGrid(
        days=days, windows=((dt.time(9), dt.time(12)), (dt.time(13), dt.time(17))), length_minutes=20, break_minutes=5
    )
    slots = Slot.objects.bulk_create(
        Slot(event=event, starts_at=period.starts_at, ends_at=period.ends_at) for period in periods_of(grid, event.zone)
    )
    Table.objects.bulk_create(Table(event=event, label=f"T{number}") for number in range(1, max(people // 8, 1) + 1))
    sector = Sector.objects.create(event=event, key="load", name="Load", constituency="other", position=0)
    organisation = Organisation.objects.create(event=event, name="Load", sector=sector)
    accounts = Person.objects.bulk_create(
        Person(
            email=f"user{number}@example.org",
            name=f"User {number}",
            quiet_from=None,  # the same mails at whatever hour it runs
            quiet_until=None,
        )
        for number in range(people)
    )
    attendees = Attendee.objects.bulk_create(
        Attendee(
            event=event,
            person=person,
            name=person.name,
            organisation=organisation,
            age_class=Attendee.AgeClass.ADULT,
            agreed_at=now,
            agreement_version=current_agreement().version,
        )
        for person in accounts
    )
    opened = max(round(OPEN_SHARE * len(slots)), 1)
    few = min(OPEN_OF_POPULAR, opened)
    Availability.objects.bulk_create(
        (
            Availability(event=event, attendee=attendee, slot=slot)
            for number, attendee in enumerate(attendees)
            for slot in rng.sample(slots, few if number < popular_among(people) else opened)
        ),
        batch_size=5_000,
    )
    tokens = [secrets.token_urlsafe() for _person in accounts]
    ApiToken.objects.bulk_create(
        ApiToken(
            person=person,
            name="Load",
            token_hash=token_hash(token),
            scopes=ApiToken.Scope.values,
            created_at=now,
            expires_at=now + dt.timedelta(days=30),
        )
        for person, token in zip(accounts, tokens, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(FILLED)}")
    return LoadEvent(
        tuple(LoadUser(attendee.pk, token) for attendee, token in zip(attendees, tokens, strict=True)),
        tuple(slot.pk for slot in slots),
    )
