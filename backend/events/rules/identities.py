"""Whether somebody may sign in by an account elsewhere."""

from __future__ import annotations

import datetime as dt

from backend.events.models.attendees import Attendee
from backend.events.rules.age_classes import is_known_adult
from backend.people.models import KnownMinor, Person
from backend.people.selectors import who_reads_the_mailbox_of


def may_use_identity(person: Person, now: dt.datetime) -> bool:
    """Known adults at every forum who read their mailbox alone, and nobody of the demo; all others by code.

    An office is no hindrance: whoever holds one is asked for a second factor whatever opened the door.
    """
    if person.is_demo or not person.is_active or who_reads_the_mailbox_of(person).count() > 1:
        return False
    parts = Attendee.objects.filter(person=person.pk)
    if parts.exists():
        return not parts.filter(~is_known_adult(now)).exists()
    return not KnownMinor.objects.alive(now).about(person=person.pk).exists()
