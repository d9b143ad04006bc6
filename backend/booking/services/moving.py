"""An agreed meeting gets another time or table: by an organiser's hand, or because its own was closed."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import MAX_ALTERNATIVES, TooLate, check_cancellable
from backend.booking.selectors.availability import times_of_two
from backend.booking.selectors.meetings import present_ids, seated_ids
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import NoTableFree, SlotTaken, book_meeting, slot_details
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_meeting
from backend.booking.services.notices import notify
from backend.booking.services.requests import release_requests
from backend.core.errors import NotFound
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.people.models import Person


@in_transaction
def move_meeting(
    *, event: Event, meeting_id: int, slot_id: int, table_id: int | None = None, by: Person, now: dt.datetime
) -> Meeting:
    """As an organiser, give an agreed meeting another time both have, or another table; both get a notice.

    Without a table it keeps its own, or gets the first that is free then. Either can cancel. The same time
    and table again change nothing. Refuses OrganisersOnly, NotFound, AlreadyAnswered, TooLate (it has begun),
    SlotTaken and NoTableFree.
    """
    check_organiser(by, event, Activity.EDIT)
    if not Meeting.objects.one_to_one().filter(event=event, pk=meeting_id).exists():
        raise NotFound(_("There is no such meeting at this forum."))
    meeting = lock_meeting(meeting_id)
    check_cancellable(meeting, now)
    if meeting.period.lower <= now:
        raise TooLate(_("This meeting has begun, so it stays where it is."))
    first, second = seated_ids(meeting.pk)
    free = {slot.pk: slot for slot in times_of_two((first, second), now)}
    slot = meeting.slot if slot_id == meeting.slot_id else free.get(slot_id)
    if slot is None:
        raise SlotTaken(
            _("The two are not both free at this time. Please choose another one."),
            alternatives=slot_details(list(free.values())[:MAX_ALTERNATIVES]),
        )
    table = meeting.table
    if table_id is not None and table_id != meeting.table_id:
        table = next((one for one in free_tables(meeting, slot) if one.pk == table_id), None)
        if table is None:
            raise NoTableFree(
                _("This table is taken at that time, or it is not of the kind the two need."), alternatives=[]
            )
    if (slot, table) != (meeting.slot, meeting.table):
        rebook(meeting, slot, table, now)
    return meeting


def rebook(meeting: Meeting, slot: Slot, table: Table | None, now: dt.datetime, **facts: int | str | list[str]) -> None:
    """Give a locked meeting this slot and the table, or another that is free, and notify both of these facts.

    Refuses SlotTaken and NoTableFree; either rolls back the caller's transaction.
    """
    answered_at = meeting.answered_at
    Seat.objects.filter(meeting=meeting).update(is_active=False)
    book_meeting(meeting=meeting, slot=slot, preferred=table, now=now)
    meeting.answered_at, meeting.ended_by, meeting.reason = answered_at, None, ""
    meeting.save_revision("answered_at", "ended_by", "reason", now=now)
    both = present_ids(meeting.pk)
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.MOVED, to=both, now=now, **facts)
    announce_freed_times(meeting.event_id, both)
