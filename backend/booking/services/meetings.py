"""Meetings cancelled: by one of the two, by an organiser, or as the contact policy asks."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import check_cancellable, clean_cancel_reason, may_meet
from backend.booking.selectors.meetings import meetings_without_contact, seated_ids
from backend.booking.services.acting import lock_meeting_to_act, note_who_acts
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_meeting
from backend.booking.services.notices import notify
from backend.booking.services.requests import end_each, expire_request
from backend.core.errors import NotFound
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.people.models import Person
from backend.safeguarding.rules import JOINING


@in_transaction
def cancel_meeting(*, attendee: Attendee, meeting_id: int, reason: str, by: Person, now: dt.datetime) -> Meeting:
    """Cancel a confirmed meeting; both get a notice with the reason, and both are free again.

    An assistant of the attendee may do it. Cancelling again changes nothing. Refuses NotYours, NotFound,
    `reason_needed`, TextTooLong, AlreadyAnswered (never confirmed, or settled) and TooLate (it is over).
    """
    meeting, assistant = lock_meeting_to_act(attendee, meeting_id, by, now)
    return _cancel_with_reason(meeting, attendee, reason, now, assistant)


@in_transaction
def cancel_for_both(*, event: Event, meeting_id: int, reason: str, by: Person, now: dt.datetime) -> Meeting:
    """Cancel, as an organiser, a confirmed meeting of two others; both get a notice with the reason.

    Cancelling again changes nothing. Refuses OrganisersOnly, NotFound, and what `cancel_meeting` refuses.
    """
    check_organiser(by, event, Activity.EDIT)
    if not Meeting.objects.one_to_one().filter(event=event, pk=meeting_id).exists():
        raise NotFound(_("There is no such meeting at this forum."))
    return _cancel_with_reason(lock_meeting(meeting_id), None, reason, now)


def _cancel_with_reason(
    meeting: Meeting, attendee: Attendee | None, reason: str, now: dt.datetime, assistant: Attendee | None = None
) -> Meeting:
    if meeting.state != Meeting.State.CANCELLED:
        check_cancellable(meeting, now)
        cancel_locked_meeting(meeting, attendee, clean_cancel_reason(reason), now, assistant)
    return meeting


def cancel_locked_meeting(
    meeting: Meeting, attendee: Attendee | None, reason: str, now: dt.datetime, assistant: Attendee | None = None
) -> None:
    """Free both and the table; the caller has locked the meeting."""
    Seat.objects.filter(meeting=meeting).update(is_active=False)
    meeting.state, meeting.ended_by, meeting.reason = Meeting.State.CANCELLED, attendee, reason
    meeting.save_revision("state", "ended_by", "reason", now=now)
    both = seated_ids(meeting.pk)
    acting = note_who_acts(meeting, attendee, assistant) if attendee else {}
    notify(meeting, Notice.Kind.CANCELLED, to=both, now=now, **acting)
    announce_freed_times(meeting.event_id, both)


def end_refused_meetings(*, now: dt.datetime) -> int:
    """End what the contact policy no longer allows: requests and proposals expire, meetings to come are
    cancelled.

    Selectors hide them already. Both get a notice without the cause. What somebody was asked or agreed before
    joining was asked of them stays: they join by answering. Returns their number. For a job.
    """

    def end(meeting: Meeting) -> bool:
        if may_meet(seated_ids(meeting.pk), now, JOINING):
            return False
        if meeting.state in Meeting.OPEN_STATES:
            expire_request(meeting, now)
        elif meeting.state == Meeting.State.ACCEPTED and meeting.period.upper > now:
            cancel_locked_meeting(meeting, None, "", now)
        else:
            return False
        return True

    one_to_one = Meeting.objects.one_to_one()
    refused = meetings_without_contact(one_to_one.unsettled() | one_to_one.to_come(now))
    return end_each("booking.end_refused_meetings", Meeting.objects.filter(pk__in=refused), end)
