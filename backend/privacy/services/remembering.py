"""Erasures remembered beside the database, so that a restored backup is cleaned before it serves.

A line is a keyed hash of the row's number with its address, and when it was erased: nobody is named. It is
written, and forced to the disk, before the transaction ends: an erasure that was promised is never forgotten.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.outcomes.services.connections import keep_connections
from backend.people.models import Person
from backend.privacy.rules import is_time_over
from backend.privacy.services.erasing import erase_attendees, erase_person

SALT = "titian.privacy.erasures"


def remember_attendee(attendee: Attendee, person: Person, now: dt.datetime) -> None:
    """Remember that this attendee, of this account, is erased."""
    _remember("attendee", attendee.pk, person, now)


def remember_person(person: Person, now: dt.datetime) -> None:
    """Remember that this account is erased."""
    _remember("person", person.pk, person, now)


def replay_erasures(*, now: dt.datetime) -> int:
    """Erase again whom a restored backup brought back; gives the number of rows. Doing it again does nothing.

    Whoever came back by themself since, or was put on a list again, stays.
    """
    erased = _remembered()
    if not erased:
        return 0
    attendees = {
        pk: erased[_key("attendee", pk, address)]
        for pk, since, *addresses in Attendee.objects.order_by("pk").values_list(
            "pk", "joined_at", "person__older_hash", "person__address_hash"
        )
        for address in addresses
        if since < erased.get(_key("attendee", pk, address), since)
    }
    people = {
        pk: None
        for pk, since, *addresses in Person.objects.filter(erased_at=None)
        .order_by("pk")
        .values_list("pk", "joined_at", "older_hash", "address_hash")
        for address in addresses
        if since < erased.get(_key("person", pk, address), since)
    }
    for pk, erased_at in attendees.items():
        _erase_attendee(pk, erased_at, now)
    for pk in people:
        _erase_person(pk, now)
    return len(attendees) + len(people)


@in_transaction
def _erase_attendee(attendee_id: int, erased_at: dt.datetime, now: dt.datetime) -> None:
    """Erase the attendee again; where their time of keeping was over then, connections stay as they did."""
    attendee = Attendee.objects.select_related("person", "event").get(pk=attendee_id)
    if is_time_over(attendee, erased_at):
        keep_connections(attendee=attendee, now=now)
    erase_attendees([attendee_id], now)


@in_transaction
def _erase_person(person_id: int, now: dt.datetime) -> None:
    erase_person(Person.objects.get(pk=person_id), now)


def _key(kind: str, pk: int, address: str) -> str:
    return salted_hmac(SALT, f"{kind}:{pk}:{address}", algorithm="sha256").hexdigest()


def _remember(kind: str, pk: int, person: Person, now: dt.datetime) -> None:
    """One line for each address the account has or had: an older backup may hold an older one."""
    hashes = {*person.address_hashes, *person.former_addresses.values_list("address_hash", flat=True)}
    _append(*((_key(kind, pk, address), now) for address in sorted(hashes)))


def merge_erasures(*, files: Iterable[Path]) -> int:
    """Remember too what these copies of the file hold; gives how many lines that added."""
    added = dict.fromkeys(line for file in files for line in erasure_lines(file))
    for line in erasure_lines(settings.ERASURES):
        added.pop(line, None)
    if added:
        _append(*added)
    return len(added)


def _append(*erased: tuple[str, dt.datetime]) -> None:
    text = "".join(json.dumps({"erased": key, "at": at.isoformat()}) + "\n" for key, at in erased)
    settings.ERASURES.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.ERASURES, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "ab") as file:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":  # a crash cut the last line short
            text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(handle)


def _remembered() -> dict[str, dt.datetime]:
    """When each was erased last, by its key."""
    return dict(sorted(erasure_lines(settings.ERASURES), key=lambda line: line[1]))


def erasure_lines(file: Path) -> Iterator[tuple[str, dt.datetime]]:
    """The lines of a file; one that a crash cut short, or that is none of ours, is left out."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            key, at = row["erased"], dt.datetime.fromisoformat(row["at"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(key, str) and at.tzinfo is not None:
            yield key, at
