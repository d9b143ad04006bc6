"""The phases of a forum's figures: a new one always has a release of its own."""

from __future__ import annotations

import datetime as dt

from backend.booking.rules import ATTESTATION_WINDOW
from backend.events.models.events import Event
from backend.events.rules.states import is_over
from backend.stats.models import Release


def phase_of(event: Event, now: dt.datetime) -> Release.Phase:
    """Whether the forum runs, is over, or its people have had their time to report what took place."""
    if not is_over(event, now):
        return Release.Phase.RUNNING
    days = ATTESTATION_WINDOW.days + 1  # from the end of the last day
    last_day = event.ends_on + dt.timedelta(days=days)
    return Release.Phase.FINAL if last_day < now.astimezone(event.zone).date() else Release.Phase.OVER
