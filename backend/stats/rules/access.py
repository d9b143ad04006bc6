"""Who may read an event's figures, and whom they count."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.core.errors import OrganisersOnly
from backend.events.models import AttendeeQuerySet, Event
from backend.events.rules import is_organiser
from backend.people.models import Person
from backend.safeguarding.rules import matchable


def check_can_read_stats(person: Person, event: Event) -> None:
    """Refuse OrganisersOnly to anybody but the event's organisers."""
    if not is_organiser(person, event):
        raise OrganisersOnly(_("These figures are for the forum's organisers. Ask one of them."))


def countable(event: Event) -> AttendeeQuerySet:
    """The attendees the figures count: whoever matching may read, so no minor, nobody of unknown age and
    nobody hidden. A meeting counts when both of its people do."""
    return matchable(event)
