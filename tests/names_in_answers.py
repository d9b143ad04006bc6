"""Sends forms about protected people to every page and operation, and finds names that the answers tell.

What accounts are called is marked, too: it is read by nobody but its owner. Each form is undone again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from backend.core.models import UseCount
from backend.people.models import Person
from tests.other_forums import HERE, THERE, choices_of, numbers_of
from tests.reading_everything import LISTS, Stage, addresses, admitted_by, mark, set_stage, text_of
from tests.safeguarding_statement import Part, Situation

ORGANISER, LEAD, PARTICIPANT = 0, 1, 2
READERS = {ORGANISER: "organiser", LEAD: "safeguarding-lead", PARTICIPANT: "participant"}
ALIASED, NEW_ALIASED, MINOR, NEW_MINOR, HIDDEN, UNKNOWN, SHARES = range(3, 10)
PROTECTED = (ALIASED, NEW_ALIASED, MINOR, NEW_MINOR, HIDDEN, UNKNOWN, SHARES)
ACCOUNT = re.compile(r"Zaccount(\d+)Z")
NO_EVENT = 9


def make_stage() -> Stage:
    """A forum whose people met, and then: two under an alias, minors and others; three have not joined."""
    parts = [Part(person, HERE, permission=role) for person, role in READERS.items()]
    parts += [
        Part(ALIASED, HERE, alias=True),
        Part(NEW_ALIASED, HERE, alias=True, joined=False),
        Part(MINOR, HERE, age="minor"),
        Part(NEW_MINOR, HERE, age="minor", joined=False),
        Part(HIDDEN, HERE, listed=False, joined=False),
        Part(UNKNOWN, HERE, age="unknown"),
        Part(SHARES, HERE),
        Part(ALIASED, THERE),
    ]
    stage = set_stage(Situation(10, tuple(parts)), timezone.now())
    for person in stage.people.values():  # two read one mailbox with somebody who is under an alias, or a minor
        Person.objects.filter(pk=person.pk).update(name=f"Zaccount{_number(stage, person)}Z")
    for first, second in ((ALIASED, SHARES), (MINOR, UNKNOWN)):  # two who read one mailbox
        owner = stage.people[first]
        Person.objects.filter(pk=stage.people[second].pk).update(
            email=owner.email, address_hash=owner.address_hash, shares_with=owner
        )
    return stage


def _number(stage: Stage, person: Person) -> int:
    return next(number for number, one in stage.people.items() if one.pk == person.pk)


def told_names(seed: int, reader: int, caplog: pytest.LogCaptureFixture, *, people: int) -> tuple[int, list[str]]:
    """As this reader, a form about so many protected people to every address: how many, and what is told."""
    stage, chance, found, sent = make_stage(), random.Random(seed), [], 0
    client = Client()
    client.force_login(stage.people[reader])
    client.raise_request_exception = False
    choices, numbers = choices_of("do"), numbers_of(stage, HERE)
    for route, numbered in addresses(stage, HERE).items():
        is_admitted = READERS[reader] in admitted_by(numbered[0])
        for method in _methods(route, numbered[0]):
            for person in chance.sample(PROTECTED, people if is_admitted else 1):
                address = _about(stage, person, numbered, chance)
                fields = _form_about(stage, person, numbers, chance) | {"do": chance.choice(choices)}
                caplog.clear()
                status, text = _answer(client, method, address, fields)
                sent += 1
                found += [f"{method} {address}: {told}" for told in _told(reader, route, text + caplog.text)]
                if status == 405:
                    break
    return sent, sorted(set(found))


def _methods(route: str, address: str) -> list[str]:
    if not route.startswith("/api/"):
        return ["post"] if "<slug:slug>" in route else []
    view = getattr(resolve(address).func, "cls", None)
    return [method for method in ("post", "put", "patch", "delete") if hasattr(view, method)]


def _about(stage: Stage, person: int, numbered: list[str], chance: random.Random) -> str:
    """An address that names this person, where one does."""
    number = f"/{stage.attendees[person, HERE].pk}/"
    return chance.choice([one for one in numbered if number in one] or numbered)


def _form_about(stage: Stage, person: int, numbers: dict[str, list[int]], chance: random.Random) -> dict[str, object]:
    """All that any form sends: numbers of the forum, wherever they can be this person's."""
    attendee = stage.attendees[person, HERE]
    of_person = {attendee.pk, attendee.person_id, attendee.organisation_id}
    fields: dict[str, object] = {
        name: next((one for one in ids if one in of_person), None) or chance.choice(ids)
        for name, ids in numbers.items()
        if ids
    }
    fields |= {"first": attendee.pk, "second": stage.attendees[ORGANISER, HERE].pk}
    fields |= {"permission": chance.choice(["organiser", "safeguarding-lead"]), "category": "other"}
    fields |= {"words": "A word.", "name": "A name", "confirm": "on", "reason": "A word.", "role": "delegate"}
    fields |= {"email": stage.people[person].email, "age_class": chance.choice(["adult", "minor"])}
    return fields


def _answer(client: Client, method: str, address: str, fields: dict[str, object]) -> tuple[int, str]:
    """The status and what is answered, with the messages for the next page; what the form did is undone."""
    UseCount.objects.all().delete()
    options = {"content_type": "application/json"} if address.startswith("/api/") else {}
    with transaction.atomic():
        answer = getattr(client, method)(address, fields, **options)
        queued = getattr(getattr(answer.wsgi_request, "_messages", None), "_queued_messages", [])
        text = " ".join([text_of(answer), *map(str, queued)])
        transaction.set_rollback(True)
    return answer.status_code, text


def _told(reader: int, route: str, text: str) -> Iterator[str]:
    for account in ACCOUNT.findall(text):
        if int(account) != reader:
            yield f"what the account {account} is called"
    for person in (MINOR, NEW_MINOR):
        if mark("last", person, NO_EVENT) in text:
            yield f"the whole name of the minor {person}"
    for person in (ALIASED, NEW_ALIASED):
        if not LISTS["alias"].search(route) and mark("last", person, NO_EVENT) in text:
            yield f"the name behind the alias of {person}"
    if reader == PARTICIPANT and mark("first", HIDDEN, NO_EVENT) in text:
        yield "the name of somebody hidden"
