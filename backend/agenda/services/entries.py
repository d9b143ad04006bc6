"""The entries of a programme's file, before they are sessions, and their times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext as _

from backend.agenda.services.sessions import SessionData
from backend.events.models.events import Event


class UnfitEntry(Exception):
    """An entry that is no session; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry and where it stands in its file; `read` gives its session, or raises UnfitEntry."""

    line: int
    title: str
    read: Callable[[], SessionData]
    source_id: str = ""
    is_cancelled: bool = False
    speakers: tuple[str, ...] = ()  # their addresses or codes, which are compared and not kept


Entries = Iterator[Entry]


def without_title() -> UnfitEntry:
    return UnfitEntry(_("it has no title"))


def without_times() -> UnfitEntry:
    return UnfitEntry(_("its start or its end is missing or cannot be read"))


def moment(text: str, date: str, event: Event) -> dt.datetime:
    """“2026-12-09 10:30”, with a zone or in the event's; or “10:30” on `date`."""
    try:
        found = parse_datetime(text)
        if found is None and (hour := parse_time(text)) is not None and (day := parse_date(date)) is not None:
            found = dt.datetime.combine(day, hour)
    except ValueError:
        found = None
    if found is None:
        raise UnfitEntry(
            _("“%(text)s” is no time: write 2026-12-09 10:30, or 10:30 with a date column like 2026-12-09")
            % {"text": f"{date} {text}".strip()[:40]}
        )
    return found if found.tzinfo else found.replace(tzinfo=event.zone)
