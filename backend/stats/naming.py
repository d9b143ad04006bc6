"""Names for the people figures are about, for an organiser's eyes on the desk; no file holds them."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models import Event
from backend.stats.rules import countable


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """An attendee as the desk's lists show them."""

    attendee_id: int
    name: str
    organisation: str
    constituency: str
    country: str


def people_named(*, event: Event) -> dict[int, PersonNamed]:
    """Everybody the figures count, by attendee id; one query."""
    rows = countable(event).values_list(
        "pk", "person__name", "organisation__name", "organisation__sector__constituency", "country"
    )
    return {
        pk: PersonNamed(pk, name, organisation or "", constituency or "other", country)
        for pk, name, organisation, constituency, country in rows
    }
