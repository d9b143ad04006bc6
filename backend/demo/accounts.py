"""The accounts of the demo that a visitor can enter as."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.people.models import ApiToken, Person

ACCOUNTS_FILE = Path(__file__).parent / "data" / "accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo account: what a visitor reads of it, and the fictional person it signs in as."""

    key: str
    label: str
    note: str
    person: Person
    constituency: str


def demo_accounts() -> tuple[DemoAccount, ...]:
    """The accounts whose people exist, in the order of the file; none before load_demo. Two queries."""
    rows = json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))
    people = Person.objects.filter(email__in=[row["email"] for row in rows], is_active=True, is_demo=True)
    found = {person.email: person for person in people.prefetch_related("attendances__organisation__sector")}
    return tuple(
        DemoAccount(row["key"], row["label"], row.get("note", ""), person, _constituency_of(person))
        for row in rows
        if (person := found.get(row["email"]))
    )


def demo_account_for(key: str) -> DemoAccount:
    """The account with this key; refuses NotFound."""
    found = next((account for account in demo_accounts() if account.key == key), None)
    if found is None:
        raise NotFound(_("The demo forum has no such person. Load it with: python manage.py load_demo"))
    return found


def end_demo_access() -> None:
    """End all sessions and tokens of the demo's people: a session holds as long as its password does."""
    people = Person.objects.filter(is_demo=True)
    ApiToken.objects.filter(person__in=people).delete()
    people.update(password=make_password(None))


def _constituency_of(person: Person) -> str:
    """The person's constituency at their latest event; empty if the person attends no event."""
    latest = max(person.attendances.all(), key=lambda attendee: attendee.event_id, default=None)
    return latest.constituency if latest else ""
