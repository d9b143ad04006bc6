"""How the features above learn that attendees changed: a named job, in the transaction of the change."""

from __future__ import annotations

from backend.core.queue import URGENT, enqueue

ATTENDEES_CHANGED = "events.attendees_changed"


def matching_lock(event_id: int) -> str:
    """The name under which whatever matches the people of this event takes turns."""
    return f"matching:{event_id}"


def announce_changes(event_id: int) -> None:
    """Say that attendees of this event changed; many changes before the job starts make one job.

    Who changed is not said: whoever listens compares versions (`Attendee.changed_at`), so a lost or
    doubled announcement does no harm.
    """
    enqueue(
        ATTENDEES_CHANGED,
        lock=matching_lock(event_id),
        once=f"{ATTENDEES_CHANGED}:{event_id}",
        priority=URGENT,  # somebody looks at a page and waits; a build of every list can wait for it
        event_id=event_id,
    )
