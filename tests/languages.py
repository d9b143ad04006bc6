"""Languages of tests: every text is the English between marks, which tell by whom it is read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from typing import Any

import polib
from django.test import override_settings

from backend.config.catalogue import catalogue_of
from backend.config.languages import ROOT
from backend.config.management.commands.make_messages import FOLDERS
from backend.config.message_checks import attendees_part, key_of

ENGLISH_FORMS = "nplurals=2; plural=(n != 1);"
ATTENDEES, ORGANISERS = ("⟦", "⟧"), ("⟪", "⟫")
SEVERAL = re.compile(r"\w[\w ]*(,\w[\w ]*)+")
OTHER = ("«", "»")  # of a second language, everything
MARKED, SECOND = "tet", "lo"  # of which Django has no texts


@cache
def _template() -> polib.POFile:
    return polib.pofile(catalogue_of(ROOT, FOLDERS))


def marked(text: str, marks: tuple[str, str] = ATTENDEES) -> str:
    """The text between marks, which stand inside its outer spaces."""
    if SEVERAL.fullmatch(text):  # of `yesno`
        return ",".join(f"{marks[0]}{word}{marks[1]}" for word in text.split(","))
    words = text.strip()
    return text.replace(words, f"{marks[0]}{words}{marks[1]}", 1) if words else text


def write_marked(locale: Path, language: str, *, marks: tuple[str, str] | None = None) -> None:
    """A compiled catalogue of this language: attendees' texts between ⟦ and ⟧, organisers' between ⟪ and ⟫.

    With `marks`, all texts are between these.
    """
    folder = locale / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    attendees, catalogue = attendees_part(_template()), polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": ENGLISH_FORMS}
    for entry in _template():
        own = marks or (ATTENDEES if key_of(entry) in attendees else ORGANISERS)
        forms = (entry.msgid, entry.msgid_plural)
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgctxt=entry.msgctxt,
                msgid_plural=entry.msgid_plural,
                msgstr="" if entry.msgid_plural else marked(entry.msgid, own),
                msgstr_plural=(
                    {form: marked(text, own) for form, text in enumerate(forms)} if entry.msgid_plural else {}
                ),
            )
        )
    (folder / "django.mo").write_bytes(catalogue.to_binary())


@contextmanager
def languages_offered(locale: Path, **names: str) -> Iterator[None]:
    """Pages are offered in English and in these languages, with the catalogues of this folder."""
    offered: list[Any] = [("en", "English"), *((code.replace("_", "-"), name) for code, name in names.items())]
    _forget_words()
    try:
        with override_settings(LANGUAGES=offered, LOCALE_PATHS=[locale]):
            yield
    finally:
        _forget_words()


def _forget_words() -> None:
    """Clear the caches of pages and of the event's rules, which keep words of the languages before."""
    for name in [name for name in sys.modules if name.startswith(("frontend.", "backend.events.rules."))]:
        for value in vars(sys.modules[name]).values():
            if isinstance(value, _lru_cache_wrapper):
                value.cache_clear()
