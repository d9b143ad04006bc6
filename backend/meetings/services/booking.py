"""Taking a time and a table. The database judges: what it refuses becomes a named refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import psycopg
from django.db import Error, IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from backend.core.errors import BusinessError
from backend.events.models import Slot, Table
from backend.meetings.models import Meeting, Seat
from backend.meetings.rules import ALTERNATIVES, common_slots, free_tables, tables_for, with_table
from backend.meetings.services.locking import seated_in

SEAT_CONSTRAINT = "seat_one_per_attendee_at_a_time"
TABLE_CONSTRAINT = "meeting_one_per_table_at_a_time"


class SlotTaken(BusinessError):
    """A time is not free for both (any more); `details["alternatives"]` are the next that are."""

    code = "slot_taken"


class NoTableFree(BusinessError):
    """Both are free, and no table of the right kind is; alternatives as in SlotTaken."""

    code = "no_table_free"


def alternatives_for(meeting: Meeting, now: dt.datetime) -> list[dict[str, object]]:
    """The next slots in which both are free and a table is, as refusals give them."""
    first, second = seated_in(meeting.pk)
    free = with_table(meeting, common_slots(first, [second], after=now)[second])
    return slots_said(free[:ALTERNATIVES])


def slots_said(slots: Iterable[Slot]) -> list[dict[str, object]]:
    """Slots as a refusal's details give them: plain values, times in ISO 8601."""
    return [
        {"slot": slot.pk, "starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
        for slot in slots
    ]


def slot_taken(meeting: Meeting, now: dt.datetime) -> SlotTaken:
    return SlotTaken(
        "This time is no longer free for you both. Please choose another one.",
        alternatives=alternatives_for(meeting, now),
    )


def take_place(*, meeting: Meeting, slot: Slot, now: dt.datetime, first: Table | None = None) -> None:
    """Seat both in the slot and give them the first free table (`first`, if free); it is accepted then.

    Refuses SlotTaken and NoTableFree; the caller's transaction is rolled back by either.
    """
    period = DateTimeTZRange(slot.starts_at, slot.ends_at)
    try:
        with transaction.atomic():
            for seat in Seat.objects.filter(meeting=meeting).order_by("attendee_id"):
                seat.period, seat.is_active = period, True
                seat.save(update_fields=["period", "is_active"])
    except (IntegrityError, OperationalError) as error:
        if not _collides(error, SEAT_CONSTRAINT):
            raise
        raise slot_taken(meeting, now) from error
    meeting.state, meeting.slot, meeting.period = Meeting.State.ACCEPTED, slot, period
    meeting.answered_at = meeting.changed_at = now
    for table in sorted(free_tables(meeting, slot), key=lambda table: table != first):
        if _take_table(meeting, table):
            return
    is_taken = Table.objects.filter(tables_for(meeting)).exists()
    raise NoTableFree(
        "You are both free, but every table is taken at that time. Please choose another one."
        if is_taken
        else "The forum no longer has the kind of place that was asked for. Please ask its organisers.",
        alternatives=alternatives_for(meeting, now),
    )


def _take_table(meeting: Meeting, table: Table) -> bool:
    """Save the meeting at this table; False where another one was quicker, or the organisers were.

    The lock makes the quicker one be waited for: two that meet in an exclusion constraint at the same moment
    would be told of a deadlock, a second later. It is let go with the savepoint. What the table was when it
    was chosen, it need not be any more once the lock is had.
    """
    meeting.table = table
    try:
        with transaction.atomic():
            if not table.is_online:
                fitting = Table.objects.filter(tables_for(meeting), pk=table.pk)
                if not list(fitting.select_for_update(no_key=True)):
                    return False
            meeting.save(update_fields=["state", "slot", "period", "table", "answered_at", "changed_at"])
    except (IntegrityError, OperationalError) as error:
        if not _collides(error, TABLE_CONSTRAINT):
            raise
        return False
    return True


def _collides(error: Error, constraint: str) -> bool:
    """Whether the database refused because of this exclusion constraint."""
    cause = error.__cause__
    if isinstance(cause, psycopg.errors.DeadlockDetected):
        return True
    return isinstance(cause, psycopg.errors.ExclusionViolation) and cause.diag.constraint_name == constraint
