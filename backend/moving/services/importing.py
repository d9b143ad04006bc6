"""A forum's import: all of its file or nothing, under new numbers and under this installation's keys."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.hashers import make_password
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.roles import is_administrator
from backend.events.services.changes import announce_changes
from backend.moving.engine import EVENT, PERSON, Numbers, Translation
from backend.moving.models import Arrival
from backend.moving.rules import CARRIED, MODELS, CannotMove
from backend.moving.services.exporting import CHUNK, Progress, migrations_here
from backend.moving.services.files import FORMAT, NOT_WHOLE, CannotImport, decrypt, read_lines, scratch
from backend.people.models import KnownMinor, MovedKey, Person, hash_by, renewed_hashes
from backend.people.selectors import person_with_email
from backend.privacy.services.erasing import erase_attendees, erase_person
from backend.privacy.services.remembering import erasure_lines

# What a changed file, written by somebody who has the key, makes the libraries raise.
UNREADABLE = (zlib.error, OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, DeserializationError)
SHARED = ("pghistory_context", "people_formeraddress", "safeguarding_block")  # by forums of the same people
Line = dict[str, Any]


@dataclass(slots=True)
class Arrived:
    """What was imported: how many rows, accounts that wait for a proof of their address, and people erased."""

    event: Event
    rows: int
    waiting: int
    erased: int


@dataclass(slots=True)
class _Read:
    """What the first reading of a file tells."""

    header: Line
    keys: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    people: list[tuple[Any, str, str]] = field(default_factory=list)  # number, address, since when
    rows: int = 0


def import_forum(
    *, file: Path, key: str, by: Person, erasures: Iterable[Path] = (), now: dt.datetime, on_progress: Progress
) -> Arrived:
    """Import a forum's file; whoever has an account here already proves the address at the next sign-in.

    erasures: copies of the other installation's erasures.jsonl: whom they name is erased again. Refuses
    `not_yours` and CannotImport, and changes nothing then.
    """
    if not is_administrator(by):
        raise CannotMove("not_yours", "Only an administrator of this installation does this: name one by --by.")
    with scratch() as folder:
        plain = folder / "forum"
        decrypt(file, plain, key)
        try:
            read = _read_once(plain)
            _check_fits(read.header)
            with transaction.atomic():
                return _Import(read, erasures, now, on_progress).of(plain)
        except UNREADABLE as error:
            raise CannotImport(f"{file} {NOT_WHOLE}.") from error
        except DatabaseError as error:
            raise CannotImport(f"{file} {NOT_WHOLE}, or does not fit what is here.") from error


def _read_once(plain: Path) -> _Read:
    lines = read_lines(plain)
    read = _Read(next(lines))
    for line in lines:
        if "end" in line:
            if line["end"] != read.rows + 1:
                break
            return read
        read.rows += 1
        read.keys[line["table"]].append(line["pk"])
        if line["table"] == PERSON:
            read.people.append((line["pk"], line["fields"]["email"], line["fields"]["joined_at"]))
    raise ValueError


def _check_fits(header: Line) -> None:
    if header["format"] != FORMAT or header["migrations"] != migrations_here():
        raise CannotImport("The file was written by another version of Titian: both installations need the same.")
    if Event.objects.filter(slug=header["slug"]).exists():
        raise CannotImport(f"There is a forum “{header['slug']}” here already: its name in addresses is taken.")
    if Arrival.objects.filter(mark=header["mark"]).exists():
        raise CannotImport("This file was imported here before: it may hold people who were erased since.")


class _Import:
    """One import, in the caller's transaction."""

    def __init__(self, read: _Read, erasures: Iterable[Path], now: dt.datetime, on_progress: Progress) -> None:
        self.read, self.now, self.on_progress = read, now, on_progress
        self.keys: Mapping[str, str] = read.header["keys"]
        self.numbers = Numbers()
        self.erasures = {key: at for file in erasures for key, at in erasure_lines(file)}
        self.waiting = 0
        self.hash_of: dict[int, tuple[str, str]] = {}  # of accounts that are erased: nothing but hashes
        self.old_hashes: dict[int, set[str]] = {}  # of accounts, by their old number, where they came from
        self.to_erase: dict[str, list[int]] = defaultdict(list)
        self.known: set[tuple[str, Any]] = set()
        self.before = self._forums_before()

    def of(self, plain: Path) -> Arrived:
        for table in CARRIED:
            self.numbers.take(table, self.read.keys[table])
        self.came_before = self._accounts_before()
        for old, person in self.came_before.items():
            self.numbers.fix(PERSON, old, person)
        self.arriving = {self.numbers.of(PERSON, old) for old, *_ in self.read.people} - {*self.came_before.values()}
        for old, before in self.before.items():
            self.numbers.fix(EVENT, old, before)
        self._write_all(plain)
        event = Event.objects.get(pk=self.numbers.of(EVENT, self.read.header["event"]))
        self._keep_hashes()
        moved = MovedKey(event=event, old_event=self.read.header["event"], moved_at=self.now)
        moved.set_keys({name: key for name, key in self.keys.items() if name != "erasures"})
        moved.save()
        Arrival.objects.create(mark=self.read.header["mark"], event=event, arrived_at=self.now)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._erase_again()
        announce_changes(event.pk)
        erased = sum(map(len, self.to_erase.values()))
        return Arrived(event, self.read.rows, self.waiting, erased)

    def _forums_before(self) -> dict[int, int | None]:
        """The forums that came from the same installation, which its keys tell, by their numbers there."""
        ours = {name: key for name, key in self.keys.items() if name != "erasures"}
        others = MovedKey.objects.exclude(event=None).exclude(old_event=self.read.header["event"])
        return {one.old_event: one.event_id for one in others if one.keys() == ours}

    def _accounts_before(self) -> dict[Any, int]:
        """Accounts that came with an earlier forum of the same installation: one address, made at one moment."""
        if not self.before:
            return {}
        here = {(one.email, one.joined_at): one.pk for one in Person.objects.filter(erased_at=None)}
        found = ((pk, here.get((email, dt.datetime.fromisoformat(since)))) for pk, email, since in self.read.people)
        return {old: pk for old, pk in found if pk is not None}

    def _write_all(self, plain: Path) -> None:
        accounts = Person.objects.filter(erased_at=None).values_list("email", flat=True)
        hashes: dict[str, str] = {}
        for email in {*accounts, *(email for _pk, email, _since in self.read.people)}:
            hashes |= renewed_hashes(self.keys, email)
        translation, done = Translation(self.numbers, hashes), 0
        rows = self._rows(plain)
        while lines := list(islice(rows, CHUNK)):
            for table, group in groupby(lines, key=lambda line: str(line["table"])):
                self._write(table, list(group), translation)
            done += len(lines)
            self.on_progress("Importing", done / max(self.read.rows, 1))

    @staticmethod
    def _rows(plain: Path) -> Iterator[Line]:
        lines = read_lines(plain)
        next(lines)
        return (line for line in lines if "end" not in line)

    def _write(self, table: str, lines: list[Line], translation: Translation) -> None:
        if table not in CARRIED:
            raise ValueError(table)
        for line in lines:
            self._note_erasure(table, line)
        if table == PERSON:
            lines = [line for line in lines if line["pk"] not in self.came_before]
        rows = list(translation.rows(lines))
        if table == PERSON:
            rows = [self._account(cast(Person, row)) for row in rows]
        if table == "people_knownminor":
            for row in cast(list[KnownMinor], rows):
                self._tell_apart(row)
        MODELS[table]._base_manager.bulk_create(rows, ignore_conflicts=table in SHARED)

    def _account(self, person: Person) -> Model:
        """Without what lets somebody in; beside an account with this address, which opens it once proven."""
        person.is_staff = person.is_superuser = person.may_start_forums = person.is_demo = False
        person.password, person.last_login, person.factor_grace_at = make_password(None), None, None
        person.waits_for_proof = False
        if person.erased_at is not None:
            self.hash_of[person.pk] = person.address_hash, person.older_hash
        elif (first := person_with_email(person.email)) and first.pk not in self.arriving:
            if person.shares_with_id or Person.objects.filter(shares_with=first).exists():
                raise CannotImport(
                    "Two people read the mailbox of an account here or there, and a third would join them: give one "
                    f"of them another address first (account {first.pk} here)."
                )
            person.email, person.shares_with, person.waits_for_proof = first.email, first, True
            self.waiting += 1
        return person

    def _tell_apart(self, row: KnownMinor) -> None:
        """What two forums knew of one address is known once by the forum, and by nobody's beside."""
        key = row.address_hash, row.event_id
        if key in self.known:
            row.event = None
        self.known.add(key)

    def _note_erasure(self, table: str, line: Line) -> None:
        fields = line["fields"]
        if table == PERSON:
            self.old_hashes[line["pk"]] = {fields["address_hash"], fields["older_hash"]}
            kind, since, hashes = "person", fields["joined_at"], self.old_hashes[line["pk"]]
        elif table == "events_attendee":
            kind, since, hashes = "attendee", fields["joined_at"], self.old_hashes[fields["person"]]
        else:
            return
        erased = (self.erasures.get(hash_by(self.keys["erasures"], f"{kind}:{line['pk']}:{one}")) for one in hashes)
        if any(at is not None and dt.datetime.fromisoformat(since) < at for at in erased):
            self.to_erase[kind].append(self.numbers.of(table, line["pk"]))

    def _keep_hashes(self) -> None:
        """Of erased accounts, and have those whose address came back take up what is kept (a trigger does)."""
        for pk, (address, older) in self.hash_of.items():
            Person.objects.filter(pk=pk).update(address_hash=address, older_hash=older, skeleton_hash="")
        hashes = {one for pair in self.hash_of.values() for one in pair}
        back = Person.objects.filter(erased_at=None, address_hash__in=hashes)
        back.update(address_hash=F("address_hash"))

    def _erase_again(self) -> None:
        gone = Attendee.with_left.filter(pk__in=self.to_erase["attendee"], left_at=None)
        erase_attendees(list(gone.order_by("pk").values_list("pk", flat=True)), self.now)
        for person in Person.objects.filter(pk__in=self.to_erase["person"], erased_at=None):
            erase_person(person, self.now)
