"""The file of a programme as sessions: CSV, iCalendar (RFC 5545), or the public schedule.json of pretalx."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import icalendar
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext as _

from backend.agenda.services.sessions import SessionData
from backend.events.models.events import Event
from backend.events.selectors import theme_names_for
from backend.roster.services.csv_tables import MAX_ROWS, CsvLine, UnreadableFile, column_key, read_csv
from backend.roster.services.report import RefusedLine

COLUMNS = {
    "title": ("title", "session", "name", "summary"),
    "date": ("date", "day"),
    "starts": ("starts", "start", "from", "starts at", "begin"),
    "ends": ("ends", "end", "to", "until", "ends at"),
    "room": ("room", "location", "place", "venue"),
    "theme": ("theme", "track", "category"),
    "abstract": ("abstract", "description", "about"),
    "stream_url": ("stream", "stream url", "stream link", "link", "url"),
    "source_id": ("id", "code", "uid"),
}
COLUMN_KEYS = {column_key(alias): name for name, aliases in COLUMNS.items() for alias in aliases}
MAX_SESSIONS = 2_000
LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")  # days:hours:minutes in schedule.json


@dataclass(frozen=True, slots=True)
class FileSession:
    """A session of the file and where it stands there: a line of CSV, else its number among the entries."""

    line: int
    data: SessionData


@dataclass(frozen=True, slots=True)
class AgendaFile:
    """The sessions of a file, and the entries that are none with the reason."""

    sessions: tuple[FileSession, ...]
    refused: tuple[RefusedLine, ...]


class _Unfit(Exception):
    """An entry that is no session; the message says why."""


def read_agenda(data: bytes, *, event: Event, encoding: str = "") -> AgendaFile:
    """The sessions of a file; times without a zone are the event's, and a theme it does not have is left out.

    Refuses UnreadableFile and, for CSV, EncodingNotConfirmed.
    """
    names = theme_names_for(event)
    themes = {column_key(word): key for key, name in names.items() for word in (key, name)}
    start = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        entries = _icalendar_entries(data, event)
    elif start[:1] in (b"{", b"["):
        entries = _schedule_entries(data, event)
    else:
        entries = _csv_entries(data, event, encoding)
    sessions, refused = [], []
    for line, title, read in entries:
        try:
            found = read()
        except _Unfit as error:
            refused.append(RefusedLine(line, title[:120], str(error)))
            continue
        key = themes.get(column_key(found.theme), "")
        sessions.append(FileSession(line, _with_theme(found, key)))
    if not sessions and not refused:
        raise UnreadableFile(_("The file holds no sessions. Export the programme again, with its sessions."))
    if len(sessions) > MAX_SESSIONS:
        raise UnreadableFile(
            _("The file holds more than %(limit)s sessions: split it.") % {"limit": f"{MAX_SESSIONS:,}"}
        )
    return AgendaFile(tuple(sessions), tuple(refused))


Entries = Iterator[tuple[int, str, Callable[[], SessionData]]]


def _with_theme(data: SessionData, theme: str) -> SessionData:
    values = {name: getattr(data, name) for name in SessionData.__slots__}  # type: ignore[attr-defined]
    return SessionData(**values | {"theme": theme})


def _csv_entries(data: bytes, event: Event, encoding: str) -> Entries:
    table = read_csv(data, encoding=encoding, columns=frozenset(COLUMN_KEYS))
    columns = [COLUMN_KEYS.get(column_key(name), "") for name in table.header]
    missing = {"title", "starts", "ends"} - set(columns)
    if missing:
        raise UnreadableFile(
            _("The first line has to name the columns title, starts and ends; %(missing)s is missing.")
            % {"missing": ", ".join(sorted(missing))}
        )

    def reader(line: CsvLine) -> Callable[[], SessionData]:
        cells = dict(zip(columns, (cell.strip() for cell in line.cells), strict=False))
        return lambda: _from_cells(cells, event)

    for broken in table.broken:
        yield broken.line, "", _refusing(broken.reason)
    title_at = columns.index("title")
    for line in table.lines:
        yield line.number, line.cells[title_at] if title_at < len(line.cells) else "", reader(line)


def _from_cells(cells: Mapping[str, str], event: Event) -> SessionData:
    if not cells.get("title"):
        raise _Unfit(_("it has no title"))
    date = cells.get("date", "")
    starts_at = _moment(cells.get("starts", ""), date, event)
    ends_at = _moment(cells.get("ends", ""), date or str(starts_at.astimezone(event.zone).date()), event)
    return SessionData(
        title=cells["title"],
        starts_at=starts_at,
        ends_at=ends_at,
        **{name: cells.get(name, "") for name in ("theme", "room", "abstract", "stream_url", "source_id")},
    )


def _moment(text: str, date: str, event: Event) -> dt.datetime:
    """“2026-12-09 10:30”, with a zone or in the event's; or “10:30” on `date`."""
    try:
        found = parse_datetime(text)
        if found is None and (hour := parse_time(text)) is not None and (day := parse_date(date)) is not None:
            found = dt.datetime.combine(day, hour)
    except ValueError:
        found = None
    if found is None:
        raise _Unfit(
            _("“%(text)s” is no time: write 2026-12-09 10:30, or 10:30 with a date column like 2026-12-09")
            % {"text": f"{date} {text}".strip()[:40]}
        )
    return found if found.tzinfo else found.replace(tzinfo=event.zone)


