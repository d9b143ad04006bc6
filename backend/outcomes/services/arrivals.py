"""Who is at the table already, and whose table others can have, as neither of the two came."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import Exists, OuterRef

from backend.booking.models.meetings import Meeting, MeetingQuerySet, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import ABSENT_AFTER, check_arrival
from backend.booking.selectors.meetings import seated_ids
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import book_table
from backend.booking.services.locks import lock_meeting, lock_own_meeting
from backend.booking.services.notices import notify
from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.people.models import Person


@in_transaction
def arrive(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say that one is at the table; the other sees it. Again it changes nothing.

    Two whose table was given free get it back, or another that is free; with none, nothing but the word is
    stored. From a quarter of an hour before the meeting until its end. Refuses NotYours, NotFound,
    AlreadyAnswered, TooEarly and TooLate.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    store_arrival(meeting, attendee, now)
    if meeting.table_freed_at is not None:
        _find_table(meeting, now)
    return meeting


def store_arrival(meeting: Meeting, attendee: Attendee, now: dt.datetime) -> None:
    """Store that the attendee is at a locked meeting of theirs; refuses AlreadyAnswered, TooEarly and TooLate."""
    check_arrival(meeting, now)
    Seat.objects.filter(meeting=meeting, attendee=attendee, is_active=True, here_at=None).update(here_at=now)


def free_absent_tables(*, now: dt.datetime) -> int:
    """Give the tables free of meetings to which nobody has come; returns their number. For a job.

    From a quarter of an hour after the start on, where neither has said to be there, and only where the forum
    says so: in at least half of the meetings at that time somebody has. The two are told, and still meet.
    """
    return sum(for_each("outcomes.free_absent_tables", _absent(now), lambda pk: _free_table(pk, now)))


def _absent(now: dt.datetime) -> list[int]:
    """The meetings (ids) at a table to which nobody has come, where most say that they are there."""
    running = _at_tables(now).annotate(is_here=_is_here())
    found = list(running.order_by("pk").values_list("pk", "slot", "is_here", "table_freed_at"))
    at_all = Counter(slot for _pk, slot, _is_here, _freed_at in found)
    here = Counter(slot for _pk, slot, is_here, _freed_at in found if is_here)
    return [
        pk
        for pk, slot, is_here, freed_at in found
        if not is_here and freed_at is None and 2 * here[slot] >= at_all[slot]
    ]


def _at_tables(now: dt.datetime) -> MeetingQuerySet:
    """Agreed meetings at tables that began a while ago and are not over."""
    return Meeting.objects.one_to_one().filter(
        state=Meeting.State.ACCEPTED,
        is_online=False,
        period__startswith__lte=now - ABSENT_AFTER,
        period__endswith__gt=now,
    )


def _is_here() -> Exists:
    return Exists(Seat.objects.filter(meeting=OuterRef("pk"), here_at__isnull=False))


@in_transaction
def _free_table(meeting_id: int, now: dt.datetime) -> bool:
    lock_meeting(meeting_id)
    absent = _at_tables(now).filter(~_is_here(), pk=meeting_id, table_freed_at=None)
    if (meeting := absent.first()) is None:
        return False
    meeting.table_freed_at = now
    meeting.save(update_fields=["table_freed_at"])
    notify(meeting, Notice.Kind.TABLE_FREED, to=seated_ids(meeting.pk), now=now)
    return True


def _find_table(meeting: Meeting, now: dt.datetime) -> None:
    """Give a locked meeting its own table back, or another that is free; both are told of another."""
    slot, own, freed_at = meeting.slot, meeting.table, meeting.table_freed_at
    if slot is None:
        return
    meeting.table_freed_at = None
    for table in sorted(free_tables(meeting, slot), key=lambda table: table != own):
        if book_table(meeting, table):
            if table != own:
                meeting.save_revision(now=now)
                notify(meeting, Notice.Kind.MOVED, to=seated_ids(meeting.pk), now=now, new_table=1)
            return
    meeting.table, meeting.table_freed_at = own, freed_at
