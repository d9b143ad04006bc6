"""When an iCalendar (RFC 5545) says that its owner is busy; of an entry nothing else is read.

Run by itself it reads one in a process of its own: a calendar may be hostile, and a rule that repeats can take
for ever. Times without a zone, and days, are those of the forum.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from backend.core.sandbox import TooLarge, answer_apart, read_apart

MAX_ENTRIES = 20_000
MAX_TIMES = 5_000  # of all entries, from the forum's first moment to its last
SECONDS = 10  # of a processor
NEEDED = re.compile(
    rb"^(?:BEGIN|END|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|TRANSP|STATUS"
    rb"|X-MICROSOFT-CDO-BUSYSTATUS|TZID|TZOFFSETFROM|TZOFFSETTO)[:;]",
    re.IGNORECASE,
)
Times = list[tuple[str, dt.datetime, dt.datetime]]


def busy_times(data: bytes, *, starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> Times:
    """Each time within the two that an entry takes, with the entry's UID. Refuses TooLarge and Unreadable."""
    wanted = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "zone": zone}
    found = read_apart("backend.integrations.services.busy_times", data, wanted, seconds=SECONDS)
    return [(uid, *map(dt.datetime.fromisoformat, both)) for uid, *both in found]


def _read(data: bytes, wanted: dict[str, Any]) -> list[tuple[str, str, str]]:
    zone = ZoneInfo(wanted["zone"])
    first, last = (dt.datetime.fromisoformat(wanted[name]) for name in ("starts_at", "ends_at"))
    lines = re.sub(rb"\r?\n[ \t]", b"", data.removeprefix(b"\xef\xbb\xbf")).splitlines()
    needed = b"\r\n".join(line for line in lines if NEEDED.match(line))
    found = icalendar.Calendar.from_ical(needed, multiple=True)
    inside = [entry for calendar in found for entry in calendar.walk("VEVENT")]
    entries = [entry for entry in inside if isinstance(entry, icalendar.Event)]
    if not any(isinstance(one, icalendar.Calendar) for one in found):
        raise ValueError
    if len(entries) > MAX_ENTRIES:
        raise TooLarge
    instead: dict[str, list[Any]] = {}  # by UID, the times of a series that are entries of their own
    for entry in entries:
        instead.setdefault(_uid(entry), []).extend(_values(entry, "RECURRENCE-ID"))
    times = chain.from_iterable(_times(entry, instead[_uid(entry)], zone, first, last) for entry in entries)
    busy = list(islice(times, MAX_TIMES + 1))
    if len(busy) > MAX_TIMES:
        raise TooLarge
    return [(uid, starts_at.isoformat(), ends_at.isoformat()) for uid, starts_at, ends_at in busy]


def _times(
    entry: icalendar.Event, instead: list[Any], zone: dt.tzinfo, first: dt.datetime, last: dt.datetime
) -> Iterator[tuple[str, dt.datetime, dt.datetime]]:
    """The times of one entry; none where it is free, cancelled, or cannot be read."""
    if _is_free(entry):
        return
    try:
        own = getattr(entry.start, "tzinfo", None) or zone
        starts = _local(entry.start, own)
        length = _local(entry.end, own) - starts
        left_out = [] if "RECURRENCE-ID" in entry else [*_values(entry, "EXDATE"), *instead]
        days = {one for one in left_out if not isinstance(one, dt.datetime)}
        moments = {_local(one, own) for one in left_out} if left_out else set()
        begins = set(_begins(entry, starts, own, _local(first, own) - length, _local(last, own)))
    except (ValueError, TypeError, OverflowError, icalendar.InvalidCalendar):
        return
    for moment in sorted(begins):
        if moment in moments or moment.date() in days:
            continue
        starts_at, ends_at = (one.replace(tzinfo=own).astimezone(dt.UTC) for one in (moment, moment + length))
        if starts_at < last and ends_at > first and starts_at < ends_at:
            yield _uid(entry), starts_at, ends_at


def _begins(
    entry: icalendar.Event, starts: dt.datetime, own: dt.tzinfo, first: dt.datetime, last: dt.datetime
) -> Iterator[dt.datetime]:
    """When it begins, in its own zone's hours, within the two where it repeats."""
    yield starts
    for one in _values(entry, "RDATE"):
        yield _local(one[0] if isinstance(one, tuple) else one, own)
    for rule in _listed(entry, "RRULE"):
        until = rule.pop("UNTIL", None)
        repeated = rrulestr(rule.to_ical().decode(), dtstart=starts)
        if until and "COUNT" not in rule:
            is_day = not isinstance(until[0], dt.datetime)  # the whole of it
            repeated = repeated.replace(until=_local(until[0], own) + dt.timedelta(hours=23 * is_day))
        yield from islice(takewhile(lambda one: one < last, repeated.xafter(first, inc=True)), MAX_TIMES + 1)


def _is_free(entry: icalendar.Event) -> bool:
    free = {"TRANSP": "TRANSPARENT", "STATUS": "CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS": "FREE"}
    return any(str(entry.get(name, "")).upper() == value for name, value in free.items())


def _local(value: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """A day, or a time with or without a zone, by the clocks of the zone."""
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - by the clocks of the zone
    return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value


def _values(entry: icalendar.Event, name: str) -> list[Any]:
    """The days, times or periods of a property that may be there several times."""
    return [one.dt for each in _listed(entry, name) for one in getattr(each, "dts", [each])]


def _listed(entry: icalendar.Event, name: str) -> Iterable[Any]:
    found = entry.get(name, [])
    return found if isinstance(found, list) else [found]


def _uid(entry: icalendar.Event) -> str:
    return str(entry.get("UID", ""))


if __name__ == "__main__":
    answer_apart(_read)
