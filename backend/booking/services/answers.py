"""Answers to a request or proposal: accept or decline; and a request taken back by whoever asked."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import check_open_request, clean_reason, is_asker
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.meetings import other_id_in
from backend.booking.services.acting import lock_meeting_to_act, note_who_acts
from backend.booking.services.booking import book_meeting
from backend.booking.services.choosing import choose_slot
from backend.booking.services.notices import notify
from backend.booking.services.proposals import answer_proposal
from backend.booking.services.requests import pass_freed_time_on, release_requests
from backend.core.errors import NotYours
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person


@in_transaction
def accept_meeting(
    *, attendee: Attendee, meeting_id: int, slot_id: int | None = None, by: Person, now: dt.datetime
) -> Meeting:
    """Accept a request for one of its slots (the first that is free, where none is named).

    Both get their seats and a table, or an online room; other requests for that slot lose it, with notices.
    Of a proposal the yes is stored; it is agreed once both said yes, at whichever of its times is free then.
    Accepting the same again gives the same meeting. An assistant of the attendee may accept a request.
    Refuses NotYours, NotFound, AlreadyAnswered, RequestExpired, `not_offered`, SlotTaken and NoTableFree, and
    NotInThisState where nobody can ask any more; nothing is stored then.
    """
    meeting, assistant = lock_meeting_to_act(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours(_("Only the person you asked can accept this request."))
    if meeting.state == Meeting.State.ACCEPTED and slot_id in (None, meeting.slot_id):
        return meeting
    check_allowed(attendee.event, Activity.ASK)
    if meeting.state == Meeting.State.PROPOSED:
        return answer_proposal(meeting, attendee, Seat.Answer.YES, slot_id, now)
    check_open_request(meeting, now)
    other_id = other_id_in(meeting, attendee)
    free = common_slots(attendee.pk, [other_id], after=now)[other_id]
    slot = choose_slot(meeting, slot_id, free, now)
    both = [attendee.pk, other_id]
    book_meeting(meeting=meeting, slot=slot, now=now)
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    acting = note_who_acts(meeting, attendee, assistant)
    notify(meeting, Notice.Kind.ACCEPTED, to=both, now=now, **acting)
    return meeting


@in_transaction
def decline_meeting(*, attendee: Attendee, meeting_id: int, reason: str = "", by: Person, now: dt.datetime) -> Meeting:
    """Decline a request, with or without a reason; declining again changes nothing.

    Of a proposal the no is stored, without the reason: the other is not told before it would have expired.
    An assistant of the attendee may decline a request, of which the attendee is told. Refuses NotYours,
    NotFound, AlreadyAnswered, RequestExpired and TextTooLong.
    """
    meeting, assistant = lock_meeting_to_act(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours(_("This request is yours: withdraw it instead."))
    if meeting.state == Meeting.State.PROPOSED:
        return answer_proposal(meeting, attendee, Seat.Answer.NO, None, now)
    return close_request(
        meeting, Meeting.State.DECLINED, Notice.Kind.DECLINED, attendee, reason, now, assistant=assistant
    )


@in_transaction
def withdraw_request(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Take one's own request back, or an assistant does; doing it again changes nothing.

    Refuses NotYours, NotFound, AlreadyAnswered and RequestExpired.
    """
    meeting, assistant = lock_meeting_to_act(attendee, meeting_id, by, now)
    if not is_asker(attendee, meeting):
        raise NotYours(_("You were asked: decline the request instead."))
    return close_request(
        meeting, Meeting.State.WITHDRAWN, Notice.Kind.WITHDRAWN, attendee, "", now, assistant=assistant
    )


def close_request(
    meeting: Meeting,
    state: str,
    kind: str,
    attendee: Attendee,
    reason: str,
    now: dt.datetime,
    *,
    assistant: Attendee | None = None,
) -> Meeting:
    """End a locked request in this state; refuses AlreadyAnswered, RequestExpired and TextTooLong.

    The other gets a notice; so does the attendee for whom an assistant acts.
    """
    if meeting.state == state:
        return meeting
    check_open_request(meeting, now)
    meeting.state, meeting.ended_by, meeting.reason = state, attendee, clean_reason(reason)
    meeting.answered_at = meeting.changed_at = now
    meeting.save(update_fields=["state", "ended_by", "reason", "answered_at", "changed_at"])
    acting = note_who_acts(meeting, attendee, assistant)
    readers = [other_id_in(meeting, attendee), *([attendee.pk] if assistant else [])]
    notify(meeting, kind, to=readers, now=now, **acting)
    pass_freed_time_on(meeting)
    return meeting
