"""Answers to a request: accept, decline, or take it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError, NotYours
from backend.events.models import Attendee, Slot
from backend.events.services import TextTooLong, clean_text
from backend.meetings.models import Meeting, Notice, RequestedTime
from backend.meetings.notices import tell
from backend.meetings.rules import common_slots, is_asker, with_table
from backend.meetings.services.booking import slot_taken, take_place
from backend.meetings.services.locking import lock_own_meeting, other_in
from backend.meetings.services.losing import release_requests
from backend.people.models import Person

REASON_LIMIT = 500


class AlreadyAnswered(BusinessError):
    """The request is no longer open to this change; `details["state"]` says what became of it."""

    code = "already_answered"


class RequestExpired(BusinessError):
    code = "request_expired"


class NotOffered(BusinessError):
    code = "not_offered"
    status = 400


@transaction.atomic
def accept_meeting(
    *, attendee: Attendee, meeting_id: int, slot_id: int | None = None, by: Person, now: dt.datetime
) -> Meeting:
    """Agree to a request for one of its times (the first that is free, where none is named).

    Both get their seats and a table, or an online room; other requests that hoped for the time lose it, and
    are told. Accepting the same again gives the same meeting. Refuses NotYours, NotFound, AlreadyAnswered,
    RequestExpired, NotOffered, SlotTaken and NoTableFree; nothing is kept then.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours("Only the person you asked can accept this request.")
    if meeting.state == Meeting.State.ACCEPTED and slot_id in (None, meeting.slot_id):
        return meeting
    check_waiting(meeting, now)
    other = other_in(meeting, attendee)
    slot = _choose_slot(meeting, slot_id, common_slots(attendee.pk, [other], after=now)[other], now)
    take_place(meeting=meeting, slot=slot, now=now)
    release_requests(
        attendee_ids=[attendee.pk, other], starts_at=slot.starts_at, ends_at=slot.ends_at, now=now
    )
    tell(meeting, Notice.Kind.ACCEPTED, to=[attendee.pk, other], now=now)
    return meeting


@transaction.atomic
def decline_meeting(
    *, attendee: Attendee, meeting_id: int, reason: str = "", by: Person, now: dt.datetime
) -> Meeting:
    """Say no to a request, with or without a reason; saying it again changes nothing.

    Refuses NotYours, NotFound, AlreadyAnswered, RequestExpired and TextTooLong.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if is_asker(attendee, meeting):
        raise NotYours("This request is yours: withdraw it instead.")
    return _close(meeting, Meeting.State.DECLINED, Notice.Kind.DECLINED, attendee, reason, now)


@transaction.atomic
def withdraw_request(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Take one's own request back; doing it again changes nothing.

    Refuses NotYours, NotFound, AlreadyAnswered and RequestExpired.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if not is_asker(attendee, meeting):
        raise NotYours("You were asked: decline the request instead.")
    return _close(meeting, Meeting.State.WITHDRAWN, Notice.Kind.WITHDRAWN, attendee, "", now)


def _close(
    meeting: Meeting, state: str, kind: str, attendee: Attendee, reason: str, now: dt.datetime
) -> Meeting:
    if meeting.state == state:
        return meeting
    check_waiting(meeting, now)
    meeting.state, meeting.ended_by, meeting.reason = state, attendee, clean_reason(reason)
    meeting.answered_at = meeting.changed_at = now
    meeting.save(update_fields=["state", "ended_by", "reason", "answered_at", "changed_at"])
    tell(meeting, kind, to=[other_in(meeting, attendee)], now=now)
    return meeting


def clean_reason(reason: str) -> str:
    """The reason as it is kept; refuses TextTooLong."""
    text = clean_text(reason)
    if len(text) > REASON_LIMIT:
        raise TextTooLong(f"Please keep the reason under {REASON_LIMIT} characters.", field="reason")
    return text


def check_waiting(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered and RequestExpired for anything but a request that waits for its answer."""
    if meeting.state == Meeting.State.EXPIRED or (
        meeting.state == Meeting.State.REQUESTED and meeting.expires_at <= now
    ):
        raise RequestExpired("This request has expired. You can ask again.")
    if meeting.state != Meeting.State.REQUESTED:
        raise AlreadyAnswered(
            f"This request is no longer open: {meeting.get_state_display().lower()}.", state=meeting.state
        )


def _choose_slot(meeting: Meeting, slot_id: int | None, free: tuple[Slot, ...], now: dt.datetime) -> Slot:
    """The slot to take; refuses NotOffered, and SlotTaken where it is not free for both."""
    offered = set(RequestedTime.objects.filter(meeting=meeting).values_list("slot_id", flat=True))
    wanted = [slot for slot in free if slot_id in (None, slot.pk)]
    is_known = slot_id is None or Slot.objects.filter(event=meeting.event_id, pk=slot_id).exists()
    kept = [slot for slot in wanted if meeting.any_time or slot.pk in offered]
    # A time that is gone may have been offered until a moment ago: only a free one can be named wrongly.
    if not is_known or (slot_id is not None and wanted and not kept):
        raise NotOffered("This time is not among those the request offers.", slot=slot_id)
    if not kept:
        raise slot_taken(meeting, now)
    return next(iter(with_table(meeting, kept)), kept[0])
