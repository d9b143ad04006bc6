"""Who is at the table already, so that the other knows that they are expected."""

from __future__ import annotations

import datetime as dt

from backend.core.transactions import in_transaction
from backend.events.models import Attendee
from backend.meetings.models import Meeting, Seat
from backend.meetings.rules import check_arrival
from backend.meetings.services.locks import lock_own_meeting
from backend.people.models import Person


@in_transaction
def arrive(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say that one is at the table; the other sees it. Again it changes nothing.

    From a quarter of an hour before the meeting until its end. Refuses NotYours, NotFound, AlreadyAnswered,
    TooEarly and TooLate.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    check_arrival(meeting, now)
    Seat.objects.filter(meeting=meeting, attendee=attendee, here_at=None).update(here_at=now)
    return meeting
