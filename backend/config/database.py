"""Which PostgreSQL Titian uses, and one plain sentence for everything that can be wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.utils import DatabaseError, OperationalError, ProgrammingError
from filelock import FileLock
from psycopg.errors import InsufficientPrivilege

from backend.config.embedded import DATABASE, USER, DatabaseUnusable, EmbeddedPostgres

OLDEST = 150000  # PostgreSQL 15, as `server_version_num` counts
UNKNOWN_OPTION = "invalid connection option"  # libpq's words, which come before any server is asked


def database_settings(given: dict[str, Any] | None, data: Path) -> dict[str, Any]:
    """Django's description of the server that DATABASE_URL names, else of the embedded one in `data`."""
    kept_open = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if given is not None:
        # libpq waits for ever where a port is open and silent; DATABASE_URL may say otherwise.
        options = {"connect_timeout": 10, **given.get("OPTIONS", {})}
        return {**given, "ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **kept_open}
    return {"ENGINE": "backend.config.postgres", **embedded_settings(data), **kept_open}


def embedded_settings(data: Path, *, durable: bool = True) -> dict[str, Any]:
    """What Django needs to know of the embedded server in `data`; the first connection starts it."""
    return {
        "NAME": DATABASE,
        "USER": USER,
        "HOST": str(EmbeddedPostgres(data).socket_folder),
        "PORT": "",
        "EMBEDDED": {"data": str(data), "durable": durable},
    }


def check_database() -> None:
    """Refused with DatabaseUnusable when the server is absent, too old, or pgvector cannot be had there."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            cursor.execute("show server_version_num")
            number = int(cursor.fetchone()[0])
            cursor.execute("select count(*) from pg_extension where extname = 'vector'")
            (created,) = cursor.fetchone()
            cursor.execute("select count(*) from pg_available_extensions where name = 'vector'")
            (installed,) = cursor.fetchone()
    except (OperationalError, ProgrammingError) as error:
        raise DatabaseUnusable(sentence_for(error)) from error
    if number < OLDEST:
        raise DatabaseUnusable(f"DATABASE_URL names PostgreSQL {number // 10000}; Titian needs 15 or later.")
    if created:
        return
    if not installed:
        raise DatabaseUnusable(
            "DATABASE_URL names a PostgreSQL without pgvector: install its package on that server "
            "(postgresql-NN-pgvector in most distributions), or unset DATABASE_URL to use the embedded one."
        )
    try:
        # Tried and taken back: hosted servers let roles create it whom the catalogue calls unable to.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("create extension vector")
            transaction.set_rollback(True)
    except ProgrammingError as error:
        raise DatabaseUnusable(sentence_for(error)) from error


def bring_up_to_date() -> None:
    """Give the embedded database the tables it lacks, and say so; a server of one's own is left as it is.

    Costs a twentieth of a second where none is lacking. Refused with DatabaseUnusable as by `check_database`,
    and when tables are lacking in the database that DATABASE_URL names.
    """
    check_database()
    if not _tables_lacking():
        return
    if "EMBEDDED" not in connections[DEFAULT_DB_ALIAS].settings_dict:
        raise DatabaseUnusable(
            "The database that DATABASE_URL names lacks tables: run `python manage.py migrate`."
        )
    with FileLock(settings.VAR / "migrate.lock"):
        if _tables_lacking():  # nobody else brought them meanwhile
            print("Bringing the tables of the database up to date ...", file=sys.stderr, flush=True)
            call_command("migrate", interactive=False, verbosity=0)


def _tables_lacking() -> bool:
    from django.db.migrations.executor import MigrationExecutor  # needs the apps, and they these settings

    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_about_the_server(error: DatabaseError) -> bool:
    """True for a failure that lies with the server, the role's rights or the address, not with a query."""
    return isinstance(error, OperationalError) or _denied(error) is not None or UNKNOWN_OPTION in str(error)


def _denied(error: BaseException | None) -> str | None:
    """What the role may not do, in the server's words; None when that is not what failed."""
    while error is not None:
        if isinstance(error, InsufficientPrivilege):
            return error.diag.message_primary
        error = error.__cause__ or error.__context__
    return None


def sentence_for(error: Exception) -> str:
    """One line for what `is_about_the_server`, without the password and without the driver's hints."""
    text = " ".join(str(error).split())
    used = connections[DEFAULT_DB_ALIAS].settings_dict
    where = f"{used.get('HOST') or 'localhost'}:{used.get('PORT') or 5432}"
    if denied := _denied(error):
        if "extension" in denied:
            remedy = "let an administrator of that server run CREATE EXTENSION vector in it once"
        else:
            remedy = "give that role the right, or name the owner in DATABASE_URL"
        return (
            f"The database {used.get('NAME')!r} at {where} refuses {used.get('USER')!r} ({denied}): {remedy}."
        )
    if UNKNOWN_OPTION in text:
        option = text.partition(UNKNOWN_OPTION)[2].strip(' "')
        return f"DATABASE_URL ends in an option that PostgreSQL does not know: {option}."
    known = {
        "password authentication failed": f"refused the password of {used.get('USER')!r}",
        "no password supplied": f"asks for a password of {used.get('USER')!r}",
        "does not exist": f"has no database {used.get('NAME')!r} or no user {used.get('USER')!r}",
        "Connection refused": "does not answer; is it running, and is the port right",
        "No such file or directory": "is not running",
        "resolve host": "cannot be found; is the host name right",
        "timeout": "did not answer in time",
        "too many clients": "has no connection free",
        "no pg_hba.conf entry": "does not admit this machine (pg_hba.conf)",
    }
    for sign, meaning in known.items():
        if sign in text:
            return f"The database at {where} {meaning}. DATABASE_URL says where it is."
    return f"The database at {where} cannot be used: {text}"
