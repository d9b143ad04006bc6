"""Announce changes to later features: a named job, queued in the transaction of the change."""

from __future__ import annotations

import datetime as dt

from backend.core.queue import SMALL_WORK, URGENT, WORK, enqueue
from backend.events.models.attendees import Attendee

ATTENDEES_CHANGED = "events.attendees_changed"
FORUM_OPENED = "events.forum_opened"
SMALL_FORUM = 400  # people, whose lists take seconds and 100 MB


def matching_lock(event_id: int) -> str:
    """The name of the lock held by whatever matches the people of this event."""
    return f"matching:{event_id}"


def matching_queue(event_id: int) -> str:
    """The queue of what matches the people of this event: a worker does one job of each at a time."""
    people = Attendee.objects.filter(event=event_id).order_by()[: SMALL_FORUM + 1].count()
    return SMALL_WORK if people <= SMALL_FORUM else WORK


def queue_matching(task: str, event_id: int, *, priority: int = 0, not_before: dt.datetime | None = None) -> None:
    """Queue a job that matches the people of this event, one at a time; once, however often it is asked."""
    later = ":later" if not_before else ""
    enqueue(
        task,
        lock=f"{matching_lock(event_id)}{later}",
        once=f"{task}:{event_id}{later}",
        queue=matching_queue(event_id),
        priority=priority,
        not_before=not_before,
        event_id=event_id,
    )


def announce_changes(event_id: int, *, not_before: dt.datetime | None = None) -> None:
    """Queue the job that reads an event's changed attendees; changes before it starts share one job.

    `not_before` is for what is still being typed: that job waits, and holds no other back. The job finds who
    changed by `Attendee.changed_at`, so a lost or doubled announcement does no harm.
    """
    # A page waits for it; a rebuild of every list can wait.
    queue_matching(ATTENDEES_CHANGED, event_id, priority=URGENT, not_before=not_before)


def announce_opening(event_id: int) -> None:
    """Queue the job that gives a forum its first lists once it is open."""
    queue_matching(FORUM_OPENED, event_id)
