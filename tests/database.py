"""The tests' database server, and how a test holds the database to what it must never accept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from filelock import FileLock

from backend.config.database import embedded_settings
from backend.config.embedded import DATABASE, EmbeddedPostgres

SECONDS_TO_WAIT = 60

GROWN_BYTES = 1 << 20
TAKEN_BACK_BYTES = 1 << 16
TABLES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname NOT IN ('auth_permission', 'django_content_type', 'django_migrations')
"""
SERVER_OF_THIS_RUN = "TITIAN_TEST_POSTGRES"  # the variable that holds its folder


@contextmanager
def connected_as(**settings: object) -> Iterator[BaseDatabaseWrapper]:
    """The default connection of this thread is another one, whose settings differ in these."""
    ours, other = connections[DEFAULT_DB_ALIAS], connection.copy()
    other.settings_dict.update(settings)
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield other
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = ours


def connected_to(server: EmbeddedPostgres) -> AbstractContextManager[BaseDatabaseWrapper]:
    """The default connection of this thread leads to the database of this server."""
    return connected_as(
        NAME=DATABASE, PASSWORD=server.password, HOST=str(server.socket_folder), EMBEDDED={"data": str(server.data)}
    )


def make_tables(folder: Path) -> None:
    """All tables in this server's own database, which every worker copies; one makes them, others wait for it."""
    connections[DEFAULT_DB_ALIAS].settings_dict.update(embedded_settings(folder, durable=False))
    made = folder / "tables-made"
    with FileLock(folder.with_name(f"tables-of-{folder.name}.lock")):
        if not made.exists():
            call_command("migrate", verbosity=0)
            connections[DEFAULT_DB_ALIAS].close()
            made.touch()


def begin_to_make_tables(folder: Path) -> subprocess.Popen[bytes]:
    """The same in a process of its own, while the workers are still reading the tests."""
    return subprocess.Popen([sys.executable, "-m", "tests.database", str(folder)], cwd=settings.BASE_DIR)


@contextmanager
def own_server(name: str) -> Iterator[EmbeddedPostgres]:
    """An empty database of its own, to which the default connection of this thread leads."""
    folder: Path = settings.VAR / "test-postgres" / f"{name}-{os.getpid()}"
    folder.mkdir(parents=True)
    server = EmbeddedPostgres(folder / "data", durable=False)
    server.ensure_running()
    try:
        with connected_to(server):
            yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def refusing(table: str, when: str) -> Iterator[None]:
    """The database refuses to add, change or delete rows of this table that fit; in one transaction.

    `when`: a condition on `row`, in SQL.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "create function refuse_it() returns trigger language plpgsql as $$"
            f"declare row {table} = coalesce(new, old);"
            f" begin if {when} then raise exception 'refused'; end if; return row; end $$;"
            f"create trigger refused before insert or update or delete on {table}"
            " for each row execute function refuse_it()"
        )
        yield
        cursor.execute(f"drop trigger refused on {table}; drop function refuse_it()")


@contextmanager
def taken_back(case: str) -> Iterator[None]:
    """What is written meanwhile is taken back: one of several cases that begin with the same rows.

    Its name stands under the error where it fails.
    """
    with transaction.atomic():
        try:
            yield
        except Exception as error:
            error.add_note(f"The case: {case}.")
            raise
        transaction.set_rollback(True)


def empty_tables(*, truncate: bool = False) -> None:
    """Delete what a test committed, once nobody is writing any more.

    Content types and permissions stay, as no test changes them. Truncating the hundred tables and their
    indexes costs half a second of a processor, so that is done only where one has grown, by rows that were
    deleted or taken back, too.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLES)
        sizes = dict(cursor.fetchall())
        quoted = {name: connection.ops.quote_name(name) for name in sizes}
        cursor.execute(f"LOCK TABLE {', '.join(quoted.values())} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT current_setting('is_superuser')")
        (may_leave_out_triggers,) = cursor.fetchone()
        if truncate or may_leave_out_triggers != "on" or max(sizes.values()) > GROWN_BYTES:
            cursor.execute(f"TRUNCATE {', '.join(quoted.values())}")
            return
        is_filled = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {table})" for name, table in quoted.items()
        )
        cursor.execute(is_filled)
        filled = [quoted[name] for (name,) in cursor.fetchall()]
        if filled:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(";".join(f"DELETE FROM {table}" for table in filled))


def vacuum_grown_tables() -> None:
    """Free what tests took back, as nothing else does: else every scan reads the rows of all tests before.

    A table left with pages but without rows would be planned for as empty: then all are truncated.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        grown = [name for name, size in cursor.fetchall() if size > TAKEN_BACK_BYTES]
        if grown:
            tables = ", ".join(map(connection.ops.quote_name, grown))
            cursor.execute(f"VACUUM (INDEX_CLEANUP ON) {tables}")
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relpages > 0", [grown])
            if cursor.fetchone() != (0,):
                empty_tables(truncate=True)


def count_rows_anew() -> None:
    """Tell the planner how many rows there are, as autovacuum does within a minute of many new ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def refused_by(constraint: str, write: Callable[[], object]) -> None:
    """The database refuses the write, at once or at the commit, by this constraint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def tables_holding(*words: str) -> set[str]:
    """The tables in which one of these words stands, whatever its case, in any column."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            for word in words:
                cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"])
                if cursor.fetchone():
                    found.add(table)
    return found


def until_waiting(number: int) -> None:
    """Return when so many connections wait for a lock."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")  # or a transaction sees what it saw first
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone() == (number,):
                return
    pytest.fail(f"never did {number} connections wait")


if __name__ == "__main__":
    django.setup()
    make_tables(Path(sys.argv[1]))
