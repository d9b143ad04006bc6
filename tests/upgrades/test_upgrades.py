"""A backup of each version is restored and upgraded: every row is still there, is read and is written.

A release adds its own backup: `python -m tests.upgrades.make`. As long as no migration has followed, one is
planted, and one that loses rows is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from backend.booking.models.meetings import Meeting
from backend.booking.services.answers import accept_meeting
from backend.config.backup import restore_backup
from backend.events.models.aliases import Alias
from backend.events.models.consents import GuardianConsent
from backend.events.models.merges import Merge
from tests.backend.config.test_backup import TABLES
from tests.database import own_server, taken_back
from tests.upgrades.make import FOLDER, SECRET_KEY

BACKUPS = sorted(FOLDER.glob("*.tar"))
MOST_BYTES = 3_000_000
WRITTEN_BY_UPGRADING = ("django_migrations", "django_content_type", "auth_permission")
MOTTO = operations.AddField("event", "motto", models.TextField(null=True))
LOSSES = {
    "booking_notice": operations.RunSQL("DELETE FROM booking_notice WHERE id = (SELECT min(id) FROM booking_notice)"),
    "events_attendee": operations.RunSQL("UPDATE events_attendee SET about = '' WHERE about != ''"),
    "events_event": operations.RemoveField("event", "venue"),
}

Content = dict[str, tuple[list[str], str]]  # of each table: its columns, and a digest of its rows in them


@pytest.fixture(params=BACKUPS, ids=lambda path: path.stem)
def restored(
    request: pytest.FixtureRequest, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Content]:
    """The backup of a version in a database of its own, as it was then."""
    with own_server(f"upgrades-{request.param.stem}"), django_db_blocker.unblock():
        settings.VAR, settings.ERASURES = tmp_path, tmp_path / "erasures.jsonl"
        settings.SECRET_KEY = SECRET_KEY
        restore_backup(path=request.param, identity=None, erasures=[])
        yield {table: (columns, _digest(table, columns)) for table, columns in _columns().items()}


def _columns() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY column_name) "
            f"FROM information_schema.columns WHERE table_name IN ({TABLES} AND table_type = 'BASE TABLE') "
            "AND table_name != ALL(%s) GROUP BY table_name",
            [list(WRITTEN_BY_UPGRADING)],
        )
        return dict(cursor.fetchall())


def _digest(table: str, columns: Collection[str]) -> str:
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\")) "
            f"FROM (SELECT {names} FROM {table}) t"
        )
        return str(cursor.fetchone()[0])


def _upgrade(planted: operations.base.Operation) -> None:
    """Apply the migrations of now, and after them one more of this operation."""
    call_command("migrate", verbosity=0)
    executor = MigrationExecutor(connection)
    [newest] = executor.loader.graph.leaf_nodes("events")
    key = ("events", "9999_planted")
    migration = Migration(key[1], key[0])
    migration.dependencies, migration.operations = [newest], [planted]
    executor.loader.graph.add_node(key, migration)
    executor.loader.graph.add_dependency(migration, key, newest)
    executor.migrate([key])


def _lost(before: Content) -> list[str]:
    """The tables that lack a row or a column, or hold another value."""
    now = _columns()
    return [
        table
        for table, (columns, rows) in before.items()
        if not set(columns) <= set(now.get(table, ())) or _digest(table, columns) != rows
    ]


def test_every_row_of_an_earlier_version_is_there_after_the_upgrade_and_is_read_and_written(restored: Content) -> None:
    _upgrade(MOTTO)
    assert _lost(restored) == []
    assert set(Meeting.objects.values_list("state", flat=True)) == set(Meeting.State.values)
    assert set(GuardianConsent.objects.values_list("state", flat=True)) == {"asked", "given", "withdrawn"}
    assert {done is None for done in Merge.objects.values_list("done_at", flat=True)} == {True, False}
    assert Alias.objects.exists()
    request = Meeting.objects.get(event__slug="forum", state=Meeting.State.REQUESTED)
    [host] = [seat.attendee for seat in request.seats.all() if seat.attendee_id != request.asker_id]
    with time_machine.travel(request.asked_at, tick=True):
        for address in ("", "people/", "meetings/", "suggestions/", "profile/"):
            client = Client()
            client.force_login(host.person)
            assert client.get(f"/e/forum/{address}", follow=True).status_code == 200, address
        accept_meeting(attendee=host, meeting_id=request.pk, slot_id=None, by=host.person, now=request.asked_at)
    request.refresh_from_db()
    assert request.state == Meeting.State.ACCEPTED


def test_a_migration_that_loses_a_row_a_value_or_a_column_is_found(restored: Content) -> None:
    for table, loss in LOSSES.items():
        with taken_back(table):
            _upgrade(loss)
            assert table in _lost(restored)


@pytest.mark.parametrize("backup", BACKUPS, ids=lambda path: path.stem)
def test_a_kept_backup_is_small(backup: Path) -> None:
    assert backup.stat().st_size <= MOST_BYTES
