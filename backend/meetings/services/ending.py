"""How a meeting ends before its time: cancelled by one of the two, or by a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from backend.core.errors import BusinessError, NotFound
from backend.events.models import Attendee, Event
from backend.events.rules import check_organiser
from backend.meetings.models import Meeting, Notice, Seat
from backend.meetings.notices import tell
from backend.meetings.rules import may_see, refused_among
from backend.meetings.services.answering import AlreadyAnswered, clean_reason
from backend.meetings.services.locking import lock_meeting, lock_own_meeting, seated_in
from backend.people.models import Person


class ReasonNeeded(BusinessError):
    code = "reason_needed"
    status = 400


class TooLate(BusinessError):
    code = "too_late"


@transaction.atomic
def cancel_meeting(
    *, attendee: Attendee, meeting_id: int, reason: str, by: Person, now: dt.datetime
) -> Meeting:
    """Call off a meeting both had agreed to; the other is told why, and both are free again.

    Doing it again changes nothing. Refuses NotYours, NotFound, ReasonNeeded, TextTooLong, AlreadyAnswered (it
    was never agreed, or is settled) and TooLate (it is over).
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if meeting.state != Meeting.State.CANCELLED:
        _cancel(meeting, attendee, _check_reason(meeting, reason, now), now)
    return meeting


@transaction.atomic
def cancel_for_both(*, event: Event, meeting_id: int, reason: str, by: Person, now: dt.datetime) -> Meeting:
    """Call off, as an organiser, a meeting two others had agreed to; both are told, with the reason.

    Doing it again changes nothing. Refuses OrganisersOnly, NotFound, and what `cancel_meeting` refuses.
    """
    check_organiser(by, event)
    if not Meeting.objects.filter(event=event, pk=meeting_id).exists():
        raise NotFound("There is no such meeting at this forum.")
    meeting = lock_meeting(meeting_id)
    if meeting.state != Meeting.State.CANCELLED:
        _cancel(meeting, None, _check_reason(meeting, reason, now), now)
    return meeting


def _check_reason(meeting: Meeting, reason: str, now: dt.datetime) -> str:
    """The reason as it is kept; refuses what cannot be cancelled any more, and no reason at all."""
    if meeting.state != Meeting.State.ACCEPTED:
        raise AlreadyAnswered(
            f"Only a meeting to come can be cancelled; this one is {meeting.get_state_display().lower()}.",
            state=meeting.state,
        )
    if meeting.period.upper <= now:
        raise TooLate("This meeting's time is over. It can only be said whether it took place.")
    if not (text := clean_reason(reason)):
        raise ReasonNeeded("Please say in a few words why it is cancelled; whoever was to come is told.")
    return text


def _cancel(meeting: Meeting, attendee: Attendee | None, reason: str, now: dt.datetime) -> None:
    """Free both and the table; the caller holds the meeting."""
    Seat.objects.filter(meeting=meeting).update(is_active=False)
    meeting.state, meeting.ended_by, meeting.reason = Meeting.State.CANCELLED, attendee, reason
    meeting.sequence += 1
    meeting.changed_at = now
    meeting.save(update_fields=["state", "ended_by", "reason", "sequence", "changed_at"])
    tell(meeting, Notice.Kind.CANCELLED, to=seated_in(meeting.pk), now=now)


def expire_requests(*, now: dt.datetime) -> int:
    """End every request that nobody answered in time, and tell both; gives how many. For a job."""

    def end(meeting: Meeting) -> bool:
        if meeting.state != Meeting.State.REQUESTED or meeting.expires_at > now:
            return False
        _expire(meeting, now)
        return True

    return _for_each(Meeting.objects.requests().filter(expires_at__lte=now), end)


def end_refused_meetings(*, now: dt.datetime) -> int:
    """End what the contact policy no longer allows: requests expire, meetings to come are cancelled.

    Reads have hidden them already. Both are told that it is off, and nobody why. Gives how many. For a job.
    """

    def end(meeting: Meeting) -> bool:
        if may_see(meeting.asker, meeting, now):
            return False
        if meeting.state == Meeting.State.REQUESTED:
            _expire(meeting, now)
        elif meeting.state == Meeting.State.ACCEPTED and meeting.period.upper > now:
            _cancel(meeting, None, "", now)
        else:
            return False
        return True

    one_to_one = Meeting.objects.filter(kind=Meeting.Kind.ONE_TO_ONE)
    refused = refused_among(one_to_one.requests() | one_to_one.to_come(now), now)
    return _for_each(Meeting.objects.filter(pk__in=refused), end)


def _expire(meeting: Meeting, now: dt.datetime) -> None:
    meeting.state = Meeting.State.EXPIRED
    meeting.answered_at = meeting.changed_at = now
    meeting.save(update_fields=["state", "answered_at", "changed_at"])
    tell(meeting, Notice.Kind.EXPIRED, to=seated_in(meeting.pk), now=now)


def _for_each(meetings: QuerySet[Meeting], end: Callable[[Meeting], bool]) -> int:
    """Lock these meetings one by one, each in a transaction of its own, and end those that still must."""
    ended = 0
    for meeting_id in list(meetings.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            ended += end(lock_meeting(meeting_id))
    return ended
