"""A restored backup is cleaned before it serves: erasures are remembered beside the database."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection, transaction

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from backend.privacy.services.leaving import erase_account, leave_event
from backend.privacy.services.remembering import merge_erasures, remember_attendee, replay_erasures
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from tests.database import connected_as, tables_holding
from tests.factories import NOW, make_attendee, make_event

LATER = NOW + dt.timedelta(days=1)
NAME, ADDRESS = "Zephyrine Quillfeather", "zephyrine@quillfeather.example"


class RestoredError(Exception):
    """Ends a block of which nothing is kept: the database is as the backup had it."""


@pytest.mark.django_db
def test_who_left_and_whose_account_was_erased_are_erased_again_in_an_older_database() -> None:
    event = make_event()
    erased = make_attendee(event, name=NAME, email=ADDRESS, seeks="Ferrets that read subpoenas")
    left = make_attendee(event, name="Lena Left")
    stays = make_attendee(event, name="Sam Stays")
    Attendee.objects.update(joined_at=NOW - dt.timedelta(days=9))
    Person.objects.update(joined_at=NOW - dt.timedelta(days=9))
    with pytest.raises(RestoredError), transaction.atomic():
        erase_account(person=erased.person, is_confirmed=True, by=erased.person, now=NOW)
        leave_event(attendee=left, is_confirmed=True, by=left.person, now=NOW)
        raise RestoredError
    assert tables_holding("Quillfeather", "Lena Left") != set()
    assert replay_erasures(now=LATER) == 3
    assert tables_holding("Quillfeather", "Ferrets") == set()
    assert set(Attendee.objects.values_list("name", flat=True)) == {stays.name}
    assert Person.objects.filter(pk=left.person_id, erased_at=None).exists()
    assert replay_erasures(now=LATER) == 0


@pytest.mark.django_db
def test_who_came_back_since_stays_and_a_torn_line_is_passed_over(erasures: Path) -> None:
    event = make_event()
    leaver = make_attendee(event, name=NAME, email=ADDRESS)
    organiser = make_attendee(event, permission="organiser")
    leave_event(attendee=leaver, is_confirmed=True, by=leaver.person, now=NOW + dt.timedelta(days=3650))
    table = read_csv(f"email,name\n{ADDRESS},{NAME}\n".encode())
    import_attendees(event=event, table=table, by=organiser.person, now=LATER)
    with erasures.open("a") as file:
        file.write('{"erased": "ab')
    assert replay_erasures(now=LATER) == 0
    assert Attendee.objects.filter(event=event, person=leaver.person_id).exists()


@pytest.mark.django_db
def test_what_is_erased_after_a_crash_cut_a_line_short_is_remembered(erasures: Path) -> None:
    erasures.write_text('{"erased": "ab')
    leaver = make_attendee(make_event(), name=NAME, email=ADDRESS)
    Attendee.objects.update(joined_at=NOW - dt.timedelta(days=9))
    with pytest.raises(RestoredError), transaction.atomic():
        leave_event(attendee=leaver, is_confirmed=True, by=leaver.person, now=NOW)
        raise RestoredError
    assert replay_erasures(now=LATER) == 1


@pytest.mark.django_db
def test_copies_of_the_file_are_merged_and_the_last_erasure_of_a_row_counts(erasures: Path, tmp_path: Path) -> None:
    leaver = make_attendee(make_event(), name=NAME, email=ADDRESS)
    Attendee.objects.update(joined_at=NOW)
    for days in (-9, 9):
        remember_attendee(leaver, leaver.person, NOW + dt.timedelta(days=days))
    first, last = erasures.read_text().splitlines()
    (tmp_path / "one").write_text(f"{last}\n{first}\n")
    erasures.write_text(f"{first}\n")
    assert merge_erasures(files=[tmp_path / "one", tmp_path / "none"]) == 1
    assert merge_erasures(files=[tmp_path / "one"]) == 0
    assert replay_erasures(now=LATER) == 1


@pytest.mark.django_db(transaction=True)
def test_a_backup_made_before_the_erasure_is_restored_and_holds_the_person_no_more(tmp_path: Path) -> None:
    dump = tmp_path / "backup.dump"
    binaries = next(Path(sys.prefix).rglob("pginstall*/bin/pg_dump")).parent
    database = connection.settings_dict
    where = ["-h", str(database["HOST"]), "-p", str(database["PORT"] or 5432), "-U", str(database["USER"])]

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries / program, *where, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | {"PGPASSWORD": str(database["PASSWORD"])},
        )
        assert done.returncode == 0, done.stderr

    leaver = make_attendee(make_event(), name=NAME, email=ADDRESS)
    run("pg_dump", "-Fc", "-f", str(dump), str(database["NAME"]))
    erase_account(person=leaver.person, is_confirmed=True, by=leaver.person, now=LATER + dt.timedelta(days=365))
    assert tables_holding("Quillfeather") == set()
    with connection.cursor() as cursor:
        cursor.execute("create database restored template template0")
    try:
        run("pg_restore", "-d", "restored", str(dump))
        with connected_as(NAME="restored"):
            assert "people_person" in tables_holding("Quillfeather")
            assert replay_erasures(now=LATER) == 2
            assert tables_holding("Quillfeather") == set()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop database restored with (force)")
    assert project.ERASURES.read_text().count("\n") == 2
