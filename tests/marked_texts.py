"""Finds what a page or mail says outside its catalogue, where every text of it stands between marks."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser

from django.apps import apps
from django.conf import settings
from django.db import models

from backend.core.zones import zone_cities, zone_place
from backend.events.rules.countries import country_in, country_names
from frontend.people.words import initials
from tests.languages import ATTENDEES, ORGANISERS

OPENS, CLOSES = ATTENDEES[0] + ORGANISERS[0], ATTENDEES[1] + ORGANISERS[1]
SHOWN = ("alt", "aria-label", "label", "placeholder", "title")  # attributes that are read out or seen
UNSEEN = {"script", "style", "template", "code", "pre"}
BLOCKS = {"p", "li", "td", "th", "h1", "h2", "h3", "dt", "dd", "option", "button", "summary", "label", "legend"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names and signs that are the same in every language.
SAME = re.compile(
    r"Titian|\bUTC\b|Z[a-z]+\d+x\dZ|https?://\S+|\S+@\S+|[\w.-]+\.(?:csv|xlsx|json|ics|vcf|graphml|pdf)\b|UTC[+-]\d\d:\d\d|\bT\d\b"
    r"|\b(?:CSV|XLSX|PDF|JSON|API|GraphML|ID|TB|MB|KB|QR)\b"
)


class Shown(HTMLParser):
    """The texts of a document as (text, whether it is an attribute), block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.unseen = 0
        self.foreign: list[str] = []  # elements whose language is named: a person's words, or English beneath

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in UNSEEN:
            self.unseen += 1
        if tag in BLOCKS:
            self._end_block()
        if self.foreign or (tag != "html" and "lang" in named and tag not in ("br", "input", "img")):
            self.foreign.append(tag)
        if not self.unseen and not self.foreign:
            self.texts += [text for name in SHOWN if (text := named.get(name))]
            if tag == "input" and named.get("type") in ("submit", "button"):
                self.texts.append(named.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        if self.foreign and tag in self.foreign:
            while self.foreign.pop() != tag:
                pass
        if tag in BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if not self.unseen and not self.foreign:
            self.parts.append(data)

    def _end_block(self) -> None:
        self.texts.append("".join(self.parts))
        self.parts = []


def shown_texts(html: str) -> list[str]:
    parser = Shown()
    parser.feed(html)
    parser.close()
    parser._end_block()
    return [text for text in parser.texts if text.strip()]


def outside_marks(text: str) -> str:
    """What of the text is within no marks; marks may stand within marks."""
    depth, found = 0, []
    for letter in text:
        if letter in OPENS:
            depth += 1
            found.append(" ")
        elif letter in CLOSES:
            depth = max(0, depth - 1)
        elif not depth:
            found.append(letter)
    return "".join(found)


def own_words() -> list[str]:
    """Every text in the database, the longest first: names, topics, organisations, what people wrote."""
    found: set[str] = set()
    for model in apps.get_models():
        if not model._meta.managed or model._meta.app_label in ("procrastinate", "sessions", "pghistory"):
            continue
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField)) and not field.choices
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            found |= {str(value) for value in row if value}
        if any(field.attname == "names" for field in model._meta.concrete_fields):
            for by_language in model._default_manager.values_list("names", flat=True):
                found |= set(by_language.values())
    found |= {zone_place(zone) for zone in zone_cities()}
    for language, own_name in settings.LANGUAGES:
        found |= {own_name, *(country_in(name, language) for name in country_names())}
    return sorted(found, key=len, reverse=True)


class OwnWords:
    """Takes out of a text what is no text of the catalogue: names, and what people wrote."""

    def __init__(self) -> None:
        self.first: dict[str, list[str]] = defaultdict(list)  # by their first letter, the longest first
        names = own_words()
        for word in (*names, *map(initials, names)):
            if len(word) > 1:
                self.first[word[0]].append(word)

    def unmarked(self, text: str) -> str:
        """What the text says outside the catalogue; empty where all is within marks."""
        rest = SAME.sub(" ", outside_marks(text))
        if not LETTERS.search(rest):
            return ""
        found, place = [], 0
        while place < len(rest):
            is_begin = place == 0 or not rest[place - 1].isalnum()
            words = self.first.get(rest[place], ()) if is_begin else ()
            own = next((word for word in words if rest.startswith(word, place)), "")
            ends = place + len(own)
            if own and (ends == len(rest) or not (rest[ends].isalnum() and own[-1].isalnum())):
                place = ends
            else:
                found.append(rest[place])
                place += 1
        said = " ".join("".join(found).split())
        return said if LETTERS.search(said) else ""
