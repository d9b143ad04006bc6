"""What a forum and its themes, topics, sectors and sessions are called, and mails say, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.events.models.events import Event
from backend.invitations.rules import LETTER_LIMIT
from backend.invitations.selectors import rules_for
from backend.mails.rules import OPENING_LIMIT, SIGNATURE_LIMIT
from backend.mails.selectors import mail_texts_for

TRANSLATIONS = "translations"
MAIL_TEXTS = ("opening", "signature")
INVITATION_TEXTS = ("subject", "text", "reminder_subject", "reminder_text")
# Of texts of several lines.
LIMITS = {
    "opening": OPENING_LIMIT, "signature": SIGNATURE_LIMIT,
    "text": LETTER_LIMIT, "reminder_text": LETTER_LIMIT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of a row: in `field` as it was written first, and in `column` by language.

    Where `column` has texts of several fields, it has them by field first.
    """

    kind: str
    row: Any
    field: str
    column: str = "names"

    @property
    def by_language(self) -> dict[str, str]:
        found: dict[str, Any] = getattr(self.row, self.column)
        return found.get(self.field, {}) if self.column == TRANSLATIONS else found

    def set(self, language: str, text: str) -> None:
        """Give the row, which is not saved, this text; empty, none in this language."""
        texts = {key: one for key, one in (self.by_language | {language: text}).items() if one}
        if self.column == TRANSLATIONS:
            texts = getattr(self.row, self.column) | {self.field: texts}
        setattr(self.row, self.column, texts)


@dataclass(frozen=True, slots=True)
class NamedRow:
    """Something of a forum that has a name: what it is, its own name, and the local one, if any.

    `most`: characters.
    """

    kind: str
    row_id: int
    own: str
    local: str
    most: int
    has_lines: bool = False


def own_texts(event: Event) -> Iterator[OwnText]:
    """The names of the forum and its themes, topics, sectors and sessions, each in its order; what topics are
    about, and what organisers wrote for mails."""
    topics = list(event.topics.order_by("theme__position", "position", "pk"))
    yield OwnText("event", event, "name")
    yield from (OwnText("theme", row, "name") for row in event.themes.order_by("position", "pk"))
    yield from (OwnText("topic", row, "name") for row in topics)
    yield from (OwnText("about", row, "description", "descriptions") for row in topics if row.description)
    yield from (OwnText("sector", row, "name") for row in event.sectors.all())
    yield from (OwnText("session", row, "title") for row in event.sessions.all())
    for row, fields in ((mail_texts_for(event), MAIL_TEXTS), (rules_for(event), INVITATION_TEXTS)):
        yield from (OwnText(kind, row, kind, TRANSLATIONS) for kind in fields if getattr(row, kind))


def named_rows_for(event: Event, language: str) -> tuple[NamedRow, ...]:
    """What the forum says in its own words, with each in this language; six queries."""
    return tuple(
        NamedRow(
            one.kind,
            one.row.pk,
            getattr(one.row, one.field),
            one.by_language.get(language, ""),
            LIMITS.get(one.kind) or one.row._meta.get_field(one.field).max_length,
            has_lines=one.kind in LIMITS,
        )
        for one in own_texts(event)
    )
