"""Who needs help: listed adults without a meeting, or with nothing in their profile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from backend.core.spreadsheets import csv_file
from backend.directory.models import Nudge
from backend.directory.roster import AGREED
from backend.events.models import AttendeeQuerySet, Event, Interest
from backend.meetings.models import Seat
from backend.safeguarding.rules import matchable

HAS_WORDS = ~Q(about="", seeks="", offers="") | Exists(Interest.objects.filter(attendee=OuterRef("pk")))
HAS_MEETING = Exists(Seat.objects.filter(attendee=OuterRef("pk"), meeting__state__in=AGREED))
COLUMNS = ["name", "organisation", "sector", "country", "has_meeting", "profile", "nudged_today"]


@dataclass(frozen=True, slots=True)
class ApartRow:
    """One who needs help. `nudged_at`: when an organiser had a mail sent today, None where nobody did;
    `nudge`: what became of it."""

    attendee_id: int
    name: str
    organisation: str
    sector: str
    constituency: str
    country: str
    has_meeting: bool
    is_profile_empty: bool
    nudged_at: dt.datetime | None
    nudge: str


def standing_apart(event: Event) -> AttendeeQuerySet:
    """Listed adults without a meeting, or with nothing in their profile."""
    return matchable(event).exclude(HAS_MEETING & HAS_WORDS)


def apart_rows(*, event: Event, now: dt.datetime) -> tuple[ApartRow, ...]:
    """All of them, by name; two queries."""
    day = now.astimezone(event.zone).date()
    nudges = {one.attendee_id: one for one in Nudge.objects.filter(attendee__event=event, day=day)}
    found = (
        standing_apart(event)
        .annotate(has_meeting=HAS_MEETING, has_words=HAS_WORDS)
        .order_by("person__name", "pk")
        .values_list(
            "pk", "person__name", "organisation__name", "organisation__sector__name",
            "organisation__sector__constituency", "country", "has_meeting", "has_words",
        )
    )  # fmt: skip
    return tuple(
        ApartRow(
            attendee_id=pk,
            name=name,
            organisation=organisation or "",
            sector=sector or "",
            constituency=constituency or "other",
            country=country,
            has_meeting=has_meeting,
            is_profile_empty=not has_words,
            nudged_at=nudges[pk].created_at if pk in nudges else None,
            nudge=nudges[pk].get_state_display() if pk in nudges else "",
        )
        for pk, name, organisation, sector, constituency, country, has_meeting, has_words in found
    )


def apart_file(rows: tuple[ApartRow, ...]) -> bytes:
    """The list as CSV, for whoever goes and talks to them."""
    return csv_file(
        COLUMNS,
        (
            (
                row.name,
                row.organisation,
                row.sector,
                row.country,
                "yes" if row.has_meeting else "no",
                "empty" if row.is_profile_empty else "filled in",
                str(row.nudge),
            )
            for row in rows
        ),
    )
