"""Rehearsals: copies of a forum with made-up people, out of which nothing leads."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.events.models.attendees import AttendeeQuerySet
from backend.events.models.events import Event

MADE_UP_DOMAIN = "example.invalid"  # no mail reaches it (RFC 2606)


def check_takes_people(event: Event) -> None:
    """Refuse `rehearsal_only` where the event is a rehearsal: nobody real is added to one."""
    if event.is_rehearsal:
        raise Refused(
            "rehearsal_only", _("This is a rehearsal, and its people are made up: add people to the forum itself.")
        )


def made_up_in(people: AttendeeQuerySet) -> AttendeeQuerySet:
    """Those of these attendees who are made up: of a rehearsal, and under an address that is nobody's."""
    return people.filter(event__rehearsal_of__isnull=False, person__email__endswith=f"@{MADE_UP_DOMAIN}")
