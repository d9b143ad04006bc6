"""Of its share of the installation, what an event has used up."""

from __future__ import annotations

import datetime as dt

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.quotas import MB, pictures_of
from backend.mails.rules import mails_wait_until


def reached_quotas(event: Event, now: dt.datetime) -> tuple[str, ...]:
    """Of what the event has as much as it may: people, mails of today, pictures; in three queries."""
    size = pictures_of(event)
    reached = {
        "people": Attendee.objects.filter(event=event).count() >= event.max_people,
        "mails": mails_wait_until(event, now) is not None,
        "pictures": size["pictures"] >= event.max_pictures or size["bytes"] >= event.max_picture_mb * MB,
    }
    return tuple(name for name, is_reached in reached.items() if is_reached)
