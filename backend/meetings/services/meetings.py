"""Meetings cancelled, moved with their table, and reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Doing
from backend.events.services.locks import lock_attendees
from backend.events.services.venue import TableData
from backend.events.services.venue import change_table as change_table_row
from backend.meetings.models.meetings import Meeting, Seat
from backend.meetings.models.notices import Notice
from backend.meetings.models.waiting_list import WaitingListEntry
from backend.meetings.rules import (
    check_cancellable,
    check_own,
    clean_cancel_reason,
    may_meet,
)
from backend.meetings.selectors.meetings import (
    ids_near,
    meetings_without_contact,
    other_attendee_id,
    present_ids,
    seated_ids,
)
from backend.meetings.services.acting import lock_meeting_to_act, note_who_acts
from backend.meetings.services.delegation_sessions import leave_sessions
from backend.meetings.services.freed_times import announce_freed_times
from backend.meetings.services.locks import lock_meeting, lock_requests
from backend.meetings.services.notices import notify
from backend.meetings.services.office_hours import leave_office_hours
from backend.meetings.services.requests import (
    end_each,
    expire_request,
)
from backend.people.models import Person
from backend.safeguarding.models import DelegationSeat, DelegationSession, Report
from backend.safeguarding.rules import JOINING
from backend.safeguarding.services import reports
from backend.safeguarding.services.reports import file_report
from backend.safeguarding.services.supervision import forget_open_place


class StepFreeNeeded(BusinessError):
    """A meeting at this table depends on its step-free access."""

    code = "step_free_needed"


@in_transaction
def cancel_meeting(
    *, attendee: Attendee, meeting_id: int, reason: str, by: Person, now: dt.datetime
) -> Meeting:
    """Cancel a confirmed meeting; both get a notice with the reason, and both are free again.

    An assistant of the attendee may do it. Cancelling again changes nothing. Refuses NotYours, NotFound,
    ReasonNeeded, TextTooLong, AlreadyAnswered (never confirmed, or settled) and TooLate (it is over).
    """
    meeting, assistant = lock_meeting_to_act(attendee, meeting_id, by, now)
    return _cancel_with_reason(meeting, attendee, reason, now, assistant)


@in_transaction
def cancel_for_both(*, event: Event, meeting_id: int, reason: str, by: Person, now: dt.datetime) -> Meeting:
    """Cancel, as an organiser, a confirmed meeting of two others; both get a notice with the reason.

    Cancelling again changes nothing. Refuses OrganisersOnly, NotFound, and what `cancel_meeting` refuses.
    """
    check_organiser(by, event, Doing.EDIT)
    if not Meeting.objects.one_to_one().filter(event=event, pk=meeting_id).exists():
        raise NotFound(_("There is no such meeting at this forum."))
    return _cancel_with_reason(lock_meeting(meeting_id), None, reason, now)


def _cancel_with_reason(
    meeting: Meeting,
    attendee: Attendee | None,
    reason: str,
    now: dt.datetime,
    assistant: Attendee | None = None,
) -> Meeting:
    if meeting.state != Meeting.State.CANCELLED:
        check_cancellable(meeting, now)
        cancel_locked_meeting(meeting, attendee, clean_cancel_reason(reason), now, assistant)
    return meeting


def cancel_locked_meeting(
    meeting: Meeting,
    attendee: Attendee | None,
    reason: str,
    now: dt.datetime,
    assistant: Attendee | None = None,
) -> None:
    """Free both and the table; the caller has locked the meeting."""
    Seat.objects.filter(meeting=meeting).update(is_active=False)
    meeting.state, meeting.ended_by, meeting.reason = Meeting.State.CANCELLED, attendee, reason
    meeting.sequence += 1
    meeting.changed_at = now
    meeting.save(update_fields=["state", "ended_by", "reason", "sequence", "changed_at"])
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
    return end_each("meetings.end_refused_meetings", Meeting.objects.filter(pk__in=refused), end)


@in_transaction
def end_everything_of(*, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """End what these attendees, who leave, have to come: requests, proposals, meetings and sessions.

    The others get a notice without the cause, as where the contact policy ends something.
    """
    of_them = Meeting.objects.one_to_one().filter(seats__attendee__in=attendee_ids)
    ids = {
        *of_them.unsettled().values_list("pk", flat=True),
        *of_them.to_come(now).values_list("pk", flat=True),
    }
    seated = Seat.objects.filter(meeting__in=ids).values_list("attendee_id", flat=True)
    sessions = DelegationSession.objects.exclude(state=DelegationSession.State.ENDED)
    sitting = DelegationSeat.objects.filter(session__in=sessions.filter(seats__attendee__in=attendee_ids))
    hours = Meeting.objects.office_hours().to_come(now).filter(seats__attendee__in=attendee_ids)
    beside = Seat.objects.filter(meeting__in=hours.values("pk")).values_list("attendee_id", flat=True)
    lock_attendees({*attendee_ids, *seated, *beside, *sitting.values_list("attendee_id", flat=True)})
    lock_requests(attendee_ids, now)
    waiting = WaitingListEntry.objects.waiting().touching(attendee_ids)
    waiting.update(state=WaitingListEntry.State.ENDED)
    leave_sessions(attendee_ids=attendee_ids, now=now)
    leave_office_hours(attendee_ids=attendee_ids, now=now)
    for meeting in Meeting.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"):
        if meeting.state in Meeting.OPEN_STATES:
            expire_request(meeting, now)
        elif meeting.state == Meeting.State.ACCEPTED:
            cancel_locked_meeting(meeting, None, "", now)


@in_transaction
def change_table(*, event: Event, table_id: int, data: TableData, by: Person, now: dt.datetime) -> Table:
    """Change a table; where its meetings to come take place elsewhere then, both people get a notice.

    Refuses StepFreeNeeded, and what `events.services.venue.change_table` refuses. Locks the table, against
    bookings of it, then its meetings: a confirmed meeting never waits for a table.
    """
    check_organiser(by, event, Doing.EDIT)
    before = Table.objects.select_for_update(no_key=True).filter(event=event, pk=table_id).first()
    to_come = Meeting.objects.to_come(now).filter(event=event, table=table_id)
    meetings = list(to_come.select_for_update(no_key=True).order_by("pk"))
    if not data.step_free and any(one.needs_step_free and not one.is_online for one in meetings):
        raise StepFreeNeeded(
            _("Somebody who needs a table without steps meets at this one, so the mark stays until then.")
        )
    table = change_table_row(event=event, table_id=table_id, data=data, by=by)
    if before is None or _location(before) == _location(table):
        return table
    forget_open_place(table_id=table.pk)
    for meeting in meetings:
        if meeting.kind == Meeting.Kind.GROUP:  # it ends, as its place is not known to be open any more
            continue
        meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
        meeting.save(update_fields=["sequence", "changed_at"])
        notify(meeting, Notice.Kind.MOVED, to=present_ids(meeting.pk), now=now)
    return table


def _location(table: Table) -> tuple[str, str, str]:
    return table.label, table.place, table.room_link


@in_transaction
def report_unsafe(
    *,
    attendee: Attendee,
    words: str,
    named: str,
    lead_id: int | None,
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Tell the leads that one does not feel safe, as `safeguarding.services.reports.report_unsafe`.

    The name of one with whom the attendee shares a meeting or a session keeps the two apart at once.
    """
    near = ids_near(attendee)
    return reports.report_unsafe(
        reporter=attendee,
        words=words,
        named=named,
        lead_id=lead_id,
        near=near,
        wants_news=wants_news,
        by=by,
        now=now,
    )


@in_transaction
def report_meeting(
    *,
    attendee: Attendee,
    meeting_id: int,
    category: str,
    words: str,
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Report the other attendee of one's own meeting to the safeguarding lead, in whatever state it is.

    A seat in it is enough, even where contact is no longer allowed. Refuses NotYours, NotFound,
    UnknownCategory, WordsNeeded and TextTooLong.
    """
    check_own(attendee, by)
    other_id = other_attendee_id(attendee, meeting_id)
    if other_id is None:
        raise NotFound(_("There is no such meeting, or you cannot see it."))
    return file_report(
        reporter=attendee,
        reported_id=other_id,
        category=category,
        words=words,
        meeting_id=meeting_id,
        wants_news=wants_news,
        now=now,
    )