def _icalendar_entries(data: bytes, event: Event) -> Entries:
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableFile(_("The calendar file cannot be read: it may be cut off.")) from error
    entries = calendar.events
    if len(entries) > MAX_ROWS:
        raise UnreadableFile(
            _("The file has more than %(limit)s rows: split it.") % {"limit": f"{MAX_ROWS:,}"}
        )
    for number, entry in enumerate(entries, start=1):
        if str(entry.get("STATUS", "")).upper() != "CANCELLED":
            yield number, str(entry.get("SUMMARY", "")), _calendar_reader(entry, event)


def _calendar_reader(entry: icalendar.Event, event: Event) -> Callable[[], SessionData]:
    def read() -> SessionData:
        if not str(entry.get("SUMMARY", "")).strip():
            raise _Unfit(_("it has no title"))
        if "RRULE" in entry:
            raise _Unfit(_("it repeats: export each session as an entry of its own"))
        try:
            starts, ends = entry.start, entry.end
        except (ValueError, TypeError, icalendar.InvalidCalendar) as error:
            raise _Unfit(_("its start or its end is missing or cannot be read")) from error
        if not isinstance(starts, dt.datetime) or not isinstance(ends, dt.datetime):
            raise _Unfit(_("it lasts whole days: give its hours"))
        categories = entry.get("CATEGORIES")
        first = next(iter(getattr(categories, "cats", ())), "") if categories else ""
        return SessionData(
            title=str(entry["SUMMARY"]),
            starts_at=starts if starts.tzinfo else starts.replace(tzinfo=event.zone),
            ends_at=ends if ends.tzinfo else ends.replace(tzinfo=event.zone),
            theme=str(first),
            room=str(entry.get("LOCATION", "")),
            abstract=str(entry.get("DESCRIPTION", "")),
            source_id=str(entry.get("UID", "")),
        )

    return read


def _schedule_entries(data: bytes, event: Event) -> Entries:
    try:
        days = json.loads(data)["schedule"]["conference"]["days"]
        entries = [entry for day in days for room in day["rooms"].values() for entry in room]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(
            _("This JSON file is not a schedule.json: download it from the public schedule of pretalx.")
        ) from error
    for number, entry in enumerate(entries, start=1):
        fields = entry if isinstance(entry, dict) else {}
        yield number, str(fields.get("title") or ""), _schedule_reader(fields, event)


def _schedule_reader(entry: Mapping[str, Any], event: Event) -> Callable[[], SessionData]:
    def read() -> SessionData:
        length = LENGTH.fullmatch(str(entry.get("duration") or ""))
        title = str(entry.get("title") or "")
        if not title.strip():
            raise _Unfit(_("it has no title"))
        if length is None:
            raise _Unfit(_("its start or its end is missing or cannot be read"))
        days, hours, minutes = (int(part or 0) for part in length.groups())
        starts_at = _moment(str(entry.get("date") or ""), "", event)
        return SessionData(
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(days=days, hours=hours, minutes=minutes),
            theme=str(entry.get("track") or ""),
            room=str(entry.get("room") or ""),
            abstract=str(entry.get("abstract") or ""),
            source_id=str(entry.get("guid") or ""),
        )

    return read


def _refusing(reason: str) -> Callable[[], SessionData]:
    def read() -> SessionData:
        raise _Unfit(reason)

    return read
