"""Meetings on whose outcome the two reports differ, or only one side reported, for organisers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.events import Event
from backend.events.selectors import name_in_lists


@dataclass(frozen=True, slots=True)
class Attestation:
    """One side's report: `word` is held, not_held, or nothing. Of a minor `name` is the first name only."""

    attendee_id: int
    name: str
    organisation: str
    word: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One meeting; `sides` begin with the asker. A side that left the event is not among them."""

    meeting_id: int
    is_disputed: bool
    starts_at: dt.datetime
    ends_at: dt.datetime
    table: str
    sides: tuple[Attestation, ...]


def disputes_for(event: Event) -> QuerySet[Meeting]:
    """The event's disputed meetings, then those reported by one side only, the latest first.

    These are what `overview_for` counts as disputed, not held by one, and held by one.
    """
    meetings = Meeting.objects.filter(event=event)
    seats = Seat.objects.filter(meeting=OuterRef("pk"))
    disputed = Q(state=Meeting.State.DISPUTED)
    held = Q(Exists(seats.filter(word="")), state=Meeting.State.HELD)
    not_held = Q(Exists(seats.filter(word=Seat.Word.NOT_HELD)), state=Meeting.State.ACCEPTED)
    return (
        meetings.filter(disputed | held | not_held)
        .annotate(rank=Case(When(disputed, then=0), default=1))
        .select_related("table")
        .prefetch_related("seats__attendee__organisation")
        .order_by("rank", "-period", "-pk")
    )


def dispute_row(meeting: Meeting) -> DisputeRow:
    """One of `disputes_for`, without further queries. For organisers only."""
    seats = sorted(meeting.seats.all(), key=lambda seat: seat.attendee_id != meeting.asker_id)
    return DisputeRow(
        meeting_id=meeting.pk,
        is_disputed=meeting.state == Meeting.State.DISPUTED,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        table=meeting.table.label if meeting.table else "",
        sides=tuple(
            Attestation(
                attendee_id=seat.attendee_id,
                name=name_in_lists(seat.attendee),
                organisation=seat.attendee.organisation.name if seat.attendee.organisation else "",
                word=seat.word,
            )
            for seat in seats
        ),
    )
