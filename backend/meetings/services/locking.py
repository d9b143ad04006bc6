"""Who writes waits here: attendees in id order, then the meeting. Every write of a meeting does both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from backend.core.errors import NotFound, NotYours
from backend.events.models import Attendee
from backend.meetings.models import Meeting, Seat
from backend.meetings.rules import may_see
from backend.people.models import Person


def check_own(attendee: Attendee, by: Person) -> None:
    """Refuse NotYours to anybody but the attendee."""
    if attendee.person_id != by.pk:
        raise NotYours("Only the attendee can do this.")


def lock_attendees(ids: Iterable[int]) -> None:
    """Hold the diaries of these attendees until the transaction ends, lower ids first.

    Whoever books, bookmarks or closes slots of one of them waits; the order keeps two of them from waiting
    for each other. Not the key: rows that merely name an attendee can still be written by others.
    """
    rows = Attendee.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    list(rows.values_list("pk"))


def seated_in(meeting_id: int) -> list[int]:
    """The attendees of a meeting, by id; they never change."""
    return list(
        Seat.objects.filter(meeting=meeting_id).order_by("attendee_id").values_list("attendee_id", flat=True)
    )


def lock_meeting(meeting_id: int, seated: Iterable[int] | None = None) -> Meeting:
    """The meeting as it is now, held with its attendees (read, unless given) until the transaction ends."""
    lock_attendees(seated_in(meeting_id) if seated is None else seated)
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)


def lock_own_meeting(attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """The attendee's own meeting, locked; refuses NotYours, and NotFound where contact is not allowed."""
    check_own(attendee, by)
    seated = seated_in(meeting_id)
    if attendee.pk in seated:
        meeting = lock_meeting(meeting_id, seated)
        if may_see(attendee, meeting, now):
            return meeting
    raise NotFound("There is no such meeting, or you cannot see it.")


def other_in(meeting: Meeting, attendee: Attendee) -> int:
    """The other one of a one-to-one meeting; 0, which is nobody, where they left."""
    return next((pk for pk in seated_in(meeting.pk) if pk != attendee.pk), 0)
