"""From a line of an attendee list to a checked row, without looking anything up."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.errors import BusinessError
from backend.events.rules import LANGUAGE_LIMIT, TEXT_LIMIT, clean_text
from backend.events.rules.languages import languages_in
from backend.events.services.importing.reading import Line, Table, column_word
from backend.events.services.importing.report import Refusal
from backend.people.services import BadEmail, check_email

REQUIRED = ("email", "name")
LIMITS = {
    "email": 254,
    "name": 200,
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
COLUMNS = {column_word(name): name for name in LIMITS} | {"organization": "organisation"}
AGE_CLASSES = ("adult", "minor", "unknown")


class UnfitColumns(BusinessError):
    code = "unfit_columns"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What one line says of a person. Empty means the list says nothing about it, and erases nothing."""

    line: int
    email: str
    name: str
    organisation: str = ""
    sector: str = ""
    country: str = ""
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


def columns_of(table: Table) -> tuple[dict[str, int], tuple[str, ...]]:
    """Place of each known column, and the names of the others.

    Refuses UnfitColumns: email or name missing, or a column given twice.
    """
    words = [column_word(name) for name in table.header]
    known = [COLUMNS[word] for word in words if word in COLUMNS]
    if missing := [name for name in REQUIRED if name not in known]:
        seen = ", ".join(name for name in table.header if name)[:200]
        noun = "column" if len(missing) == 1 else "columns"
        raise UnfitColumns(
            f"The file lacks the {noun} {' and '.join(missing)}; its first line names: {seen}."
        )
    twice = [name for name, count in Counter(known).items() if count > 1]
    if twice:
        raise UnfitColumns(f"The column {twice[0]} is there twice: keep one of them.")
    extra = [name for name, word in zip(table.header, words, strict=True) if name and word not in COLUMNS]
    places = {COLUMNS[word]: place for place, word in enumerate(words) if word in COLUMNS}
    return places, tuple(name[:60] for name in extra)


def check_line(line: Line, columns: Mapping[str, int], width: int) -> ImportRow | Refusal:
    """The line as a checked row of a file `width` columns wide, or the reason why it is none."""
    found = len(line.cells)
    if found < width or any(cell.strip() for cell in line.cells[width:]):
        cells = "1 cell" if found == 1 else f"{found:,} cells"
        return Refusal(line.number, "", f"{cells} where the first line names {width:,} columns")
    raw = {name: line.cells[place] for name, place in columns.items()}
    email = raw["email"].strip()[: LIMITS["email"]]
    said = {name: tidy(cell, paragraphs=name in PARAGRAPHS) for name, cell in raw.items()}
    reason = _problem(raw, said)
    if reason:
        return Refusal(line.number, tidy(email), reason)
    languages, unknown = languages_in(said.pop("languages", ""))
    if len(languages) > LANGUAGE_LIMIT:
        return Refusal(
            line.number, said["email"], f"{len(languages)} languages; at most {LANGUAGE_LIMIT} fit"
        )
    said["age_class"] = said.get("age_class", "").casefold()
    return ImportRow(line=line.number, languages=languages, unknown_languages=unknown, **said)


def tidy(text: str, *, paragraphs: bool = False) -> str:
    """The text with composed letters and without what a database cannot hold; one line unless `paragraphs`.

    Vietnamese Excel files write letters and their marks apart; composed, the same name is the same text.
    """
    text = unicodedata.normalize("NFC", clean_text(text))
    return re.sub(r"\r\n?", "\n", text) if paragraphs else re.sub(r"\s+", " ", text)


def _problem(raw: Mapping[str, str], said: Mapping[str, str]) -> str:
    """Why the row cannot be imported, or nothing."""
    for name, cell in raw.items():
        if clean_text(cell) != cell.strip():
            return f"{name} holds a character no text can hold (NUL): delete it"
        if len(said[name]) > LIMITS[name]:
            return f"{name} has {len(said[name]):,} characters; at most {LIMITS[name]:,} fit"
    if not said["email"]:
        return "no e-mail address"
    try:
        check_email(said["email"])
    except BadEmail as refusal:
        return refusal.message.rstrip(".")
    if not said["name"]:
        return "no name"
    age = said.get("age_class", "").casefold()
    if age and age not in AGE_CLASSES:
        return f"age class “{said['age_class']}”: write adult or minor, or leave it blank for unknown"
    return ""
