"""From a line of an attendee list to a checked row, without looking anything up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.utils.translation.trans_real import translation

from backend.core.errors import BusinessError
from backend.core.spreadsheets import unescape_formula
from backend.core.texts import without_bidi_controls
from backend.events.rules.attendees import LANGUAGE_LIMIT, TEXT_LIMIT, clean_text, normalise_text
from backend.events.rules.countries import country_name
from backend.events.rules.languages import languages_in
from backend.people.services import BadEmail, check_email
from backend.roster.services.csv_tables import CsvLine, CsvTable, column_key
from backend.roster.services.headings import guess_column
from backend.roster.services.report import RefusedLine

REQUIRED = ("email", "name")
WITHHELD = "withheld"
"""What an export writes for what it does not show; imported again it changes nothing."""
LIMITS = {
    "id": 19,
    "email": 254,
    "name": 200,
    "given_name": 100,
    "family_name": 100,
    "short_name": 60,
    "organisation": 255,
    "sector": 80,
    "country": 80,
    "languages": 400,
    "translating_device": 20,
    "age_class": 20,
    "title": 200,
    "role": 20,
    "topics_seek": 2_000,
    "topics_offer": 2_000,
    "about": TEXT_LIMIT,
    "seeks": TEXT_LIMIT,
    "offers": TEXT_LIMIT,
}
PARAGRAPHS = frozenset({"about", "seeks", "offers", "languages", "topics_seek", "topics_offer"})
COLUMNS = {column_key(name): name for name in LIMITS} | {"organization": "organisation"}
NAME_PARTS = ("given_name", "family_name")
"""Columns that stand for the name, in the order of the file, where it has no column of the whole name."""
AGE_CLASSES = ("adult", "minor", "unknown")


class BadColumns(BusinessError):
    code = "unfit_columns"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """The values of one line. An empty one leaves what is stored."""

    line: int
    attendee_id: int | None = None
    email: str
    name: str
    short_name: str = ""
    organisation: str = ""
    sector: str = ""
    country: str = ""
    is_known_country: bool = True
    languages: tuple[str, ...] = ()
    unknown_languages: tuple[str, ...] = ()
    translating_device: bool | None = None
    age_class: str = ""
    title: str = ""
    role: str = ""
    about: str = ""
    seeks: str = ""
    offers: str = ""
    topics_seek: str = ""
    topics_offer: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a list, and the column it is read as; empty where it is left out."""

    position: int
    text: str
    column: str


def headings_of(table: CsvTable, chosen: Mapping[str, str] = MappingProxyType({})) -> tuple[Heading, ...]:
    """The list's headings with what each is read as: `chosen` under its `column_key`, its name, or a guess.

    Of several guessed alike the first is taken, and none where a column has that very name.
    """
    keys = [column_key(name) for name in table.header]
    sure = {place: chosen.get(key, COLUMNS.get(key, "")) for place, key in enumerate(keys)}
    taken = set(sure.values())
    found = []
    for place, (name, key) in enumerate(zip(table.header, keys, strict=True)):
        column = sure[place]
        if not column and key not in chosen and (guess := guess_column(name, COLUMNS)) not in taken:
            column = guess
            taken.add(guess)
        found.append(Heading(place, name, column))
    return tuple(found)


def to_choose(headings: Iterable[Heading]) -> tuple[Heading, ...]:
    """Those that a person can choose a column for: all but the columns' own names."""
    return tuple(one for one in headings if one.text and column_key(one.text) not in COLUMNS)


