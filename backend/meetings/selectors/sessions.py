"""The forum's agenda as one attendee reads it: what is on, who speaks, and what it means for their time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from backend.core.period import Period
from backend.events.models import Attendee, Session, SessionPart
from backend.meetings.models import Availability, Meeting
from backend.meetings.selectors.rows import MeetingRow, rows_for
from backend.safeguarding.selectors import PublicProfile, public_profiles_for


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as the reader may see it.

    `part` is what I have to do with it: bookmarked, speaking, or nothing. `meeting` is one I agreed to during
    it. `times` counts my open times to come that this session, and nothing else of mine, takes or would take.
    `speakers` are those the contact policy shows me, by name; myself excepted.
    """

    session_id: int
    title: str
    abstract: str
    room: str
    stream_url: str
    theme: str
    theme_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_past: bool
    part: str
    meeting: MeetingRow | None
    times: int
    speakers: tuple[PublicProfile, ...]


@dataclass(frozen=True, slots=True)
class SessionDay:
    """One day in the event's zone, earliest session first."""

    date: dt.date
    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class ThemeCount:
    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one theme, or all where `theme` is empty, and the themes there are."""

    days: tuple[SessionDay, ...]
    themes: tuple[ThemeCount, ...]
    theme: str
    total: int

    def row(self, session_id: int) -> SessionRow | None:
        """The session with this id, where it is among those shown."""
        rows = (row for day in self.days for row in day.sessions)
        return next((row for row in rows if row.session_id == session_id), None)


def sessions_for(attendee: Attendee, now: dt.datetime, *, theme: str = "") -> Sessions:
    """All sessions by day, or those of one theme; a theme the event does not have shows all.

    A constant number of queries.
    """
    sessions = list(Session.objects.filter(event=attendee.event_id).select_related("theme"))
    counts = Counter(session.theme for session in sessions if session.theme)
    themes = sorted(counts, key=lambda found: (found.position, found.pk))
    theme = theme if theme in {found.key for found in themes} else ""
    rows = _rows(attendee, sessions, now)
    if theme:
        rows = [row for row in rows if row.theme == theme]
    zone = attendee.event.zone
    days = groupby(rows, key=lambda row: row.starts_at.astimezone(zone).date())
    return Sessions(
        days=tuple(SessionDay(date, tuple(day)) for date, day in days),
        themes=tuple(ThemeCount(found.key, found.name, counts[found]) for found in themes),
        theme=theme,
        total=len(sessions),
    )


def _rows(attendee: Attendee, sessions: list[Session], now: dt.datetime) -> list[SessionRow]:
    parts = SessionPart.objects.filter(event=attendee.event_id).order_by("pk")
    mine = dict(parts.filter(attendee=attendee.pk).values_list("session_id", "part"))
    speaking = list(parts.filter(part=SessionPart.Part.SPEAKING).values_list("session_id", "attendee_id"))
    faces = public_profiles_for(viewer=attendee, ids={pk for _, pk in speaking}, channel="page", now=now)
    agreed = Meeting.objects.filter(state__in=Meeting.SEATED).order_by("period", "pk")
    meetings = [
        (Period(row.starts_at, row.ends_at), row)
        for row in rows_for(attendee, agreed, now)
        if row.starts_at and row.ends_at
    ]
    opened = Availability.objects.filter(attendee=attendee.pk, slot__starts_at__gt=now)
    slots = [Period(*both) for both in opened.values_list("slot__starts_at", "slot__ends_at")]
    periods = {session.pk: Period(session.starts_at, session.ends_at) for session in sessions}
    rows = []
    for session in sessions:
        period = periods[session.pk]
        busy = [periods[pk] for pk in mine if pk != session.pk] + [taken for taken, _ in meetings]
        theme = session.theme
        rows.append(
            SessionRow(
                session_id=session.pk,
                title=session.title,
                abstract=session.abstract,
                room=session.room,
                stream_url=session.stream_url,
                theme=theme.key if theme else "",
                theme_name=theme.name if theme else "",
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                is_past=session.ends_at <= now,
                part=mine.get(session.pk, ""),
                meeting=next((row for taken, row in meetings if taken.overlaps(period)), None),
                times=sum(
                    slot.overlaps(period) and not any(slot.overlaps(taken) for taken in busy)
                    for slot in slots
                ),
                speakers=tuple(faces[pk] for number, pk in speaking if number == session.pk and pk in faces),
            )
        )
    return rows
