"""Who speaks at which session, and who could: for the forum's organisers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models import Attendee, Event, Session, SessionPart
from backend.events.selectors import name_in_lists


@dataclass(frozen=True, slots=True)
class Named:
    """An attendee as the organiser's list has them: of a minor the first name only."""

    attendee_id: int
    name: str
    organisation: str


def speakers_of(event: Event) -> list[tuple[Session, list[Named]]]:
    """Every session in order, with its speakers by name; whoever shows it admits organisers only."""
    speakers: dict[int, list[Named]] = {}
    parts = SessionPart.objects.filter(event=event, part=SessionPart.Part.SPEAKING)
    chosen = parts.select_related("attendee__person", "attendee__organisation")
    for part in chosen.order_by("attendee__person__name", "attendee"):
        speakers.setdefault(part.session_id, []).append(_named(part.attendee))
    return [(session, speakers.get(session.pk, [])) for session in Session.objects.filter(event=event)]


def possible_speakers(event: Event) -> list[Named]:
    """Everybody at the event by name; whoever shows it admits organisers only."""
    people = Attendee.objects.of(event).select_related("person", "organisation")
    return [_named(one) for one in people.order_by("person__name", "pk")]


def _named(attendee: Attendee) -> Named:
    organisation = attendee.organisation.name if attendee.organisation else ""
    return Named(attendee.pk, name_in_lists(attendee), organisation)
