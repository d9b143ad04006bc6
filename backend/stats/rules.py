"""Who may read an event's figures, and whom they count."""

from __future__ import annotations

from backend.events.models import AttendeeQuerySet, Event
from backend.events.rules import is_organiser
from backend.people.models import Person
from backend.safeguarding.rules import matchable


def can_read_stats(person: Person, event: Event) -> bool:
    """Whether the person may read this event's figures: its organisers, nobody else."""
    return is_organiser(person, event)


def countable(event: Event) -> AttendeeQuerySet:
    """The attendees the figures count: those safeguarding lets matching read, so no minor, nobody of
    unknown age and nobody hidden. A meeting counts when both sides do."""
    return matchable(event)
