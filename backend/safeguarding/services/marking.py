"""Two people's lists no longer hold: whoever keeps them apart, or lifts that, says so here."""

from __future__ import annotations

import datetime as dt

from backend.events.models import Attendee
from backend.events.services.changes import announce_changes


def mark_changed(*people: int, now: dt.datetime) -> None:
    """Hold the diaries of these people (ids) everywhere, and have their lists computed anew."""
    attendees = Attendee.objects.filter(person__in=people)
    # Lower ids first, as everybody who holds two diaries does: so nobody waits for each other.
    list(attendees.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    attendees.update(changed_at=now)
    for event_id in attendees.values_list("event_id", flat=True).distinct():
        announce_changes(event_id)
