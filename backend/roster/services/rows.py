"""From a line of an attendee list to a checked row, without looking anything up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.errors import BusinessError
from backend.core.spreadsheets import unescape_formula
from backend.core.texts import without_bidi_controls
from backend.events.rules.attendees import LANGUAGE_LIMIT, TEXT_LIMIT, clean_text, normalise_text
from backend.events.rules.countries import country_name
from backend.events.rules.languages import languages_in
from backend.people.services import BadEmail, check_email
from backend.roster.services.csv_tables import CsvLine, CsvTable, column_key
from backend.roster.services.report import RefusedLine

REQUIRED = ("email", "name")
WITHHELD = "withheld"
"""What an export writes for what it does not show; imported again it changes nothing."""
LIMITS = {
    "id": 19,
    "email": 254,
    "name": 200,
    "short_name": 60,
    "organisation": 255,
    "sector": 80,
    "country": 80,
    "languages": 400,
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
    age_class: str = ""
    title: str = ""
    role: str = ""
    about: str = ""
    seeks: str = ""
    offers: str = ""
    topics_seek: str = ""
    topics_offer: str = ""


def column_positions(table: CsvTable) -> tuple[dict[str, int], tuple[str, ...]]:
    """Position of each known column, and the names of the others.

    Refuses BadColumns: email or name missing, or a column given twice.
    """
    keys = [column_key(name) for name in table.header]
    known = [COLUMNS[key] for key in keys if key in COLUMNS]
    missing = [name for name in REQUIRED if name not in known and "id" not in known]
    if missing:
        found = ", ".join(name for name in table.header if name)[:200]
        if len(missing) == len(REQUIRED):
            raise BadColumns(
                _("The file lacks the columns email and name; its first line names: %(found)s.")
                % {"found": found}
            )
        raise BadColumns(
            _("The file lacks the column %(column)s; its first line names: %(found)s.")
            % {"column": missing[0], "found": found}
        )
    twice = [name for name, count in Counter(known).items() if count > 1]
    if twice:
        raise BadColumns(_("The column %(column)s is there twice: keep one of them.") % {"column": twice[0]})
    extra = [name for name, key in zip(table.header, keys, strict=True) if name and key not in COLUMNS]
    positions = {COLUMNS[key]: position for position, key in enumerate(keys) if key in COLUMNS}
    return positions, tuple(name[:60] for name in extra)


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
    raw = {"email": "", "name": ""} | raw
    email = raw["email"].strip()[: LIMITS["email"]]
    cells = {name: normalise_text(cell, paragraphs=name in PARAGRAPHS) for name, cell in raw.items()}
    reason = _problem(raw, cells)
    if reason:
        return RefusedLine(line.number, normalise_text(email), reason)
    languages, unknown = languages_in(cells.pop("languages", ""))
    if len(languages) > LANGUAGE_LIMIT:
        reason = _("%(count)s languages; at most %(limit)s fit") % {
            "count": len(languages),
            "limit": LANGUAGE_LIMIT,
        }
        return RefusedLine(line.number, cells["email"], reason)
    if cells["email"]:
        cells["email"] = check_email(cells["email"])
    cells["age_class"] = cells.get("age_class", "").casefold()
    number = cells.pop("id", "")
    country = country_name(cells.get("country", ""))
    is_known_country = bool(country) or not cells.get("country")
    cells["country"] = country or cells.get("country", "")
    return ImportRow(
        line=line.number,
        attendee_id=int(number) if number else None,
        languages=languages,
        unknown_languages=unknown,
        is_known_country=is_known_country,
        **cells,
    )


def _problem(raw: Mapping[str, str], cells: Mapping[str, str]) -> str:
    """Why the row cannot be imported, or nothing."""
    for name, cell in raw.items():
        if clean_text(cell) != (cell if name == "email" else without_bidi_controls(cell)).strip():
            return _(
                "%(column)s holds a character that cannot be kept (NUL or a bidi control): delete it"
            ) % {"column": name}
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
    return ""
