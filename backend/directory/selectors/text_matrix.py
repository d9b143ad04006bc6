"""The texts of an event as one matrix, which a process keeps for as long as the database holds the same.

It tells nothing of who may see whom: whoever compares a search with it asks the contact policy, each time.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from backend.core.compiled import CompiledRows
from backend.directory.models import SearchText
from backend.suggestions.engine.texts import FIELDS, SENT_VECTOR, TextVectors, vectors_sent

MOST_EVENTS = 2  # kept in a process: 46 MB for 10,000 people of three texts
KEPT_SECONDS = 600.0  # so that what was taken back or erased is not held for longer
ROWS_AT_ONCE = 4_000


@dataclass(frozen=True, slots=True)
class TextMatrix:
    """One row for each text in the order of its number: of whom it is, which field, and its unit vector.

    `newest`: the last number of the event when they were read, at `read_at` of the process's clock.
    """

    newest: int
    read_at: float
    numbers: npt.NDArray[np.int64]
    attendees: npt.NDArray[np.int64]
    fields: npt.NDArray[np.int8]  # places in FIELDS
    vectors: TextVectors


def text_matrix(event_id: int, model: str) -> TextMatrix:
    """All texts of the event that were read with this model; one query where none is new.

    Removed ones may still be among them for ten minutes: what is found must be looked for in the database.
    """
    newest = _newest.first(event=event_id) or 0
    kept = _kept.get((event_id, model))
    if kept is None or kept.newest != newest or monotonic() - kept.read_at > KEPT_SECONDS:
        kept = _read(event_id, model, newest)
    with _keeping:
        _kept[event_id, model] = kept
        _kept.move_to_end((event_id, model))
        while len(_kept) > MOST_EVENTS:
            _kept.popitem(last=False)
    return kept


def _newest_of(event: int) -> QuerySet[SearchText, int]:
    """A text is never changed: its row is removed and another written."""
    rows = SearchText.objects.filter(event=event).order_by("event_id", "-pk")
    return rows.values_list("pk", flat=True)[:1]


_newest = CompiledRows(_newest_of, event=-1)
_keeping = Lock()
_kept: OrderedDict[tuple[int, str], TextMatrix] = OrderedDict()


def _read(event_id: int, model: str, newest: int) -> TextMatrix:
    rows = SearchText.objects.filter(event=event_id, model=model).order_by("pk")
    numbers: list[int] = []
    attendees: list[int] = []
    fields: list[int] = []
    parts: list[TextVectors] = []
    last = 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "attendee_id", "field", SENT_VECTOR)[:ROWS_AT_ONCE]):
        numbers += (row[0] for row in batch)
        attendees += (row[1] for row in batch)
        fields += (FIELDS.index(row[2]) for row in batch)
        parts.append(vectors_sent([row[3] for row in batch]))
        last = numbers[-1]
    return TextMatrix(
        newest,
        monotonic(),
        np.array(numbers, np.int64),
        np.array(attendees, np.int64),
        np.array(fields, np.int8),
        np.concatenate(parts) if parts else np.zeros((0, 1), np.float32),
    )
