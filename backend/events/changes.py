"""How the features above learn that attendees changed: a named job, in the transaction of the change."""

from __future__ import annotations

from backend.core.queue import URGENT, enqueue

ATTENDEES_CHANGED = "events.attendees_changed"


def announce_changes(event_id: int) -> None:
    """Say that attendees of this event changed; many changes before the job starts make one job.

    Who changed is not said: whoever listens compares versions (`Attendee.changed_at`), so a lost or
    doubled announcement does no harm.
    """
    enqueue(
        ATTENDEES_CHANGED,
        lock=f"matching:{event_id}",
        once=f"{ATTENDEES_CHANGED}:{event_id}",
        priority=URGENT,  # somebody looks at a page and waits; a build of every list can wait for it
        event_id=event_id,
    )
