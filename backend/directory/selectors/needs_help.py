"""Who needs help: listed adults without a meeting, or with an empty profile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.booking.rules import has_meeting
from backend.core.compiled import CompiledRows
from backend.core.spreadsheets import csv_file
from backend.directory.models import Nudge
from backend.directory.rules import Cause
from backend.directory.selectors.causes import causes_for, just_told
from backend.events.models.attendees import AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.rules.attendees import has_empty_profile
from backend.events.selectors import name_in_lists
from backend.safeguarding.rules import matchable

COLUMNS = ["name", "organisation", "sector", "country", "has_meeting", "profile", "cause", "nudged_today"]
JUST_TOLD = dt.timedelta(hours=12)  # so long after a mail or an own request nobody is nudged


@dataclass(frozen=True, slots=True)
class NeedsHelpRow:
    """One who needs help, and why.

    `nudged_at` is when an organiser nudged them today (None: not today), `nudge` the state of that mail.
    `is_just_told`: they got a mail, or asked somebody, so short a time ago that a nudge would contradict it.
    """

    attendee_id: int
    name: str
    organisation: str
    sector: str
    constituency: str
    country: str
    has_joined: bool
    has_meeting: bool
    is_profile_empty: bool
    cause: Cause
    is_just_told: bool
    nudged_at: dt.datetime | None
    nudge: str

    @property
    def can_be_nudged(self) -> bool:
        return self.nudged_at is None and not self.is_just_told


def attendees_needing_help(event: Event) -> AttendeeQuerySet:
    """Listed adults without a meeting, or with an empty profile."""
    return matchable(event).exclude(has_meeting() & ~has_empty_profile())


@dataclass(frozen=True, slots=True)
class HelpCounts:
    """How many need help, and how many may be nudged now."""

    people: int
    to_nudge: int


def help_counts_for(event: Event, now: dt.datetime) -> HelpCounts:
    """The numbers of `needs_help_rows` alone; three queries."""
    found = {row.pk for row in _needing_help.fetch(event=event.pk)}
    told = just_told(found, now - JUST_TOLD) | _nudges_today(event, now).keys()
    return HelpCounts(len(found), len(found - told))


def _nudges_today(event: Event, now: dt.datetime) -> dict[int, Nudge]:
    day = now.astimezone(event.zone).date()
    return {one.attendee_id: one for one in Nudge.objects.filter(attendee__event=event, day=day)}


def needs_help_rows(*, event: Event, now: dt.datetime) -> tuple[NeedsHelpRow, ...]:
    """All of them, by name; a constant number of queries."""
    nudges = _nudges_today(event, now)
    found = _needing_help.fetch(event=event.pk)
    ids = [row.pk for row in found]
    causes, told = causes_for(event, ids, now), just_told(ids, now - JUST_TOLD)
    return tuple(
        NeedsHelpRow(
            attendee_id=row.pk,
            name=name_in_lists(row),
            organisation=row.organisation.name if row.organisation else "",
            sector=row.organisation.sector.name if row.organisation else "",
            constituency=row.constituency,
            country=row.country,
            has_joined=row.has_joined,
            has_meeting=row.has_meeting,  # type: ignore[attr-defined]
            is_profile_empty=row.is_profile_empty,  # type: ignore[attr-defined]
            cause=causes[row.pk],
            is_just_told=row.pk in told,
            nudged_at=nudges[row.pk].created_at if row.pk in nudges else None,
            nudge=nudges[row.pk].get_state_display() if row.pk in nudges else "",
        )
        for row in found
    )


def _needing_help_at(event: int) -> AttendeeQuerySet:
    people = attendees_needing_help(Event(pk=event)).order_by("name", "pk")
    people = people.annotate(has_meeting=has_meeting(), is_profile_empty=has_empty_profile())
    return people.select_related("organisation__sector")


_needing_help = CompiledRows(_needing_help_at, event=-1)


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
                row.cause.value,
                str(row.nudge),
            )
            for row in rows
        ),
    )
