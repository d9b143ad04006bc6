"""Telling later features that the suggestions of two people no longer hold."""

from __future__ import annotations

import datetime as dt

from backend.events.models.attendees import Attendee
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_rows


def announce_changed_people(*person_ids: int, now: dt.datetime) -> None:
    """Lock these people's attendees at every event and mark them changed, so that their lists are rebuilt."""
    attendees = Attendee.objects.filter(pk__in=lock_rows(Attendee.objects.filter(person__in=person_ids)))
    attendees.update(changed_at=now)
    for event_id in attendees.order_by("event_id").values_list("event_id", flat=True).distinct():
        announce_changes(event_id)
