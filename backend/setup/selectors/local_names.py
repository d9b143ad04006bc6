"""What a forum and its themes, topics, sectors and sessions are called, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from backend.events.models.agenda import Session
from backend.events.models.events import Event


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


def rows_with_names(event: Event) -> Iterator[tuple[str, Any]]:
    """(kind, row) of the forum and its themes, topics, sectors and sessions, each in its order."""
    yield "event", event
    for kind, rows in (
        ("theme", event.themes.order_by("position", "pk")),
        ("topic", event.topics.order_by("theme__position", "position", "pk")),
        ("sector", event.sectors.all()),
        ("session", event.sessions.all()),
    ):
        yield from ((kind, row) for row in rows)


def named_rows_for(event: Event, language: str) -> tuple[NamedRow, ...]:
    """What the forum names, with the name of each in this language; four queries."""
    return tuple(
        NamedRow(kind, row.pk, str(row), row.names.get(language, ""), _longest(row))
        for kind, row in rows_with_names(event)
    )


def _longest(row: Model) -> int:
    field = "title" if isinstance(row, Session) else "name"
    return int(getattr(row._meta.get_field(field), "max_length", None) or 0)
