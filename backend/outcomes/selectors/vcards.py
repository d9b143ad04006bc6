"""Connections as vCards (RFC 2426, version 3.0), which every phone's address book reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from icalendar import Component, vText, vUri

from backend.core.spreadsheets import printable_text

# What readers take for the end of a value also inside an address (RFC 3986 lets it be written so).
IN_ADDRESSES = str.maketrans({",": "%2C", ";": "%3B", "\\": "%5C"})


class Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def organisation(self) -> str: ...


class Reached(Protocol):
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def link(self) -> str: ...


class Card(Protocol):
    """What a card is made of."""

    @property
    def other(self) -> Named: ...
    @property
    def theirs(self) -> Reached: ...
    @property
    def event_name(self) -> str: ...


class VCard(Component):
    name = "VCARD"


def vcards(rows: Iterable[Card]) -> bytes:
    """The cards one after the other, in their order."""
    return b"".join(_vcard(row).to_ical(sorted=False) for row in rows)


def _vcard(row: Card) -> VCard:
    """One card. Escaping and folding are icalendar's; no text can add a line of its own."""
    card, other = VCard(), row.other
    card.add("version", vText("3.0"))
    card.add("fn", _text(other.name))
    # Which part of a name is whose family's is not known: all of it is what the person is called.
    card.add("n", vUri(f";{_text(other.name).to_ical().decode()};;;"))
    for name, value in (("org", other.organisation), ("title", other.title)):
        if value:
            card.add(name, _text(value))
    if row.theirs.email:
        card.add("email", _text(row.theirs.email, TYPE="INTERNET"))
    if row.theirs.phone:
        card.add("tel", _text(row.theirs.phone, TYPE="VOICE"))
    if row.theirs.link:
        card.add("url", vUri(row.theirs.link.translate(IN_ADDRESSES)))
    card.add("note", _text(row.event_name))
    return card


def _text(value: str, **parameters: str) -> vText:
    return vText(printable_text(value), params=parameters)
