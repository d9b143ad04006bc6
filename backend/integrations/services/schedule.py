"""Which sources are read when: each in a job of its own."""

from __future__ import annotations

import datetime as dt

from django.utils import translation

from backend.core.errors import BusinessError
from backend.core.queue import LONG, enqueue
from backend.events.rules.states import is_over
from backend.integrations.models import Source
from backend.integrations.services.syncing import sync_source
from backend.people.rules import event_language

READ_SOURCE = "integrations.read_source"
NIGHT = 3  # the hour, in the event's zone, in which sources are read every night


def queue_due_sources(*, now: dt.datetime) -> int:
    """Have every source read that is due in this hour; gives their number.

    Not one that no organiser has read yet, nor of a rehearsal or a forum that is over.
    """
    scheduled = Source.objects.exclude(schedule=Source.Schedule.OFF).exclude(ran_at=None)
    rows = scheduled.filter(event__rehearsal_of=None).select_related("event").order_by("pk")
    due = [one for one in rows if is_due(one, now) and not is_over(one.event, now)]
    for one in due:
        lock = f"source:{one.pk}"
        enqueue(READ_SOURCE, lock=lock, once=lock, queue=LONG, in_turns=True, source_id=one.pk)
    return len(due)


def is_due(source: Source, now: dt.datetime) -> bool:
    """Whether the source's schedule names this hour."""
    if source.schedule == Source.Schedule.NIGHTLY:
        return now.astimezone(source.event.zone).hour == NIGHT
    return source.schedule == Source.Schedule.HOURLY


def read_due_source(*, source_id: int, now: dt.datetime) -> None:
    """Read a source that is due; what was refused is kept in it, and anything else is the job's failure."""
    source = Source.objects.select_related("event").filter(pk=source_id).first()
    if source is None:
        return
    with translation.override(event_language(source.event)):
        try:
            sync_source(source=source, now=now)
        except BusinessError:
            return
