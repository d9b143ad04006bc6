"""The sessions of an event, as one attendee sees them and as organisers assign their speakers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, Seat
from backend.core.compiled import CompiledRows
from backend.core.period import Period
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import name_in_lists
from backend.groups.selectors.office_hours import office_hours_for
from backend.groups.selectors.rounds import own_tables
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for


@dataclass(frozen=True, slots=True)
class AgreedMeeting:
    """A confirmed meeting of the reader with one other."""

    meeting_id: int
    other: PublicProfile


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What a session is to its reader, as in SessionRow; `meets` is whom they meet in `meeting_id`."""

    session_id: int
    title: str
    is_past: bool
    part: str
    times: int
    meeting_id: int | None
    meets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as the reader may see it.

    `part` is the reader's: bookmarked, speaking, or nothing. `meeting` is a confirmed one of theirs
    during it.
    `times` counts their open slots to come that this session, and nothing else, takes or would take.
    `speakers` are the others whom the contact policy shows them, by name.
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
    meeting: AgreedMeeting | None
    times: int
    speakers: tuple[PublicProfile, ...]

    @property
    def for_everybody(self) -> SessionRow:
        """The session without what is the reader's own: the same for all who are shown these speakers."""
        return replace(self, part="", meeting=None, times=0)

    @property
    def own(self) -> OwnPart:
        """What is the reader's own."""
        meeting_id, meets = (self.meeting.meeting_id, self.meeting.other.name) if self.meeting else (None, "")
        return OwnPart(self.session_id, self.title, self.is_past, self.part, self.times, meeting_id, meets)


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
    sessions = _sessions.fetch(event=attendee.event_id)
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
        themes=tuple(ThemeCount(found.key, found.local_name, counts[found]) for found in themes),
        theme=theme,
        total=len(sessions),
    )


def _rows(attendee: Attendee, sessions: list[Session], now: dt.datetime) -> list[SessionRow]:
    mine = dict(_own_parts.fetch(event=attendee.event_id, attendee=attendee.pk))
    speaking = _speaking.fetch(event=attendee.event_id)
    profiles = public_profiles_for(viewer=attendee, ids={pk for _, pk in speaking}, channel="page", now=now)
    meetings = _agreed_meetings(attendee, now)
    hours = [
        Period(row.starts_at, row.ends_at)
        for row in office_hours_for(attendee, now)
        if row.state == Meeting.State.ACCEPTED
    ]
    hours += [
        Period(row.starts_at, row.ends_at) for row in own_tables(attendee, now) if row.state == Meeting.State.ACCEPTED
    ]
    taken = [period for period, _ in meetings] + hours
    slots = [
        slot
        for slot in (Period(*both) for both in _opened.fetch(attendee=attendee.pk, after=now))
        if not any(slot.overlaps(one) for one in taken)
    ]
    periods = {session.pk: Period(session.starts_at, session.ends_at) for session in sessions}
    rows = []
    for session in sessions:
        period = periods[session.pk]
        others = [periods[pk] for pk in mine if pk != session.pk]
        theme = session.theme
        rows.append(
            SessionRow(
                session_id=session.pk,
                title=session.local_name,
                abstract=session.abstract,
                room=session.room,
                stream_url=session.stream_url,
                theme=theme.key if theme else "",
                theme_name=theme.local_name if theme else "",
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                is_past=session.ends_at <= now,
                part=mine.get(session.pk, ""),
                meeting=next((row for agreed, row in meetings if agreed.overlaps(period)), None),
                times=sum(slot.overlaps(period) and not any(slot.overlaps(one) for one in others) for slot in slots),
                speakers=tuple(profiles[pk] for number, pk in speaking if number == session.pk and pk in profiles),
            )
        )
    return rows


def _agreed_meetings(attendee: Attendee, now: dt.datetime) -> list[tuple[Period, AgreedMeeting]]:
    """When the attendee meets whom, earliest first, without those the contact policy hides."""
    found = _others_met.fetch(attendee=attendee.pk)
    ids = {other for _, _, other in found}
    profiles = public_profiles_for(viewer=attendee, ids=ids, channel="meeting", now=now)
    return [
        (Period(period.lower, period.upper), AgreedMeeting(meeting, profiles[other]))
        for meeting, period, other in found
        if other in profiles
    ]


