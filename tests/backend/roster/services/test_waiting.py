"""Imports beside people who write: a preview waits for nobody, and nobody waits long for an import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from backend.core.progress import showing_progress
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event
from backend.people.models import Person
from backend.roster.services import importing
from backend.roster.services.csv_tables import CsvTable, read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.report import ImportReport
from backend.roster.services.rows import COLUMNS
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = importing.ROWS_AT_ONCE
HEADER = "email,name,organisation,sector,topics_seek\n"


def table_of(count: int, title: str = "") -> CsvTable:
    rows = "".join(f"p{n}@example.org,P{n},Org {n},academia,{title}\n" for n in range(count))
    return read_csv((HEADER + rows).encode(), columns=frozenset(COLUMNS))


def imported(event: Event, table: CsvTable, **given: object) -> ImportReport:
    return import_attendees(event=event, table=table, now=NOW, **given)  # type: ignore[arg-type]


@contextmanager
def somebody_else(*statements: str) -> Iterator[None]:
    """Another connection in a transaction that has run these statements, and ends with the block."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
        other.rollback()
    finally:
        other.close()


@contextmanager
def no_patience() -> Iterator[None]:
    """Whoever would wait for a lock fails instead."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1ms'")
        yield
        cursor.execute("SET lock_timeout = 0")


def test_a_preview_waits_for_nobody_and_writes_nothing(event: Event) -> None:
    imported(event, table_of(3))
    before = Person.objects.count(), Organisation.objects.count(), Attendee.objects.count()
    locks = [
        f'SELECT 1 FROM "{table}" FOR UPDATE'
        for table in ("events_event", "events_attendee", "people_person", "events_interest")
    ]
    with somebody_else(*locks), no_patience():
        report = imported(event, table_of(5, "sextortion"), dry_run=True)
    assert (report.added, report.updated, report.unchanged) == (2, 3, 0)
    assert before == (Person.objects.count(), Organisation.objects.count(), Attendee.objects.count())


@pytest.mark.slow
def test_between_two_batches_an_import_holds_no_lock(event: Event) -> None:
    imported(event, table_of(ROWS + 1))
    shares = []

    def lock_everybody(done: int, total: int) -> None:
        shares.append((done, total))
        with somebody_else(
            "SELECT 1 FROM events_event FOR UPDATE NOWAIT", "SELECT 1 FROM events_attendee FOR UPDATE NOWAIT"
        ):
            pass

    with showing_progress(lock_everybody):
        imported(event, table_of(ROWS + 1, "sextortion"))
    assert shares == [(0, ROWS + 1), (ROWS, ROWS + 1), (ROWS + 1, ROWS + 1)]


def test_a_batch_being_written_lets_others_refer_to_its_people_and_its_event(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(event, table_of(3))
    save = importing._save
    saved = []

    def save_and_look(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        # What an insert of a meeting, a notice or a view does to the rows it names.
        with somebody_else(
            "SELECT 1 FROM events_event FOR KEY SHARE NOWAIT",
            "SELECT 1 FROM events_attendee FOR KEY SHARE NOWAIT",
            "SELECT 1 FROM people_person FOR KEY SHARE NOWAIT",
        ):
            saved.append(True)

    monkeypatch.setattr(importing, "_save", save_and_look)
    imported(event, table_of(4, "sextortion"))
    assert saved == [True]


def test_an_import_stopped_half_way_has_saved_whole_rows_and_goes_on_when_repeated(event: Event) -> None:
    class PowerCutError(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise PowerCutError

    table = table_of(ROWS + 5, "sextortion")
    with pytest.raises(PowerCutError), showing_progress(stop):
        imported(event, table)
    assert Attendee.objects.filter(event=event, interests__topic__key="sextortion").count() == ROWS
    assert Attendee.objects.filter(event=event).count() == ROWS
    report = imported(event, table)
    assert (report.added, report.updated, report.unchanged) == (5, 0, ROWS)
