"""The attendees an event's figures count."""

from __future__ import annotations

from backend.events.models import AttendeeQuerySet, Event
from backend.safeguarding.rules import matchable


def countable(event: Event) -> AttendeeQuerySet:
    """The attendees the figures count: those matching may read (no minors, unknown ages or hidden people).

    A meeting counts when both of its people do.
    """
    return matchable(event)
