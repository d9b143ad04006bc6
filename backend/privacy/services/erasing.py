"""Erasing, for whoever decided on it: a person, the time of keeping, or a restored backup."""

from __future__ import annotations

import datetime as dt

from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.groups.services.leaving import end_everything_of
from backend.people.models import Person
from backend.privacy.services.accounts import close_account, end_sessions
from backend.privacy.services.rows import erase_rows


def erase_person(person: Person, now: dt.datetime) -> None:
    """Erase the person's part in every event and close the account, in the caller's transaction."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    parts = Attendee.objects.filter(person=person.pk).order_by("pk")
    erase_attendees(list(parts.values_list("pk", flat=True)), now)
    end_sessions(person)
    close_account(person, now)


def erase_attendees(ids: list[int], now: dt.datetime) -> None:
    """End what these attendees have to come, and erase them, in the caller's transaction."""
    end_everything_of(attendee_ids=ids, now=now)
    rows = Attendee.objects.select_related("person", "event", "organisation__sector", "organisation__event")
    for attendee in rows.filter(pk__in=ids).order_by("pk"):
        end_appointments(attendee, now)
        erase_rows(attendee, now)


def end_appointments(attendee: Attendee, now: dt.datetime) -> None:
    """End what is left of a role, of whoever may leave it."""
    held = Appointment.objects.in_force().filter(attendee=attendee)
    held.update(state=Appointment.State.ENDED, ended_at=now)
