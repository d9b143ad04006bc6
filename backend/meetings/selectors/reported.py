"""A meeting that is reported: to whom it concerns, and to the safeguarding lead who reads the report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.events.models import Attendee
from backend.meetings.models import Meeting, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedMeeting:
    """What a safeguarding lead reads of the meeting a report is about; `asker_id` wrote the message."""

    meeting_id: int
    state: str
    state_words: str
    asker_id: int | None
    message: str
    asked_at: dt.datetime
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str


def other_of(attendee: Attendee, meeting_id: int) -> int | None:
    """The other one (id) of a one-to-one meeting in which the attendee has a seat, or None.

    Asks no contact policy, and names nobody: it serves to report, never to show.
    """
    mine = Meeting.objects.of(attendee).filter(pk=meeting_id, kind=Meeting.Kind.ONE_TO_ONE)
    others = Seat.objects.filter(meeting__in=mine).exclude(attendee=attendee.pk)
    return others.values_list("attendee_id", flat=True).first()


def reported_meeting(*, event_id: int, meeting_id: int | None) -> ReportedMeeting | None:
    """The meeting of a report, for the page of a lead whose reading was logged; None where it is gone."""
    found = (
        Meeting.objects.select_related("table").filter(event=event_id, pk=meeting_id).first()
        if meeting_id
        else None
    )
    if found is None:
        return None
    return ReportedMeeting(
        meeting_id=found.pk,
        state=found.state,
        state_words=found.get_state_display(),
        asker_id=found.asker_id,
        message=found.message,
        asked_at=found.asked_at,
        starts_at=found.period.lower if found.period else None,
        ends_at=found.period.upper if found.period else None,
        place=found.table.label if found.table else "",
    )
