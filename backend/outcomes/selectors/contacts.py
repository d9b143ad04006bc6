"""Who was in contact with an attendee, for a safeguarding lead whose reading of a report was logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.events.selectors import name_in_lists


@dataclass(frozen=True, slots=True)
class MeetingContact:
    """A request or meeting: with whom, as lists for leads name them (S7), who asked, and what became of it.

    `asked_by`: them, other, or organisers. `starts_at`, `ends_at`: None where no time was agreed. What was
    written is not among it.
    """

    names: tuple[str, ...]
    asked_by: str
    asked_at: dt.datetime
    state: str
    state_words: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SessionContact:
    """A session of the programme at which they speak, or which they bookmarked."""

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    part_words: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """What brought an attendee together with others at their event, the newest request first."""

    meetings: tuple[MeetingContact, ...]
    sessions: tuple[SessionContact, ...]


def contacts_of(attendee: Attendee) -> Contacts:
    """All of it, in four queries; asks no contact policy, so it is for leads alone."""
    meetings = Meeting.objects.filter(seats__attendee=attendee.pk).order_by("-asked_at", "-pk")
    parts = SessionPart.objects.filter(attendee=attendee.pk).select_related("session")
    return Contacts(
        tuple(
            MeetingContact(
                tuple(
                    name_in_lists(seat.attendee)
                    for seat in sorted(meeting.seats.all(), key=lambda one: one.attendee_id)
                    if seat.attendee_id != attendee.pk
                ),
                _asked_by(meeting, attendee),
                meeting.asked_at,
                meeting.state,
                meeting.get_state_display(),
                meeting.period.lower if meeting.period else None,
                meeting.period.upper if meeting.period else None,
            )
            for meeting in meetings.prefetch_related("seats__attendee__person")
        ),
        tuple(
            SessionContact(
                part.session.local_name, part.session.starts_at, part.session.ends_at, part.get_part_display()
            )
            for part in parts.order_by("session__starts_at", "session_id")
        ),
    )


def _asked_by(meeting: Meeting, attendee: Attendee) -> str:
    if meeting.asker_id is None:
        return "organisers"
    return "them" if meeting.asker_id == attendee.pk else "other"
