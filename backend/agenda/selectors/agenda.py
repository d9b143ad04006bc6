"""The agenda of one attendee: bookmarked sessions and confirmed meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.selectors.meetings import MeetingRow, confirmed_meetings_for
from backend.core.compiled import CompiledRows
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.groups.selectors.delegation_sessions import own_delegation_sessions
from backend.groups.selectors.office_hours import OfficeHourRow, office_hours_for
from backend.groups.selectors.rounds import TableRow, own_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """A session of the programme, a meeting, an office hour, a table of a round, or a session with a
    delegation, which names nobody.

    `session_id` is set for the first, `meeting` for the second, `office_hour` for the third, `round_table`
    for the fourth.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    room: str
    stream_url: str = ""
    session_id: int | None = None
    is_speaking: bool = False
    with_delegation: bool = False
    meeting: MeetingRow | None = None
    office_hour: OfficeHourRow | None = None
    round_table: TableRow | None = None


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day in the event's zone, earliest item first."""

    date: dt.date
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Days with items; `current` are going on now, `following` starts next."""

    days: tuple[AgendaDay, ...]
    current: tuple[AgendaItem, ...]
    following: AgendaItem | None


def _parts_of(attendee: int) -> QuerySet[SessionPart]:
    return SessionPart.objects.filter(attendee=attendee).select_related("session")


_parts = CompiledRows(_parts_of, attendee=-1)


def agenda_for(
    attendee: Attendee,
    now: dt.datetime,
    rows: Mapping[int, MeetingRow] | None = None,
    tables: Sequence[TableRow] | None = None,
) -> Agenda:
    """The attendee's sessions and meetings by day of the event's zone.

    `rows`: what `own_rows` gives, and `tables` what `own_tables` gives, where they were read already.
    """
    parts = _parts.fetch(attendee=attendee.pk)
    items = [
        AgendaItem(
            starts_at=part.session.starts_at,
            ends_at=part.session.ends_at,
            title=part.session.local_name,
            room=part.session.room,
            stream_url=part.session.stream_url,
            session_id=part.session_id,
            is_speaking=part.part == SessionPart.Part.SPEAKING,
        )
        for part in parts
    ]
    items += [
        AgendaItem(
            starts_at=row.starts_at, ends_at=row.ends_at, title=row.other.name, room=row.place.label, meeting=row
        )
        for row in confirmed_meetings_for(attendee, now, rows)
        if row.state != Meeting.State.CANCELLED and row.starts_at and row.ends_at and row.place
    ]
    items += [
        AgendaItem(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=_("Office hour: %(about)s") % {"about": row.about},
            room=row.place.label,
            office_hour=row,
        )
        for row in office_hours_for(attendee, now)
        if row.state == Meeting.State.ACCEPTED and row.place
    ]
    items += [
        AgendaItem(starts_at=row.starts_at, ends_at=row.ends_at, title=row.title, room=row.place.label, round_table=row)
        for row in (own_tables(attendee, now) if tables is None else tables)
        if row.state == Meeting.State.ACCEPTED and row.place
    ]
    items += [
        AgendaItem(
            starts_at=held.starts_at,
            ends_at=held.ends_at,
            title=_("Session with a delegation"),
            room=held.place,
            with_delegation=True,
        )
        for held in own_delegation_sessions(attendee, now)
        if held.state in ("confirmed", "over") and held.starts_at and held.ends_at
    ]
    items.sort(key=lambda item: (item.starts_at, item.ends_at, item.session_id or 0))
    zone = attendee.event.zone
    days = groupby(items, key=lambda item: item.starts_at.astimezone(zone).date())
    return Agenda(
        days=tuple(AgendaDay(date, tuple(day)) for date, day in days),
        current=tuple(item for item in items if item.starts_at <= now < item.ends_at),
        following=next((item for item in items if item.starts_at > now), None),
    )
