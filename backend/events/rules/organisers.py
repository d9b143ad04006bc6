"""Who may do what at an event."""

from __future__ import annotations

from backend.events.models import Attendee, Event
from backend.people.models import Person


def is_organiser(person: Person, event: Event) -> bool:
    """Whether the person organises this event."""
    return Attendee.objects.filter(
        event=event,
        person=person.pk,
        person__is_active=True,
        permission=Attendee.Permission.ORGANISER,
    ).exists()
