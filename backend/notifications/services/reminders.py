"""Reminders of requests and of meetings, each written once."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.notices import notify
from backend.core.isolation import for_each
from backend.core.transactions import in_transaction

DAY = dt.timedelta(hours=24)


SOON = dt.timedelta(minutes=10)


def remind_people(*, now: dt.datetime) -> int:
    """Write the reminders that are due, each once; gives for how many meetings. For a job that runs often.

    Each meeting is a transaction of its own: a reminder of one forum waits for no other forum's.
    Due are: half-way to the expiry of a request or proposal, for those who have not answered; a day before a
    meeting, unless it was agreed later than that; and ten minutes before it.
    """
    half_way = Meeting.objects.open_at(now).filter(asked_at__lte=now - (F("expires_at") - F("asked_at")) / 2)
    unanswered = half_way.proposals().filter(Exists(Seat.objects.filter(meeting=OuterRef("pk"), answer="")))
    to_come = Meeting.objects.one_to_one().filter(state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    day = to_come.filter(period__startswith__lte=now + DAY, answered_at__lte=F("slot__starts_at") - DAY)
    soon = to_come.filter(period__startswith__lte=now + SOON)
    groups = Meeting.objects.office_hours() | Meeting.objects.of_rounds()
    hours = groups.filter(state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    soon |= hours.filter(period__startswith__lte=now + SOON)
    day |= hours.filter(period__startswith__lte=now + DAY, answered_at__lte=F("slot__starts_at") - DAY)
    return (
        _remind(half_way.requests(), Notice.Kind.REMINDER_HALF, Q(part=Seat.Part.INVITED), now)
        + _remind(unanswered, Notice.Kind.REMINDER_HALF, Q(answer=""), now)
        + _remind(day, Notice.Kind.REMINDER_DAY, Q(is_active=True), now)
        + _remind(soon, Notice.Kind.REMINDER_SOON, Q(is_active=True), now)
    )


def _remind(meetings: QuerySet[Meeting], kind: str, whom: Q, now: dt.datetime) -> int:
    @in_transaction
    def remind(meeting: Meeting) -> None:
        seats = Seat.objects.filter(whom, meeting=meeting)
        notify(meeting, kind, to=seats.values_list("attendee_id", flat=True), now=now)

    due = list(meetings.exclude(notices__kind=kind).order_by("pk"))
    return len(for_each("notifications.remind_people", due, remind))
