"""Editions of a forum, who takes part, what they seek and offer, and what is on the agenda."""

from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.attendee import Attendee, AttendeeQuerySet, Interest
from backend.events.models.event import Event, Tie
from backend.events.models.topics import Theme, Topic

__all__ = [
    "Attendee",
    "AttendeeQuerySet",
    "Event",
    "Interest",
    "Session",
    "SessionPart",
    "Slot",
    "Table",
    "Theme",
    "Tie",
    "Topic",
]
