"""Reminders: half-way to a request's end, a day before a meeting, and ten minutes before it. Each once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q, QuerySet

from backend.events.models import Attendee
from backend.meetings.models import Meeting, Notice, Seat
from backend.meetings.notices import tell
from backend.meetings.services.locking import check_own
from backend.people.models import Person

DAY = dt.timedelta(hours=24)
SOON = dt.timedelta(minutes=10)


@transaction.atomic
def remind_people(*, now: dt.datetime) -> int:
    """Remind everybody who is due; gives how many meetings were reminded of. For a job that runs often.

    Whoever agreed less than a day before the meeting gets no reminder a day before.
    """
    half_way = Meeting.objects.open_at(now).filter(asked_at__lte=now - (F("expires_at") - F("asked_at")) / 2)
    to_come = Meeting.objects.filter(state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    day = to_come.filter(period__startswith__lte=now + DAY, answered_at__lte=F("slot__starts_at") - DAY)
    soon = to_come.filter(period__startswith__lte=now + SOON)
    return (
        _remind(half_way, Notice.Kind.REMINDER_HALF, Q(part=Seat.Part.INVITED), now)
        + _remind(day, Notice.Kind.REMINDER_DAY, Q(), now)
        + _remind(soon, Notice.Kind.REMINDER_SOON, Q(), now)
    )


def _remind(meetings: QuerySet[Meeting], kind: str, whom: Q, now: dt.datetime) -> int:
    due = list(meetings.exclude(notices__kind=kind).order_by("pk").prefetch_related("seats"))
    for meeting in due:
        seats = Seat.objects.filter(whom, meeting=meeting)
        tell(meeting, kind, to=seats.values_list("attendee_id", flat=True), now=now)
    return len(due)


def mark_read(*, attendee: Attendee, by: Person, now: dt.datetime) -> int:
    """Note that the attendee has seen all they were told; gives how many were new. Refuses NotYours."""
    check_own(attendee, by)
    return Notice.objects.filter(attendee=attendee, read_at__isnull=True).update(read_at=now)
