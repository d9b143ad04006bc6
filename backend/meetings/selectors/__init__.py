"""Reads: one's own requests, agenda and grid, and the organiser's figures."""

from backend.meetings.rules import Places, places_of
from backend.meetings.selectors.diary import GridDay, SlotCell, availability_for, free_slots_between
from backend.meetings.selectors.lists import (
    Agenda,
    AgendaDay,
    AgendaItem,
    NoticeRow,
    agenda_for,
    calendar_for,
    meeting_for,
    meetings_between,
    notices_for,
    requests_sent,
    requests_to_answer,
)
from backend.meetings.selectors.overview import Overview, overview_for
from backend.meetings.selectors.rows import MeetingRow, Place, Time
from backend.meetings.selectors.sessions import SessionDay, SessionRow, Sessions, sessions_for

__all__ = [
    "Agenda",
    "AgendaDay",
    "AgendaItem",
    "GridDay",
    "MeetingRow",
    "NoticeRow",
    "Overview",
    "Place",
    "Places",
    "SessionDay",
    "SessionRow",
    "Sessions",
    "SlotCell",
    "Time",
    "agenda_for",
    "availability_for",
    "calendar_for",
    "free_slots_between",
    "meeting_for",
    "meetings_between",
    "notices_for",
    "overview_for",
    "places_of",
    "requests_sent",
    "requests_to_answer",
    "sessions_for",
]
