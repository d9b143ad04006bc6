"""Who needs help: listed adults without a meeting, or with an empty profile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.core.spreadsheets import csv_file
from backend.directory.models import Nudge
from backend.directory.rules import has_meeting
from backend.events.models import AttendeeQuerySet, Event
from backend.events.rules import has_empty_profile
from backend.safeguarding.rules import matchable

COLUMNS = ["name", "organisation", "sector", "country", "has_meeting", "profile", "nudged_today"]


@dataclass(frozen=True, slots=True)
class NeedsHelpRow:
    """One who needs help.

    `nudged_at` is when an organiser nudged them today (None: not today), `nudge` the state of that mail.
    """

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


def attendees_needing_help(event: Event) -> AttendeeQuerySet:
    """Listed adults without a meeting, or with an empty profile."""
    return matchable(event).exclude(has_meeting() & ~has_empty_profile())


def needs_help_rows(*, event: Event, now: dt.datetime) -> tuple[NeedsHelpRow, ...]:
    """All of them, by name; two queries."""
    day = now.astimezone(event.zone).date()
    nudges = {one.attendee_id: one for one in Nudge.objects.filter(attendee__event=event, day=day)}
    found = (
        attendees_needing_help(event)
        .annotate(has_meeting=has_meeting(), is_profile_empty=has_empty_profile())
        .order_by("person__name", "pk")
        .values_list(
            "pk", "person__name", "organisation__name", "organisation__sector__name",
            "organisation__sector__constituency", "country", "has_meeting", "is_profile_empty",
        )
    )  # fmt: skip
    return tuple(
        NeedsHelpRow(
            attendee_id=pk,
            name=name,
            organisation=organisation or "",
            sector=sector or "",
            constituency=constituency or "other",
            country=country,
            has_meeting=is_met,
            is_profile_empty=is_empty,
            nudged_at=nudges[pk].created_at if pk in nudges else None,
            nudge=nudges[pk].get_state_display() if pk in nudges else "",
        )
        for pk, name, organisation, sector, constituency, country, is_met, is_empty in found
    )


def needs_help_csv(rows: tuple[NeedsHelpRow, ...]) -> bytes:
    """The rows as CSV, for an organiser who goes and talks to these people."""
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
