"""What office hours and tables of rounds share: a table, places at it, and their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

import psycopg
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import TABLE_CONSTRAINT, lock_table, violates
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.notices import notify
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee

PLACE_CONSTRAINT = "seat_one_guest_per_place"


def save_at_table(meeting: Meeting, table: Table) -> bool:
    """Save a new meeting at this table; False where it is taken or unsuitable by now."""
    meeting.pk, meeting.table = None, table
    try:
        with transaction.atomic():
            if not lock_table(meeting, table):
                return False
            meeting.save(force_insert=True)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, TABLE_CONSTRAINT):
            raise
        meeting.pk = None
        return False
    return True


def save_at_tables(meetings: Sequence[Meeting]) -> list[Meeting]:
    """Save new meetings of one time, each at its table; those whose table is free and suitable by now."""
    ids = {meeting.table_id or 0 for meeting in meetings}
    list(Table.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    free = {table for one in meetings[:1] if one.slot for table in free_tables(one, one.slot)}
    fitting = [meeting for meeting in meetings if meeting.table in free]
    try:
        with transaction.atomic():
            return Meeting.objects.bulk_create(fitting)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, TABLE_CONSTRAINT):
            raise
    return [meeting for meeting in fitting if meeting.table and save_at_table(meeting, meeting.table)]


def new_seat(
    meeting: Meeting, attendee_id: int, part: Seat.Part, place: int | None = None, *, is_active: bool = False
) -> Seat:
    """Of this attendee (id), not saved."""
    return Seat(
        event_id=meeting.event_id,
        meeting=meeting,
        kind=meeting.kind,
        attendee_id=attendee_id,
        part=part,
        place=place,
        period=meeting.period,
        is_active=is_active,
    )


def take_first_place(
    meeting: Meeting, seat: Seat, *, most: int, fits: Callable[[Collection[int]], bool] = lambda _others: True
) -> bool:
    """Save the seat, new or left before, at the first free place.

    False where none is left, or it does not fit beside the others (ids) who have one. The database lets nobody
    have a place twice: whoever comes second takes the next one.
    """
    for _attempt in range(most):
        others = Seat.objects.filter(meeting=meeting, place__isnull=False)
        taken = dict(others.order_by("place").values_list("attendee_id", "place"))
        seat.place = next((one for one in range(1, most + 1) if one not in taken.values()), None)
        if seat.place is None or not fits(taken):
            return False
        try:
            with transaction.atomic():
                _take_place(seat)
        except IntegrityError as error:
            if not _is_place_taken(error):
                raise
            continue
        return True
    return False


def _take_place(seat: Seat) -> None:
    seat.save()


def _is_place_taken(error: IntegrityError) -> bool:
    cause = error.__cause__
    return isinstance(cause, psycopg.errors.UniqueViolation) and cause.diag.constraint_name == PLACE_CONSTRAINT


def cancel_locked_group(meeting: Meeting, reason: str, now: dt.datetime, *, by: Attendee | None = None) -> None:
    """Free everybody and the table, and tell who had a place; the caller has locked the meeting."""
    seats = Seat.objects.filter(Q(place__isnull=False) | Q(is_active=True), meeting=meeting)
    readers = list(seats.values_list("attendee_id", flat=True))
    seats.update(is_active=False)
    meeting.state, meeting.ended_by, meeting.reason = Meeting.State.CANCELLED, by, reason
    meeting.save_revision("state", "ended_by", "reason", now=now)
    notify(meeting, Notice.Kind.CANCELLED, to=readers, now=now)
    announce_freed_times(meeting.event_id, readers)
