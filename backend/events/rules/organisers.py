"""Who may do what at an event."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.core.errors import OrganisersOnly
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


def check_organiser(person: Person, event: Event) -> None:
    """Refuse OrganisersOnly to anybody but the event's organisers."""
    if not is_organiser(person, event):
        raise OrganisersOnly(_("Only the forum's organisers can do this."))