def _seats_beside(attendee: int) -> QuerySet[Seat, tuple[int, Any, int]]:
    """The others' seats in the attendee's confirmed meetings of two."""
    agreed = Meeting.objects.one_to_one().filter(state__in=Meeting.CONFIRMED_STATES)
    seats = Seat.objects.filter(meeting__in=agreed, meeting__seats__attendee=attendee)
    others = seats.exclude(attendee=attendee).order_by("meeting__period", "meeting")
    return others.values_list("meeting_id", "meeting__period", "attendee_id")


def _sessions_of(event: int) -> QuerySet[Session]:
    return Session.objects.filter(event=event).select_related("theme")


def _parts_of(event: int, attendee: int) -> QuerySet[SessionPart, tuple[int, str]]:
    parts = SessionPart.objects.filter(event=event, attendee=attendee).order_by("pk")
    return parts.values_list("session_id", "part")


def _speakers_of(event: int) -> QuerySet[SessionPart, tuple[int, int]]:
    parts = SessionPart.objects.filter(event=event, part=SessionPart.Part.SPEAKING).order_by("pk")
    return parts.values_list("session_id", "attendee_id")


def _slots_opened(attendee: int, after: dt.datetime) -> QuerySet[Availability, tuple[Any, Any]]:
    opened = Availability.objects.filter(attendee=attendee, slot__starts_at__gt=after)
    return opened.values_list("slot__starts_at", "slot__ends_at")


_sessions = CompiledRows(_sessions_of, event=-1)
_own_parts = CompiledRows(_parts_of, event=-1, attendee=-2)
_speaking = CompiledRows(_speakers_of, event=-1)
_others_met = CompiledRows(_seats_beside, attendee=-1)
_opened = CompiledRows(_slots_opened, attendee=-1, after=dt.datetime.min.replace(tzinfo=dt.UTC))


@dataclass(frozen=True, slots=True)
class Speaker:
    """An attendee as organisers' lists name them: of a minor the first name only."""

    attendee_id: int
    name: str
    organisation: str


def speakers_by_session(event: Event) -> list[tuple[Session, list[Speaker]]]:
    """Every session in order, with its speakers by name. For organisers only."""
    speakers: dict[int, list[Speaker]] = {}
    parts = SessionPart.objects.filter(event=event, part=SessionPart.Part.SPEAKING)
    chosen = parts.select_related("attendee__organisation")
    for part in chosen.order_by("attendee__name", "attendee"):
        speakers.setdefault(part.session_id, []).append(_speaker(part.attendee))
    return [(session, speakers.get(session.pk, [])) for session in Session.objects.filter(event=event)]


def possible_speakers(event: Event) -> list[Speaker]:
    """Everybody at the event by name. For organisers only."""
    people = Attendee.objects.of(event).select_related("organisation")
    return [_speaker(one) for one in people.order_by("name", "pk")]


def _speaker(attendee: Attendee) -> Speaker:
    organisation = attendee.organisation.name if attendee.organisation else ""
    return Speaker(attendee.pk, name_in_lists(attendee), organisation)


def double_booked_counts(periods: dict[int, Period]) -> dict[int, int]:
    """By session id, how many who have the session in their agenda have a confirmed meeting in its period."""
    people = list(SessionPart.objects.filter(session__in=periods).values_list("session_id", "attendee_id"))
    seats = Seat.objects.filter(attendee__in={pk for _session, pk in people}, is_active=True)
    taken: dict[int, list[Period]] = {}
    for attendee_id, lower, upper in seats.values_list("attendee_id", "period__startswith", "period__endswith"):
        taken.setdefault(attendee_id, []).append(Period(lower, upper))
    return Counter(
        session_id
        for session_id, attendee_id in people
        if any(periods[session_id].overlaps(one) for one in taken.get(attendee_id, ()))
    )
