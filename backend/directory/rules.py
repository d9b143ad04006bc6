"""When an attendee counts as having a meeting."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from backend.meetings.models import Meeting, Seat

COUNTED_STATES = (Meeting.State.ACCEPTED, Meeting.State.HELD)  # not: did not take place, disputed


def has_meeting() -> Exists:
    """Expression on rows of Attendee: they have a seat in a meeting that is agreed or was held."""
    seats = Seat.objects.filter(attendee=OuterRef("pk"), meeting__state__in=COUNTED_STATES)
    return Exists(seats)
