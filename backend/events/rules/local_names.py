"""What the themes, topics and sectors of an event are called in the language being read."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.db.models import QuerySet

from backend.core.compiled import CompiledRows
from backend.core.local_names import local_name
from backend.events.models.attendees import Sector
from backend.events.models.events import Theme, Topic


def local_names_in(kind: type[Theme | Topic | Sector], event_id: int) -> dict[str, str]:
    """The names of the event's themes, topics or sectors by key, in the language being read."""
    rows = _rows_of_names(kind).fetch(event=event_id)
    return {key: local_name(name, names) for key, name, names in rows}


def _names_of(kind: type[Theme | Topic | Sector], *, event: int) -> QuerySet[Any, tuple[str, str, Any]]:
    return kind.objects.filter(event=event).order_by("position", "pk").values_list("key", "name", "names")


@cache
def _rows_of_names(kind: type[Theme | Topic | Sector]) -> CompiledRows[tuple[str, str, Any]]:
    return CompiledRows(partial(_names_of, kind), event=-1)
