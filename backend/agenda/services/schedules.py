"""The programme as other systems publish it: schedule.json and schedule.xml of Frab, and Indico's export.

pretalx publishes both of Frab's. Of an answer nothing is kept but what a session has. Indico tells managers
the addresses of speakers, pretalx their codes: they are given on to be compared.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from xml.parsers import expat
from zoneinfo import ZoneInfo

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from backend.agenda.services.entries import Entries, Entry, moment, without_times, without_title
from backend.agenda.services.sessions import SessionData
from backend.events.models.events import Event
from backend.roster.services.csv_tables import MAX_ROWS, UnreadableFile, too_many_rows

LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")  # days:hours:minutes
MAX_TEXT = 100_000  # of one field of schedule.xml; more is no session's anyway
FIELDS = frozenset({"title", "date", "duration", "room", "track", "abstract"})


def json_entries(data: bytes, event: Event) -> Entries:
    """The entries of a schedule.json, or of what Indico exports; refuses UnreadableFile."""
    try:
        answer = json.loads(data)
        found = answer["results"] if "results" in answer else answer["schedule"]["conference"]["days"]
        entries = _indico_entries(found) if "results" in answer else _frab_entries(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(
            _("This JSON file is not a schedule.json: download it from the public schedule of pretalx.")
        ) from error
    if "results" in answer and len(found) != 1:
        raise UnreadableFile(_("Indico shows no such event here, or not to this token."))
    reader, named = (_indico_reader, _indico_speakers) if "results" in answer else (_frab_reader, _frab_speakers)
    for number, fields in enumerate(entries, start=1):
        read = reader(fields, event)
        own = str(fields.get("guid") or "")
        yield Entry(number, str(fields.get("title") or ""), read, own, speakers=named(fields))


def xml_entries(data: bytes, event: Event) -> Entries:
    """The entries of a schedule.xml, read without any declaration of a document type; UnreadableFile."""
    try:
        entries = _FrabXml().read(data)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableFile(_("This XML file is not a schedule.xml, or it is cut off.")) from error
    for number, fields in enumerate(entries, start=1):
        yield Entry(number, fields.get("title", ""), _frab_reader(fields, event), fields.get("guid", ""))


def _frab_entries(days: Any) -> list[Mapping[str, Any]]:
    found = [entry for day in days for room in day["rooms"].values() for entry in room]
    return [entry if isinstance(entry, dict) else {} for entry in found]


def _frab_reader(entry: Mapping[str, Any], event: Event) -> Callable[[], SessionData]:
    def read() -> SessionData:
        length = LENGTH.fullmatch(str(entry.get("duration") or ""))
        title = str(entry.get("title") or "")
        if not title.strip():
            raise without_title()
        if length is None:
            raise without_times()
        days, hours, minutes = (int(part or 0) for part in length.groups())
        starts_at = moment(str(entry.get("date") or ""), "", event)
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


def _frab_speakers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of an entry's speakers, as pretalx has them."""
    return tuple(str(one["code"]) for one in _objects(entry.get("persons")) if one.get("code"))


class _FrabXml:
    """Reads the <event> elements of a schedule.xml and nothing of them but their fields."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.entries: list[dict[str, str]] = []
        self.text: list[str] = []
        self.length = 0
        self.is_schedule = False

    def read(self, data: bytes) -> list[dict[str, str]]:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse_declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(data, True)
        if not self.is_schedule:
            raise ValueError("no <schedule>")
        return self.entries

    def _refuse_declaration(self, *_declared: object) -> None:
        raise UnreadableFile(_("This XML file declares a document type, and is not read."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.is_schedule = self.is_schedule or (not self.path and name == "schedule")
        self.path.append(name)
        self.text, self.length = [], 0
        if name == "event":
            if len(self.entries) >= MAX_ROWS:
                raise too_many_rows()
            self.entries.append({"guid": attributes.get("guid") or attributes.get("id", "")})

    def _end(self, name: str) -> None:
        self.path.pop()
        if name in FIELDS and self.path[-1:] == ["event"]:
            self.entries[-1][name] = "".join(self.text).strip()

    def _characters(self, text: str) -> None:
        self.length += len(text)
        if self.length <= MAX_TEXT:
            self.text.append(text)


def _indico_entries(events: Any) -> list[Mapping[str, Any]]:
    """Of one event the blocks of its sessions, and contributions that stand in none."""
    if not isinstance(events, list):
        raise TypeError
    found: list[Mapping[str, Any]] = []
    for one in events:
        for kind in ("session", "contribution"):
            found += [
                {**entry, "guid": f"indico-{kind}-{entry.get('db_id') or entry['id']}"} for entry in one[f"{kind}s"]
            ]
    return found


def _indico_reader(entry: Mapping[str, Any], event: Event) -> Callable[[], SessionData]:  # noqa: ARG001
    def read() -> SessionData:
        title = str(entry.get("title") or "")
        if not title.strip():
            raise without_title()
        session = entry.get("session")
        description = (session if isinstance(session, dict) else entry).get("description")
        return SessionData(
            title=title,
            starts_at=_indico_moment(entry.get("startDate")),
            ends_at=_indico_moment(entry.get("endDate")),
            theme=str(entry.get("track") or ""),
            room=str(entry.get("room") or entry.get("roomFullname") or ""),
            abstract=unescape(strip_tags(str(description or ""))),
            source_id=str(entry["guid"]),
        )

    return read


def _indico_speakers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of an entry's conveners and speakers, and of the speakers of what stands in it."""
    holders = [entry, *_objects(entry.get("contributions"))]
    people = [person for one in holders for name in ("conveners", "speakers") for person in _objects(one.get(name))]
    emails = [person.get("email") for person in people]
    return tuple(str(one) for email in emails for one in (email if isinstance(email, list) else [email]) if one)


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _indico_moment(found: Any) -> dt.datetime:
    """A moment as Indico writes it: a day, an hour and the name of a zone."""
    try:
        return dt.datetime.fromisoformat(f"{found['date']}T{found['time']}").replace(tzinfo=ZoneInfo(found["tz"]))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise without_times() from error
