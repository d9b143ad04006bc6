"""Times in words: in the event's zone, and in the reader's own where its clock differs."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.formats import date_format as in_words
from django.utils.translation import pgettext

from backend.core.zones import zone_place, zone_words
from backend.events.models.attendees import Attendee


def period_words(starts_at: dt.datetime, ends_at: dt.datetime | None, timezone: str) -> str:
    """A period in a zone, which is named with its offset at that moment.

    >>> start = dt.datetime(2026, 12, 9, 3, 30, tzinfo=dt.UTC)
    >>> period_words(start, start + dt.timedelta(minutes=30), "Asia/Bangkok")
    'Wednesday 9 December 2026, 10:30–11:00 (Bangkok time, UTC+07:00)'
    """
    zone = ZoneInfo(timezone)
    start = starts_at.astimezone(zone)
    words = in_words(start, "l j F Y, H:i")
    if ends_at is not None:
        words += "–" + in_words(ends_at.astimezone(zone), "H:i")
    return f"{words} ({zone_words(timezone, start)})"


def short_words(moment: dt.datetime, attendee: Attendee) -> str:
    """A moment in the event's zone, which is named, short enough for a subject line or a button."""
    words = in_words(moment.astimezone(attendee.event.zone), "D j M, H:i")
    place = zone_place(attendee.event.timezone)
    return pgettext("short time", "%(time)s (%(place)s time)") % {"time": words, "place": place}


def reader_words(starts_at: dt.datetime, ends_at: dt.datetime | None, reader: Attendee) -> tuple[str, ...]:
    """The period in the event's zone, and in the reader's own where the clock shows something else there."""
    event_zone, own = reader.event.timezone, reader.person.own_timezone
    words = period_words(starts_at, ends_at, event_zone)
    if own and _offset(starts_at, own) != _offset(starts_at, event_zone):
        return words, period_words(starts_at, ends_at, own)
    return (words,)


def _offset(moment: dt.datetime, timezone: str) -> dt.timedelta | None:
    return moment.astimezone(ZoneInfo(timezone)).utcoffset()
