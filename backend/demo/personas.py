"""The people of the demo forum a visitor may walk in as."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.people.models import Person

PERSONAS_FILE = Path(__file__).parent / "data" / "personas.json"


@dataclass(frozen=True, slots=True)
class Persona:
    """One way to look at the demo forum, with the fictional account behind it."""

    key: str
    label: str
    note: str
    person: Person
    constituency: str


def personas() -> tuple[Persona, ...]:
    """The personas whose accounts exist, in the order of the file; none before load_demo. Two queries."""
    rows = json.loads(PERSONAS_FILE.read_text(encoding="utf-8"))
    people = Person.objects.filter(email__in=[row["email"] for row in rows], is_active=True)
    found = {person.email: person for person in people.prefetch_related("attendances__organisation__sector")}
    return tuple(
        Persona(row["key"], row["label"], row.get("note", ""), person, _constituency_of(person))
        for row in rows
        if (person := found.get(row["email"]))
    )


def persona_for(key: str) -> Persona:
    """The persona with this key; refuses NotFound."""
    found = next((persona for persona in personas() if persona.key == key), None)
    if found is None:
        raise NotFound(_("The demo forum has no such person. Load it with: python manage.py load_demo"))
    return found


def _constituency_of(person: Person) -> str:
    """The constituency of the person's latest part in an event; nothing for a stranger to all of them."""
    latest = max(person.attendances.all(), key=lambda attendee: attendee.event_id, default=None)
    return latest.constituency if latest else ""
