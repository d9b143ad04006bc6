"""Tell the waiting lists that a time may have fallen free."""

from __future__ import annotations

from collections.abc import Collection

from backend.booking.models.waiting_list import WaitingListEntry
from backend.core.queue import CLOCK, enqueue

OFFER_FREED_TIMES = "booking.offer_freed_times"


def announce_freed_times(event_id: int, attendee_ids: Collection[int] = ()) -> None:
    """Have a job offer what falls free for these attendees, or for all of the event, to whoever waits.

    Queued in the transaction that frees the time, which holds other locks than the offer needs; where
    nobody waits there is none. A job lost is made good by the one that runs every minute.
    """
    waiting = WaitingListEntry.objects.waiting().filter(event=event_id)
    if not attendee_ids:
        if waiting.exists():
            _queue(event_id, 0)
        return
    for attendee_id in sorted(set(attendee_ids)):
        if waiting.touching([attendee_id]).exists():
            _queue(event_id, attendee_id)


def _queue(event_id: int, attendee_id: int) -> None:
    enqueue(OFFER_FREED_TIMES, lock=f"waiting-list:{event_id}", queue=CLOCK, event_id=event_id, attendee_id=attendee_id)
