"""Answers to a request: accept or decline."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotYours
from backend.core.transactions import in_transaction
from backend.events.models import Attendee, Slot
from backend.meetings.models import Meeting, Notice, RequestedTime
from backend.meetings.rules import check_open_request, is_asker
from backend.meetings.selectors.availability import common_slots
from backend.meetings.selectors.meetings import other_id_in
from backend.meetings.selectors.tables import slots_with_table
from backend.meetings.services.booking import book_meeting, slot_taken
from backend.meetings.services.locks import lock_own_meeting
from backend.meetings.services.notices import notify
from backend.meetings.services.requests import close_request, release_requests
from backend.people.models import Person


class NotOffered(BusinessError):
    code = "not_offered"
    status = 400


@in_transaction
def accept_meeting(
    *, attendee: Attendee, meeting_id: int, slot_id: int | None = None, by: Person, now: dt.datetime
) -> Meeting:
    """Accept a request for one of its slots (the first that is free, where none is named).

    Both get their seats and a table, or an online room; other requests for that slot lose it, with notices.
    Accepting the same again gives the same meeting. Refuses NotYours, NotFound, AlreadyAnswered,
    RequestExpired, NotOffered, SlotTaken and NoTableFree; nothing is stored then.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours(_("Only the person you asked can accept this request."))
    if meeting.state == Meeting.State.ACCEPTED and slot_id in (None, meeting.slot_id):
        return meeting
    check_open_request(meeting, now)
    other_id = other_id_in(meeting, attendee)
    free = common_slots(attendee.pk, [other_id], after=now)[other_id]
    slot = _choose_slot(meeting, slot_id, free, now)
    both = [attendee.pk, other_id]
    book_meeting(meeting=meeting, slot=slot, now=now)
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.ACCEPTED, to=both, now=now)
    return meeting


@in_transaction
def decline_meeting(
    *, attendee: Attendee, meeting_id: int, reason: str = "", by: Person, now: dt.datetime
) -> Meeting:
    """Decline a request, with or without a reason; declining again changes nothing.

    Refuses NotYours, NotFound, AlreadyAnswered, RequestExpired and TextTooLong.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours(_("This request is yours: withdraw it instead."))
    return close_request(meeting, Meeting.State.DECLINED, Notice.Kind.DECLINED, attendee, reason, now)


def _choose_slot(meeting: Meeting, slot_id: int | None, free: tuple[Slot, ...], now: dt.datetime) -> Slot:
    """The slot to book; refuses NotOffered, and SlotTaken where it is not free for both."""
    offered = set(RequestedTime.objects.filter(meeting=meeting).values_list("slot_id", flat=True))
    wanted = [slot for slot in free if slot_id in (None, slot.pk)]
    is_known = slot_id is None or Slot.objects.filter(event=meeting.event_id, pk=slot_id).exists()
    kept = [slot for slot in wanted if meeting.any_time or slot.pk in offered]
    # A slot that is taken may have been offered until a moment ago, so only a free one is "not offered".
    if not is_known or (slot_id is not None and wanted and not kept):
        raise NotOffered(_("This time is not among those the request offers."), slot=slot_id)
    if not kept:
        raise slot_taken(meeting, now)
    return next(iter(slots_with_table(meeting, kept)), kept[0])
