"""The open address of one's calendar, for its owner's page."""

from __future__ import annotations

from backend.events.models import Attendee
from backend.meetings.models import CalendarFeed


def open_feed_for(attendee: Attendee) -> CalendarFeed | None:
    """The attendee's open feed, or None where none was made or it was closed."""
    return CalendarFeed.objects.filter(attendee=attendee.pk, revoked_at=None).first()
