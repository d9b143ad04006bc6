"""What is missing or wrong in a catalogue, as far as a program can tell."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib

from backend.config.languages import LOCALE, ROOT, PageLanguage, catalogue_path, lines_of

ORGANISERS = LOCALE / "organisers.txt"
GLOSSARY = ROOT / "docs" / "translating" / "glossary.csv"
SAME = ROOT / "docs" / "translating" / "same.txt"  # texts that may be as in English
LEAST_WORDS = 3  # a shorter text may well be the same in two languages
LONG = 1.6  # times the English
SHORT = 12  # characters: of a shorter English text the share says nothing

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|%[sd]")
COUNTED = re.compile(r"%\((?:count|n|number|limit_value|show_value|size|max)\)[sd]")
TAG = re.compile(r"</?[a-z]+[^>]*>")
HIDDEN = re.compile("[\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u0000-\u0008\u000b-\u001f]")
DIGITS = re.compile("[๐-๙០-៩၀-၉໐-໙]")
ZERO_WIDTH = re.compile("[\u200b-\u200d]")
BROKEN_BY_ZERO_WIDTH = ("th", "km", "lo", "my")  # lines break there: written without spaces

Key = tuple[str, str]  # message and context


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgid, entry.msgctxt or ""


def is_of_organisers(entry: polib.POEntry, prefixes: tuple[str, ...]) -> bool:
    """Whether a template's message stands in their files alone."""
    return all(file.startswith(prefixes) for file, _line in entry.occurrences)


def attendees_part(template: polib.POFile) -> set[Key]:
    """The messages that have to be whole before a language is offered."""
    prefixes = lines_of(ORGANISERS)
    return {key_of(entry) for entry in template if not is_of_organisers(entry, prefixes)}


def forms_of(entry: polib.POEntry) -> tuple[str, ...]:
    """The translations of a message: one, or one for each plural form."""
    if entry.msgid_plural:
        return tuple(text for _form, text in sorted(entry.msgstr_plural.items()))
    return (entry.msgstr,)


def is_translated(entry: polib.POEntry) -> bool:
    return all(forms_of(entry))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the translation of a message."""

    message: str
    what: str


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """How far a catalogue is: counts of messages, and faults. `long` and `other_words` are no faults."""

    language: PageLanguage
    total: int
    translated: int
    missing_for_attendees: tuple[str, ...]
    faults: tuple[Fault, ...]
    long: tuple[str, ...]
    other_words: tuple[Fault, ...]


def catalogue_state(language: PageLanguage, attendees: set[Key], locale: Path = LOCALE) -> CatalogueState:
    """The state of a language's catalogue; `attendees` are the keys of the attendees' part."""
    entries = polib.pofile(str(catalogue_path(language, locale)))
    done = [entry for entry in entries if is_translated(entry)]
    missing = attendees - {key_of(entry) for entry in done}
    words, same = glossary_of(language), set(lines_of(SAME))
    return CatalogueState(
        language=language,
        total=len(entries),
        translated=len(done),
        missing_for_attendees=tuple(sorted(message for message, _context in missing)),
        faults=tuple(Fault(entry.msgid, what) for entry in entries for what in faults_of(entry, language, same)),
        long=tuple(entry.msgid for entry in done if is_long(entry)),
        other_words=tuple(Fault(entry.msgid, term) for entry in done for term in terms_not_used(entry, words)),
    )


def faults_of(entry: polib.POEntry, language: PageLanguage, same: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong in a message's translation, in a few words each; nothing of an empty one."""
    forms = forms_of(entry)
    if any(forms) and not all(forms):
        yield "a plural form is missing"
    for place, form in enumerate(forms):
        if not form:
            continue
        is_first_of_many = place == 0 and len(forms) > 1
        source = entry.msgid if is_first_of_many or not entry.msgid_plural else entry.msgid_plural
        yield from _faults_of_form(form, source, language, is_one=is_first_of_many)
        if form == source and _words_in(form) >= LEAST_WORDS and form not in same:
            yield "is the English text"


def _words_in(text: str) -> int:
    return len(re.findall(r"[^\W\d_]{2,}", PLACEHOLDER.sub(" ", TAG.sub(" ", text))))


def _faults_of_form(form: str, source: str, language: PageLanguage, *, is_one: bool) -> Iterator[str]:
    wanted, given = sorted(PLACEHOLDER.findall(source)), sorted(PLACEHOLDER.findall(form))
    if is_one:  # "one day" need not say the number
        wanted = [one for one in wanted if not COUNTED.fullmatch(one)]
        given = [one for one in given if not COUNTED.fullmatch(one)]
    if wanted != given:
        yield f"has the placeholders {given}, not {wanted}"
    if sorted(TAG.findall(form)) != sorted(TAG.findall(source)):
        yield "has other tags"
    if _outer_space(form) != _outer_space(source):
        yield "has other spaces at its ends"
    if HIDDEN.search(form) or (ZERO_WIDTH.search(form) and language.code not in BROKEN_BY_ZERO_WIDTH):
        yield "has a character that nobody sees"
    if DIGITS.search(form):
        yield "has digits that are not 0 to 9"
    if unicodedata.normalize("NFC", form) != form:
        yield "is not normalised (NFC)"


def _outer_space(text: str) -> tuple[str, str]:
    stripped = text.strip()
    begin = text.index(stripped) if stripped else 0
    return text[:begin], text[begin + len(stripped) :]


def is_long(entry: polib.POEntry) -> bool:
    """Whether the translation is so much longer than the English that a button or a table may not hold it."""
    source = max(entry.msgid, entry.msgid_plural or "", key=len)
    shown = max((_width(form) for form in forms_of(entry)), default=0)
    return len(source) >= SHORT and shown > LONG * _width(source)


def _width(text: str) -> int:
    """The characters that take a place of their own: no marks above or below, and nothing invisible."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)


def glossary_of(language: PageLanguage, path: Path = GLOSSARY) -> Mapping[str, tuple[str, ...]]:
    """The words of a language for each English term; several where `|` stands between them."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next((name for name in (language.code, language.folder) if rows and name in rows[0]), None)
    if column is None:
        return {}
    words = {row["term"]: (row[column] or "").split("|") for row in rows}
    found = {term: tuple(one.strip().casefold() for one in many if one.strip()) for term, many in words.items()}
    return {term.partition(" (")[0].strip().casefold(): many for term, many in found.items() if many}


def terms_not_used(entry: polib.POEntry, words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The glossary's terms that the English has and for which the translation has none of their words."""
    source = f"{entry.msgid} {entry.msgid_plural or ''}".casefold()
    shown = " ".join(forms_of(entry)).casefold().replace("\u200b", "")
    for term, many in words.items():
        is_named = re.search(rf"\b{re.escape(term)}s?\b", source)
        if is_named and not any(word.replace("\u200b", "") in shown for word in many):
            yield term
