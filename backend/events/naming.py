"""Names for organisers' eyes. Attendees see each other by the contact policy alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from backend.events.models import Attendee


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """An attendee as the lists of an organiser show them."""

    attendee_id: int
    name: str
    organisation: str
    constituency: str
    country: str


def name_in_lists(attendee: Attendee) -> str:
    """The name of an attendee loaded with its person; of a known minor the first name only (S7)."""
    name = attendee.person.name
    is_minor = attendee.age_class == Attendee.AgeClass.MINOR
    return next(iter(name.split()), "") if is_minor else name


def people_named(attendees: QuerySet[Attendee]) -> dict[int, PersonNamed]:
    """These attendees by id, in the order of the query; one query."""
    rows = attendees.values_list(
        "pk", "person__name", "organisation__name", "organisation__sector__constituency", "country"
    )
    return {
        pk: PersonNamed(pk, name, organisation or "", constituency or "other", country)
        for pk, name, organisation, constituency, country in rows
    }
