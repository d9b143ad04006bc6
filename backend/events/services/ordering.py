"""Rows that organisers put in order: themes, topics and sectors, each with a key of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.text import slugify

from backend.events.models.attendees import Sector
from backend.events.models.events import Theme, Topic


def free_key(name: str, fallback: str, taken: set[str]) -> str:
    """A key for addresses and files: from the name's Latin letters, else numbered; not one of `taken`.

    >>> free_key("Médias", "sector", {"medias"})
    'medias-2'
    """
    stem = slugify(name)[:50].strip("-") or fallback
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(key for key in candidates if key not in taken)


def next_position(rows: QuerySet[Any]) -> int:
    """The position after the last of these rows."""
    highest: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if highest is None else highest + 1


def swap(row: Theme | Topic | Sector, rows: Sequence[Theme | Topic | Sector], *, up: bool) -> None:
    """Move a row up or down by one among `rows`, in their order; the first stays first."""
    order = list(rows)
    place = order.index(row)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(order):
        return
    positions = _distinct([one.position for one in order])
    order[place], order[other] = order[other], order[place]
    for one, position in zip(order, positions, strict=True):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


def _distinct(positions: list[int]) -> list[int]:
    """The same places in order, made distinct: imports and merges may leave two rows at one.

    >>> _distinct([0, 0, 3])
    [0, 1, 3]
    """
    found: list[int] = []
    for position in positions:
        found.append(max(position, found[-1] + 1) if found else position)
    return found
