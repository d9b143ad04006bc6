"""Names of people, sectors and themes; names of people are for organisers only and in no file."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models import Event
from backend.events.selectors import PersonNamed, people_named, theme_names_for
from backend.stats.rules import countable


def people_counted(event: Event) -> dict[int, PersonNamed]:
    """Everybody the figures count, by attendee id; one query."""
    return people_named(countable(event))


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an event's keys: of its sectors and of its themes, in programme order."""

    sectors: dict[str, str]
    themes: dict[str, str]


def names_for(event: Event) -> Names:
    """The names of sectors and themes; two queries."""
    return Names(dict(event.sectors.values_list("key", "name")), theme_names_for(event))
