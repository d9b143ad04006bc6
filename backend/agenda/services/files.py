"""The file of a programme as sessions: CSV, iCalendar (RFC 5545), or as other systems publish it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import icalendar
from django.utils.translation import gettext as _

from backend.agenda.services.entries import Entries, Entry, UnfitEntry, moment, without_times, without_title
from backend.agenda.services.schedules import json_entries, xml_entries
from backend.agenda.services.sessions import SessionData
from backend.events.models.events import Event
from backend.events.selectors import theme_names_for
from backend.roster.services.csv_tables import MAX_ROWS, UnreadableFile, column_key, read_csv
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


@dataclass(frozen=True, slots=True)
class FileSession:
    """A session of the file and where it stands there: a line of CSV, else its number among the entries."""

    line: int
    data: SessionData
    speakers: tuple[str, ...] = ()  # their addresses or codes, which are compared and not kept


@dataclass(frozen=True, slots=True)
class AgendaFile:
    """The sessions of a file, and the entries that are none with the reason.

    `unread`: the own ids of the latter, empty where one has none: their sessions are not missing in the file.
    """

    sessions: tuple[FileSession, ...]
    refused: tuple[RefusedLine, ...]
    unread: frozenset[str] = frozenset()


def read_agenda(data: bytes, *, event: Event, encoding: str = "") -> AgendaFile:
    """The sessions of a file; times without a zone are the event's, and a theme it does not have is left out.

    Refuses UnreadableFile and, for CSV, EncodingNotConfirmed.
    """
    names = theme_names_for(event)
    themes = {column_key(word): key for key, name in names.items() for word in (key, name)}
    start = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise _empty()
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        entries = _icalendar_entries(data, event)
    elif start[:1] in (b"{", b"["):
        entries = json_entries(data, event)
    elif start[:1] == b"<":
        entries = xml_entries(data, event)
    else:
        entries = _csv_entries(data, event, encoding)
    sessions, refused, unread = [], [], set()
    for entry in entries:
        if entry.is_cancelled:
            continue
        try:
            found = entry.read()
        except UnfitEntry as error:
            refused.append(RefusedLine(entry.line, entry.title[:120], str(error)))
            unread.add(entry.source_id)
            continue
        key = themes.get(column_key(found.theme), "")
        sessions.append(FileSession(entry.line, replace(found, theme=key), entry.speakers))
    if not sessions and not refused:
        raise _empty()
    if len(sessions) > MAX_SESSIONS:
        raise UnreadableFile(
            _("The file holds more than %(limit)s sessions: split it.") % {"limit": f"{MAX_SESSIONS:,}"}
        )
    return AgendaFile(tuple(sessions), tuple(refused), frozenset(unread))


def _empty() -> UnreadableFile:
    return UnreadableFile(_("The file holds no sessions. Export the programme again, with its sessions."))


def _csv_entries(data: bytes, event: Event, encoding: str) -> Entries:
    table = read_csv(data, encoding=encoding, columns=frozenset(COLUMN_KEYS))
    columns = [COLUMN_KEYS.get(column_key(name), "") for name in table.header]
    missing = {"title", "starts", "ends"} - set(columns)
    if missing:
        raise UnreadableFile(
            _("The first line has to name the columns title, starts and ends; %(missing)s is missing.")
            % {"missing": ", ".join(sorted(missing))}
        )

    for broken in table.broken:
        yield Entry(broken.line, "", _refusing(broken.reason))
    for line in table.lines:
        cells = dict(zip(columns, (cell.strip() for cell in line.cells), strict=False))
        read = partial(_from_cells, cells, event)
        yield Entry(line.number, cells.get("title", ""), read, cells.get("source_id", ""))


def _from_cells(cells: Mapping[str, str], event: Event) -> SessionData:
    if not cells.get("title"):
        raise without_title()
    date = cells.get("date", "")
    starts_at = moment(cells.get("starts", ""), date, event)
    ends_at = moment(cells.get("ends", ""), date or str(starts_at.astimezone(event.zone).date()), event)
    return SessionData(
        title=cells["title"],
        starts_at=starts_at,
        ends_at=ends_at,
        **{name: cells.get(name, "") for name in ("theme", "room", "abstract", "stream_url", "source_id")},
    )


def _icalendar_entries(data: bytes, event: Event) -> Entries:
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableFile(_("The calendar file cannot be read: it may be cut off.")) from error
    entries = calendar.events
    if len(entries) > MAX_ROWS:
        raise UnreadableFile(_("The file has more than %(limit)s rows: split it.") % {"limit": f"{MAX_ROWS:,}"})
    for number, entry in enumerate(entries, start=1):
        yield Entry(
            number,
            str(entry.get("SUMMARY", "")),
            _calendar_reader(entry, event),
            str(entry.get("UID", "")),
            is_cancelled=str(entry.get("STATUS", "")).upper() == "CANCELLED",
        )


def _calendar_reader(entry: icalendar.Event, event: Event) -> Callable[[], SessionData]:
    def read() -> SessionData:
        if not str(entry.get("SUMMARY", "")).strip():
            raise without_title()
        if "RRULE" in entry:
            raise UnfitEntry(_("it repeats: export each session as an entry of its own"))
        try:
            starts, ends = entry.start, entry.end
        except (ValueError, TypeError, icalendar.InvalidCalendar) as error:
            raise without_times() from error
        if not isinstance(starts, dt.datetime) or not isinstance(ends, dt.datetime):
            raise UnfitEntry(_("it lasts whole days: give its hours"))
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


def _refusing(reason: str) -> Callable[[], SessionData]:
    def read() -> SessionData:
        raise UnfitEntry(reason)

    return read
