"""End everything that people who leave have to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.locks import lock_requests
from backend.booking.services.meetings import cancel_locked_meeting
from backend.booking.services.requests import expire_request
from backend.core.transactions import in_transaction
from backend.events.services.locks import lock_attendees
from backend.groups.services.delegation_sessions import leave_sessions
from backend.groups.services.office_hours import leave_office_hours
from backend.groups.services.round_tables import leave_tables
from backend.safeguarding.models import DelegationSeat, DelegationSession


@in_transaction
def end_everything_of(*, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """End what these attendees, who leave, have to come: requests, proposals, meetings and sessions.

    The others get a notice without the cause, as where the contact policy ends something.
    """
    of_them = Meeting.objects.one_to_one().filter(seats__attendee__in=attendee_ids)
    ids = {*of_them.unsettled().values_list("pk", flat=True), *of_them.to_come(now).values_list("pk", flat=True)}
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
    leave_tables(attendee_ids=attendee_ids, now=now)
    for meeting in Meeting.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"):
        if meeting.state in Meeting.OPEN_STATES:
            expire_request(meeting, now)
        elif meeting.state == Meeting.State.ACCEPTED:
            cancel_locked_meeting(meeting, None, "", now)
