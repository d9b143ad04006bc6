"""Locks of meetings, in the order of `events.services.locks`: attendees, requests, tables, meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.rules import can_see_meeting
from backend.booking.selectors.meetings import seated_ids
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.people.models import Person


def lock_requests(attendee_ids: Iterable[int], now: dt.datetime) -> None:
    """Lock the open requests of these attendees, who are locked, in id order.

    Their other side is not locked: two pairs that agree at the same moment may write the same requests.
    """
    seats = Seat.objects.filter(attendee__in=set(attendee_ids)).values("meeting")
    rows = Meeting.objects.open_at(now).filter(pk__in=seats).select_for_update(no_key=True).order_by("pk")
    list(rows.values_list("pk"))


def lock_meeting(meeting_id: int, seated: Iterable[int] | None = None) -> Meeting:
    """The meeting as it is now, locked with its attendees (read, unless given) until the transaction ends."""
    lock_attendees(seated_ids(meeting_id) if seated is None else seated)
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)


def lock_own_meeting(attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """The attendee's own meeting of two, locked; refuses NotYours, and NotFound without contact."""
    check_own(attendee, by, Activity.TAKE_PART)
    seated = seated_ids(meeting_id)
    if attendee.pk in seated:
        meeting = lock_meeting(meeting_id, seated)
        if meeting.kind == Meeting.Kind.ONE_TO_ONE and can_see_meeting(attendee, seated, now):
            return meeting
    raise NotFound(_("There is no such meeting, or you cannot see it."))
