"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.booking.services import freed_times
from backend.booking.services.changes import OFFER_FREED_TIMES
from backend.core.queue import CLOCK


@app.task(name=OFFER_FREED_TIMES, queue=CLOCK)
def offer_freed_times(event_id: int, attendee_id: int) -> None:
    """Offer what fell free to whoever waits: for one attendee, or for all of the event."""
    freed_times.offer_freed_times(now=timezone.now(), event_id=event_id, attendee_id=attendee_id)
