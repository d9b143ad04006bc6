"""With whom something is underway already, for lists of people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from backend.events.models import Attendee
from backend.meetings.models import Meeting, Seat


@dataclass(frozen=True, slots=True)
class Underway:
    """A request that waits, or a meeting to come."""

    meeting_id: int
    state: str
    asked_by_me: bool


def underway_for(attendee: Attendee, now: dt.datetime) -> dict[int, Underway]:
    """What is underway with each other attendee, by their id; one query.

    Names nobody: whoever shows it has the faces from the contact policy.
    """
    waiting = Q(meeting__state=Meeting.State.REQUESTED, meeting__expires_at__gt=now)
    to_come = Q(meeting__state=Meeting.State.ACCEPTED, meeting__period__endswith__gt=now)
    mine = Seat.objects.filter(waiting | to_come, attendee=attendee.pk).values("meeting")
    rows = Seat.objects.filter(meeting__in=mine).exclude(attendee=attendee.pk).order_by("meeting_id")
    return {
        other: Underway(meeting_id, state, asker == attendee.pk)
        for other, meeting_id, state, asker in rows.values_list(
            "attendee_id", "meeting_id", "meeting__state", "meeting__asker_id"
        )
    }
