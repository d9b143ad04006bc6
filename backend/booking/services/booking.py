"""Booking a slot and a table. Constraints decide; what they refuse becomes a named refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import psycopg
from django.db import Error, IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import MAX_ALTERNATIVES
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.meetings import present_ids, seated_ids
from backend.booking.selectors.tables import free_tables, slots_with_table, suitable_tables
from backend.booking.services.locks import lock_requests
from backend.core.errors import BusinessError
from backend.events.models.agenda import Slot, Table

SEAT_CONSTRAINT = "seat_one_per_attendee_at_a_time"
TABLE_CONSTRAINT = "meeting_one_per_table_at_a_time"


class SlotTaken(BusinessError):
    """A slot is not free for both (any more); `details["alternatives"]` are the next that are."""

    code = "slot_taken"


class NoTableFree(BusinessError):
    """Both are free, and no suitable table is; alternatives as in SlotTaken."""

    code = "no_table_free"


def alternatives_for(meeting: Meeting, now: dt.datetime) -> list[dict[str, object]]:
    """The next slots in which both are free and a table is, as refusals give them."""
    if len(seated := seated_ids(meeting.pk)) != 2:  # an office hour stays where it is
        return []
    first, second = seated
    free = slots_with_table(meeting, common_slots(first, [second], after=now)[second])
    return slot_details(free[:MAX_ALTERNATIVES])


def slot_details(slots: Iterable[Slot]) -> list[dict[str, object]]:
    """Slots as a refusal's details give them: plain values, times in ISO 8601."""
    return [
        {"slot": slot.pk, "starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
        for slot in slots
    ]


def slot_taken(meeting: Meeting, now: dt.datetime) -> SlotTaken:
    return SlotTaken(
        _("This time is no longer free for you both. Please choose another one."),
        alternatives=alternatives_for(meeting, now),
    )


def no_table_free(meeting: Meeting, now: dt.datetime) -> NoTableFree:
    is_taken = Table.objects.filter(suitable_tables(meeting)).exists()
    return NoTableFree(
        _("You are both free, but every table is taken at that time. Please choose another one.")
        if is_taken
        else _("The forum no longer has the kind of place that was asked for. Please ask its organisers."),
        alternatives=alternatives_for(meeting, now),
    )


def book_meeting(*, meeting: Meeting, slot: Slot, preferred: Table | None = None, now: dt.datetime) -> None:
    """Accept the meeting: all seats get the slot, the meeting the preferred table or the first free one.

    Refuses SlotTaken and NoTableFree; either rolls back the caller's transaction.
    """
    period = DateTimeTZRange(slot.starts_at, slot.ends_at)
    present = present_ids(meeting.pk)
    lock_requests(present, now)  # which lose the slot: before the table, as everybody does
    try:
        with transaction.atomic():
            for seat in Seat.objects.filter(meeting=meeting, attendee__in=present).order_by("attendee_id"):
                seat.period, seat.is_active, seat.here_at = period, True, None
                seat.save(update_fields=["period", "is_active", "here_at"])
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT):
            raise
        raise slot_taken(meeting, now) from error
    CounterOffer.objects.overtake(meeting)
    if meeting.kind == Meeting.Kind.ONE_TO_ONE:
        WaitingListEntry.objects.end_between(seated_ids(meeting.pk))
    meeting.state, meeting.slot, meeting.period = Meeting.State.ACCEPTED, slot, period
    meeting.table_freed_at = None
    meeting.answered_at = meeting.changed_at = now
    for table in sorted(free_tables(meeting, slot), key=lambda table: table != preferred):
        if book_table(meeting, table):
            return
    raise no_table_free(meeting, now)


def book_table(meeting: Meeting, table: Table) -> bool:
    """Save the meeting at this table; False where the table is taken or unsuitable by now."""
    meeting.table = table
    try:
        with transaction.atomic():
            if not lock_table(meeting, table):
                return False
            fields = ["state", "slot", "period", "table", "table_freed_at", "answered_at", "changed_at"]
            meeting.save(update_fields=fields)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, TABLE_CONSTRAINT):
            raise
        return False
    return True


def lock_table(meeting: Meeting, table: Table) -> bool:
    """Lock the table, within a savepoint that releases it; False where organisers made it unsuitable by now.

    The lock serialises two bookings of one table: at the same moment in an exclusion constraint they would
    deadlock. Online rooms are not locked.
    """
    suitable = Table.objects.filter(suitable_tables(meeting), pk=table.pk)
    return table.is_online or bool(list(suitable.select_for_update(no_key=True)))


def violates(error: Error, *constraints: str) -> bool:
    """Whether the database refused because of one of these exclusion constraints."""
    cause = error.__cause__
    if isinstance(cause, psycopg.errors.DeadlockDetected):
        return True
    return isinstance(cause, psycopg.errors.ExclusionViolation) and cause.diag.constraint_name in constraints
