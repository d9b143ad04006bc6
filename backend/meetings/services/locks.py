"""Row locks: attendees in id order, then the meeting. Every write to a meeting takes them in this order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.meetings.models import Meeting
from backend.meetings.rules import can_see_meeting, check_own
from backend.meetings.selectors.meetings import seated_ids
from backend.people.models import Person


def lock_attendees(ids: Iterable[int]) -> None:
    """Lock the rows of these attendees until the transaction ends, in id order so that no two deadlock.

    Every change to an attendee's bookings, sessions or open slots holds this lock. Not the key: rows that
    refer to an attendee can still be written.
    """
    rows = Attendee.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    list(rows.values_list("pk"))


def lock_meeting(meeting_id: int, seated: Iterable[int] | None = None) -> Meeting:
    """The meeting as it is now, locked with its attendees (read, unless given) until the transaction ends."""
    lock_attendees(seated_ids(meeting_id) if seated is None else seated)
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)


def lock_own_meeting(attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """The attendee's own meeting, locked; refuses NotYours, and NotFound where contact is not allowed."""
    check_own(attendee, by)
    seated = seated_ids(meeting_id)
    if attendee.pk in seated:
        meeting = lock_meeting(meeting_id, seated)
        if can_see_meeting(attendee, seated, now):
            return meeting
    raise NotFound(_("There is no such meeting, or you cannot see it."))
