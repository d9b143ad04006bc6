"""Requests, meetings and the agenda of one attendee."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from backend.core.errors import NotFound
from backend.events.models import Attendee, SessionPart
from backend.meetings.models import Meeting, Notice
from backend.meetings.selectors.rows import MeetingRow, rows_for


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """A session or a meeting in one's day; exactly one of `session_id` and `meeting` is set."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    room: str
    stream_url: str = ""
    session_id: int | None = None
    is_speaking: bool = False
    meeting: MeetingRow | None = None


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day in the event's zone, earliest item first."""

    date: dt.date
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """All days with something on; `current` is going on now, `following` starts next."""

    days: tuple[AgendaDay, ...]
    current: tuple[AgendaItem, ...]
    following: AgendaItem | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something I was told, with the meeting as I may see it now."""

    notice_id: int
    kind: str
    facts: dict[str, object]
    created_at: dt.datetime
    is_read: bool
    meeting_id: int
    meeting: MeetingRow | None


def requests_to_answer(attendee: Attendee, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """Requests that wait for my answer, the first to expire first."""
    waiting = Meeting.objects.open_at(now).exclude(asker=attendee.pk).order_by("expires_at", "pk")
    return rows_for(attendee, waiting, now)


def requests_sent(attendee: Attendee, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """What I asked and have not agreed on: those that wait first, then the newest."""
    sent = Meeting.objects.filter(asker=attendee.pk, state__in=Meeting.PLACELESS).order_by("-asked_at", "-pk")
    rows = rows_for(attendee, sent, now)
    return tuple(sorted(rows, key=lambda row: row.state != Meeting.State.REQUESTED))


def calendar_for(attendee: Attendee, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """Every meeting that was agreed, the cancelled ones included, by time: what a calendar has to know."""
    agreed = Meeting.objects.filter(state__in=Meeting.AGREED)
    return rows_for(attendee, agreed.order_by("period", "pk"), now)


def meeting_for(attendee: Attendee, meeting_id: int, now: dt.datetime) -> MeetingRow:
    """One meeting of mine; refuses NotFound for anybody else's, and where contact is not allowed."""
    for row in rows_for(attendee, Meeting.objects.filter(pk=meeting_id), now):
        return row
    raise NotFound("There is no such meeting, or you cannot see it.")


def meetings_between(attendee: Attendee, other_id: int, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """All that was ever between the two, newest first, for the other's page."""
    both = Meeting.objects.filter(seats__attendee=other_id).order_by("-asked_at", "-pk")
    return rows_for(
        attendee, Meeting.objects.filter(pk__in=both.values("pk")).order_by("-asked_at", "-pk"), now
    )


def agenda_for(attendee: Attendee, now: dt.datetime) -> Agenda:
    """My sessions and meetings by day of the event's zone."""
    parts = SessionPart.objects.filter(attendee=attendee.pk).select_related("session")
    items = [
        AgendaItem(
            starts_at=part.session.starts_at,
            ends_at=part.session.ends_at,
            title=part.session.title,
            room=part.session.room,
            stream_url=part.session.stream_url,
            session_id=part.session_id,
            is_speaking=part.part == SessionPart.Part.SPEAKING,
        )
        for part in parts
    ]
    items += [
        AgendaItem(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=row.other.name,
            room=row.place.label,
            meeting=row,
        )
        for row in rows_for(attendee, Meeting.objects.filter(state__in=Meeting.SEATED).order_by("pk"), now)
        if row.starts_at and row.ends_at and row.place
    ]
    items.sort(key=lambda item: (item.starts_at, item.ends_at, item.session_id or 0))
    zone = attendee.event.zone
    days = groupby(items, key=lambda item: item.starts_at.astimezone(zone).date())
    return Agenda(
        days=tuple(AgendaDay(date, tuple(day)) for date, day in days),
        current=tuple(item for item in items if item.starts_at <= now < item.ends_at),
        following=next((item for item in items if item.starts_at > now), None),
    )


def notices_for(attendee: Attendee, now: dt.datetime, *, limit: int = 50) -> tuple[NoticeRow, ...]:
    """What I was told last, newest first.

    Of a meeting that the contact policy hides, only that it is off is told, without the meeting itself.
    """
    notices = list(Notice.objects.filter(attendee=attendee.pk).order_by("-created_at", "-pk")[:limit])
    meetings = Meeting.objects.filter(pk__in=[notice.meeting_id for notice in notices])
    rows = {row.meeting_id: row for row in rows_for(attendee, meetings, now)}
    return tuple(
        NoticeRow(
            notice.pk,
            notice.kind,
            notice.facts,
            notice.created_at,
            notice.read_at is not None,
            notice.meeting_id,
            rows.get(notice.meeting_id),
        )
        for notice in notices
        if notice.meeting_id in rows or notice.kind == Notice.Kind.CANCELLED
    )
