"""From a source's table to rows of people, by the rules of an import and what a source adds to them.

A source adds the number that a row has there, its state, and what may make an age class stricter. What it
says of roles, and that somebody is an adult, is not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.core.mail_addresses import canonical_address
from backend.people.selectors import plain_word
from backend.roster.services.csv_tables import CsvLine, CsvTable, column_key
from backend.roster.services.report import RefusedLine
from backend.roster.services.rows import (
    COLUMNS,
    NAME_PARTS,
    Heading,
    ImportRow,
    column_positions,
    headings_of,
    parse_line,
)

POSITION, STATE, BIRTH_DATE = "position", "state", "birth_date"
GUESSES = {
    POSITION: {"id", "position", "positionid", "registrationid", "registrationnumber", "ticketid"},
    STATE: {"state", "status", "registrationstate", "registrationstatus", "orderstatus"},
    BIRTH_DATE: {"birthdate", "birthday", "dateofbirth", "dob"},
}
CANCELLED = frozenset({"c", "canceled", "cancelled", "annulled", "withdrawn"})
NEVER_READ = ("id", "role")
CHOICES = tuple(dict.fromkeys(one for one in COLUMNS.values() if one not in NEVER_READ)) + tuple(GUESSES)
ADULT_AT = 18
DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """What a source answered; `left_out` says of lines, by their number, why they are nobody to import.

    `minors`: the numbers of lines whose people are minors by what the source sells them.
    """

    table: CsvTable
    left_out: Mapping[int, str] = field(default_factory=dict)
    minors: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One person of a source; `cells` by the columns of an import, without the address."""

    number: int
    key: str
    email: str = ""
    name: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    is_cancelled: bool = False


def headings_for(table: CsvTable, chosen: Mapping[str, str]) -> tuple[Heading, ...]:
    """The headings with what each is read as: chosen under its `column_key`, or guessed."""
    settled, own = _settled(table, chosen)
    return tuple(
        Heading(one.position, one.text, own.get(one.position, one.column)) for one in headings_of(table, settled)
    )


def rows_of(
    source: SourceTable, chosen: Mapping[str, str], first_day: dt.date
) -> tuple[list[SourceRow], list[RefusedLine]]:
    """The rows, and the lines that are none with the reason.

    Somebody is a minor where the table says so, or whose date of birth may be less than eighteen years before
    `first_day`; the date goes no further. Refuses BadColumns.
    """
    table = source.table
    settled, own = _settled(table, chosen)
    columns, _unread = column_positions(table, settled)
    age = columns.pop("age_class", None)
    places = {name: place for place, name in own.items()}
    width = max(place for place, name in enumerate(table.header) if name) + 1
    rows: dict[str, SourceRow] = {}
    refused = list(table.broken)
    for line in table.lines:
        if reason := source.left_out.get(line.number):
            refused.append(RefusedLine(line.number, "", reason))
            continue
        number, state = _cell(line, places.get(POSITION)), _cell(line, places.get(STATE)).casefold()
        parsed = parse_line(line, columns, width)
        if number and state in CANCELLED:  # whatever else is left of it
            rows[number] = SourceRow(number=line.number, key=number, is_cancelled=True)
            continue
        if isinstance(parsed, RefusedLine):
            refused.append(parsed)
            continue
        birth = _cell(line, places.get(BIRTH_DATE))
        is_minor = line.number in source.minors or _cell(line, age).casefold() == "minor"
        row = _row(parsed, line, columns, places, is_minor=is_minor or may_be_minor(birth, first_day))
        if row.key in rows:
            reason = _("duplicate of line %(line)s") % {"line": rows[row.key].number}
            refused.append(RefusedLine(line.number, row.email, reason))
        else:
            rows[row.key] = row
    return list(rows.values()), refused


def _row(
    parsed: ImportRow, line: CsvLine, columns: Mapping[str, int], places: Mapping[str, int], *, is_minor: bool
) -> SourceRow:
    cells = {name: line.cells[place].strip() for name, place in columns.items() if name not in NAME_PARTS}
    cells["name"] = parsed.name
    cells.pop("email", None)
    if is_minor:
        cells["age_class"] = "minor"
    number = _cell(line, places.get(POSITION))
    return SourceRow(
        number=line.number,
        key=number or f"{canonical_address(parsed.email)}|{plain_word(parsed.name)}",
        email=parsed.email,
        name=parsed.name,
        cells={name: cell for name, cell in cells.items() if cell},
        is_cancelled=_cell(line, places.get(STATE)).casefold() in CANCELLED,
    )


def _settled(table: CsvTable, chosen: Mapping[str, str]) -> tuple[dict[str, str], dict[int, str]]:
    """What an import is told of the headings, and which are a source's own, by their position."""
    keys = [column_key(name) for name in table.header]
    own: dict[int, str] = {}
    for name, guesses in GUESSES.items():
        named = [place for place, key in enumerate(keys) if chosen.get(key) == name]
        guessed = [place for place, key in enumerate(keys) if key in guesses and key not in chosen]
        own |= dict.fromkeys((named or guessed)[:1], name)
    settled = {key: column for key, column in chosen.items() if column in CHOICES or not column}
    settled = dict.fromkeys(NEVER_READ, "") | settled
    settled |= {keys[place]: "" for place in own}
    return settled, own


def may_be_minor(birth: str, first_day: dt.date) -> bool:
    """Whether a date of birth, in any way it can be read, makes somebody younger than eighteen on that day.

    >>> day = dt.date(2026, 12, 9)
    >>> [may_be_minor(text, day) for text in ("2008-12-09", "2008-12-10", "01/12/2008", "unknown")]
    [False, True, False, False]
    """
    today = (first_day.year - ADULT_AT, first_day.month, first_day.day)
    return any((one.year, one.month, one.day) > today for one in _readings(birth))


def _readings(text: str) -> Iterable[dt.date]:
    for form in DATE_FORMS:
        try:
            yield dt.datetime.strptime(text.strip()[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue


def _cell(line: CsvLine, place: int | None) -> str:
    return line.cells[place].strip() if place is not None and place < len(line.cells) else ""


def table_of(rows: Sequence[tuple[SourceRow, int | None, Collection[str]]]) -> CsvTable:
    """The rows as a list to import: each with the attendee it is of, and the columns that are read of it."""
    names = sorted({name for _row, _attendee, columns in rows for name in columns} | {"name"})
    header = ("id", "email", *names)
    lines = []
    for row, attendee_id, columns in rows:
        cells = (row.cells.get(name, "") if name in columns else "" for name in names)
        own = (str(attendee_id), "") if attendee_id else ("", row.email)
        lines.append(CsvLine(row.number, (*own, *cells)))
    return CsvTable(header, tuple(lines), (), "")
