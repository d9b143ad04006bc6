"""What somebody says of a table of several: that they are there, that it took place, what follows.

Each says it for themself: nobody says of another member whether they came.
"""

from __future__ import annotations

import datetime as dt

from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.groups.services.round_tables import lock_own_place, no_such_table
from backend.outcomes.services.arrivals import store_arrival
from backend.outcomes.services.attestations import store_word
from backend.outcomes.services.follow_ups import store_follow_up, store_kept
from backend.people.models import Person


@in_transaction
def arrive_at_table(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say that one is at the table; the others see it. Again it changes nothing.

    From a quarter of an hour before it begins until its end. Refuses NotYours, NotInThisState, NotFound (also
    for who has not said yes), AlreadyAnswered, TooEarly and TooLate.
    """
    meeting = _lock_accepted(attendee, meeting_id, by)
    store_arrival(meeting, attendee, now)
    return meeting


@in_transaction
def attest_table(
    *,
    attendee: Attendee,
    meeting_id: int,
    took_place: bool,
    usefulness: int | None = None,
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """Say whether it took place with oneself there, and how useful it was (1 to 5, if it did).

    It can be changed. Refuses NotInThisState, NotYours, NotFound, TooEarly, `bad_usefulness` and
    AlreadyAnswered (cancelled).
    """
    meeting = _lock_accepted(attendee, meeting_id, by)
    store_word(meeting, attendee, took_place=took_place, usefulness=usefulness, now=now)
    return meeting


@in_transaction
def note_table_follow_up(
    *, attendee: Attendee, meeting_id: int, agreed: str, due_on: dt.date | None, by: Person, now: dt.datetime
) -> FollowUp | None:
    """As `note_follow_up`, of a table of several."""
    meeting = _lock_accepted(attendee, meeting_id, by)
    return store_follow_up(meeting, attendee, agreed=agreed, due_on=due_on, now=now)


@in_transaction
def answer_table_follow_up(
    *, attendee: Attendee, meeting_id: int, kept: bool, by: Person, now: dt.datetime
) -> FollowUp:
    """As `answer_follow_up`, of a table of several."""
    meeting = _lock_accepted(attendee, meeting_id, by)
    return store_kept(meeting, attendee, kept=kept, now=now)


def _lock_accepted(attendee: Attendee, meeting_id: int, by: Person) -> Meeting:
    """A table to which the attendee said yes, locked; refuses NotYours and NotFound."""
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    meeting, seat = lock_own_place(attendee, meeting_id)
    if not seat.is_active:
        raise no_such_table()
    return meeting
