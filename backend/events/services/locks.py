"""Row locks, and the one order in which every transaction takes them, so that no two wait for each other.

1. advisory locks of an event (`import:`, `matching:`), taken before the transaction
2. the event, where something of it is counted or checked as a whole
3. organisations by name and people by address, where they are created; people by id, where they are changed
4. attendees by id: whoever changes somebody's profile, permission, slots, sessions, requests or meetings
5. open requests by id
6. tables and slots
7. agreed meetings by id
8. what belongs to a locked row: interests, seats, times, plans' and reports' own rows, notices
9. the queue: a job of which one waits at most is held until the transaction that queued it ends

A transaction may leave steps out, and never goes back. Locks are `FOR NO KEY UPDATE`: a row that merely
refers to a locked one is written without waiting. A transaction that changes many rows changes some hundreds
and ends; the rest is for the next. What breaks the order all the same, `core.transactions` begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


def import_lock(event_id: int) -> str:
    """The name of the lock held by whatever imports a list of people into this event."""
    return f"import:{event_id}"


def lock_event(event_id: int) -> None:
    """Lock the event's row until the transaction ends; whoever refers to the event does not wait."""
    Event.objects.select_for_update(no_key=True).only("pk").get(pk=event_id)


def lock_attendees(ids: Iterable[int]) -> None:
    """Lock the rows of these attendees until the transaction ends, in id order."""
    lock_rows(Attendee.objects.filter(pk__in=set(ids)))


def lock_rows(attendees: QuerySet[Attendee]) -> list[int]:
    """Lock these attendees until the transaction ends, in id order; gives their ids."""
    rows = attendees.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(rows.values_list("pk", flat=True))