def read_as_other(table: CsvTable, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The headings that are read as a column of another name, each with that name."""
    found = to_choose(headings_of(table, chosen))
    return tuple(f"{one.text[:60]} → {one.column}" for one in found if one.column)


def column_positions(
    table: CsvTable, chosen: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Position of each column that is read, and the names of the others.

    Refuses BadColumns: no column is read as the e-mail or the name, or two are read as the same.
    """
    headings = headings_of(table, chosen)
    known = [one.column for one in headings if one.column]
    has_name = not {"name", *NAME_PARTS}.isdisjoint(known)
    given = {*known, *(["name"] if has_name else [])}
    missing = [name for name in REQUIRED if name not in given and "id" not in given]
    if missing:
        found = ", ".join(name for name in table.header if name)[:200]
        if len(missing) == len(REQUIRED):
            raise BadColumns(
                _(
                    "The file lacks the columns email and name; its first line names: %(found)s. "
                    "Choose the columns that hold them, or name them so in the file."
                )
                % {"found": found}
            )
        raise BadColumns(
            _(
                "The file lacks the column %(column)s; its first line names: %(found)s. "
                "Choose the column that holds it, or name it so in the file."
            )
            % {"column": missing[0], "found": found}
        )
    twice = [name for name, count in Counter(known).items() if count > 1]
    if twice:
        same = [one.text for one in headings if one.column == twice[0]]
        raise BadColumns(
            _("The column %(column)s is there twice: keep one of %(headings)s.")
            % {"column": twice[0], "headings": ", ".join(same)[:200]}
        )
    positions = {one.column: one.position for one in headings if one.column}
    return positions, tuple(one.text[:60] for one in headings if one.text and not one.column)


def parse_line(line: CsvLine, columns: Mapping[str, int], width: int) -> ImportRow | RefusedLine:
    """The line as a checked row of a file `width` columns wide, or the reason why it is none."""
    found = len(line.cells)
    if found < width or any(cell.strip() for cell in line.cells[width:]):
        reason = ngettext(
            "%(cells)s cell where the first line names %(columns)s columns",
            "%(cells)s cells where the first line names %(columns)s columns",
            found,
        ) % {"cells": f"{found:,}", "columns": f"{width:,}"}
        return RefusedLine(line.number, "", reason)
    raw = {name: line.cells[position] for name, position in columns.items()}
    raw = {name: "" if cell.strip().casefold() == WITHHELD else cell for name, cell in raw.items()}
    if raw.get("id"):
        raw = {name: unescape_formula(cell) for name, cell in raw.items()}
    raw = {"email": "", "name": _joined_name(raw, columns)} | raw
    email = raw["email"].strip()[: LIMITS["email"]]
    cells = {name: normalise_text(cell, paragraphs=name in PARAGRAPHS) for name, cell in raw.items()}
    reason = _problem(raw, cells)
    if reason:
        return RefusedLine(line.number, normalise_text(email), reason)
    languages, unknown = languages_in(cells.pop("languages", ""))
    if len(languages) > LANGUAGE_LIMIT:
        reason = _("%(count)s languages; at most %(limit)s fit") % {"count": len(languages), "limit": LANGUAGE_LIMIT}
        return RefusedLine(line.number, cells["email"], reason)
    if cells["email"]:
        cells["email"] = check_email(cells["email"])
    cells["age_class"] = cells.get("age_class", "").casefold()
    for part in NAME_PARTS:
        cells.pop(part, None)
    number = cells.pop("id", "")
    country = country_name(cells.get("country", ""))
    is_known_country = bool(country) or not cells.get("country")
    cells["country"] = country or cells.get("country", "")
    return ImportRow(
        line=line.number,
        attendee_id=int(number) if number else None,
        languages=languages,
        translating_device=_yes_or_no().get(cells.pop("translating_device", "").casefold()),
        unknown_languages=unknown,
        is_known_country=is_known_country,
        **cells,
    )


@cache
def _yes_or_no() -> Mapping[str, bool]:
    """The words for yes and no in the languages of the pages."""
    catalogues = [translation(language) for language, _own_name in settings.LANGUAGES]
    words = {"yes": True, "no": False}
    return words | {catalogue.gettext(word).casefold(): words[word] for catalogue in catalogues for word in words}


def _joined_name(raw: Mapping[str, str], columns: Mapping[str, int]) -> str:
    parts = sorted((name for name in NAME_PARTS if name in columns), key=columns.__getitem__)
    return " ".join(part for name in parts if (part := raw[name].strip()))


def _problem(raw: Mapping[str, str], cells: Mapping[str, str]) -> str:
    """Why the row cannot be imported, or nothing."""
    for name, cell in raw.items():
        if clean_text(cell) != (cell if name == "email" else without_bidi_controls(cell)).strip():
            return _("%(column)s holds a character that cannot be kept (NUL or a bidi control): delete it") % {
                "column": name
            }
        if len(cells[name]) > LIMITS[name]:
            return _("%(column)s has %(count)s characters; at most %(limit)s fit") % {
                "column": name,
                "count": f"{len(cells[name]):,}",
                "limit": f"{LIMITS[name]:,}",
            }
    number = cells.get("id", "")
    if number and not re.fullmatch(r"0*[1-9][0-9]{0,17}", number):
        return _("id “%(id)s”: leave it as the export wrote it, or blank for somebody new") % {"id": number}
    if not cells["email"] and not number:
        return _("no e-mail address")
    try:
        if cells["email"]:
            check_email(cells["email"])
    except BadEmail as refusal:
        return refusal.message.rstrip(".")
    if not cells["name"] and not number:
        return _("no name")
    age = cells.get("age_class", "").casefold()
    if age and age not in AGE_CLASSES:
        return _("age class “%(given)s”: write adult or minor, or leave it blank for unknown") % {
            "given": cells["age_class"]
        }
    device = cells.get("translating_device", "")
    if device and device.casefold() not in _yes_or_no():
        return _("translating_device “%(given)s”: write yes or no, or leave it blank") % {"given": device}
    return ""
