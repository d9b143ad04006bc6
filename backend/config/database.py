"""Which PostgreSQL Titian uses, and one sentence for everything that can be wrong with it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Set
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError, OperationalError, ProgrammingError
from filelock import FileLock
from psycopg.errors import InsufficientPrivilege

from backend.config.embedded import DATABASE, USER, DatabaseUnusable, EmbeddedPostgres

if TYPE_CHECKING:
    from django.db.migrations.graph import MigrationGraph

MIN_VERSION = 150000  # PostgreSQL 15, as `server_version_num` counts
# libpq waits for ever where a port is open and silent, and for a quarter of an hour and more where the machine
# behind a connection is gone; DATABASE_URL may say otherwise.
SILENT_SERVER = {
    "connect_timeout": 10,
    "tcp_user_timeout": 10_000,  # ms
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
PREPARED_AFTER = 0  # uses of a statement that is written once (core.compiled); what Django writes never is
# Left to itself the database plans one of few ids anew at each use: ten times as long as reading takes.
PLAN_ONCE = "SET plan_cache_mode = force_generic_plan"
# The last commit with the migrations of before docs/decisions/0034-initial-migrations.md.
MADE_BEFORE = (
    "was made by a version of Titian from before 2026-11-30, which this one cannot upgrade: "
    "check out commit 62c88229, the last that opens it"
)
UNKNOWN_OPTION = "invalid connection option"  # libpq's words, before it connects


def database_settings(given: dict[str, Any] | None, data: Path) -> dict[str, Any]:
    """Django's description of the server that DATABASE_URL names, else of the embedded one in `data`."""
    kept_open = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if given is not None:
        options = {**SILENT_SERVER, "prepare_threshold": PREPARED_AFTER, **given.get("OPTIONS", {})}
        if options["prepare_threshold"] == "none":  # behind a pooler that does not keep sessions
            options["prepare_threshold"] = None
        return {**given, "ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **kept_open}
    return {"ENGINE": "backend.config.postgres", **embedded_settings(data), **kept_open}


def embedded_settings(data: Path, *, durable: bool = True) -> dict[str, Any]:
    """What Django needs to know of the embedded server in `data`; the first connection starts it."""
    server = EmbeddedPostgres(data)
    return {
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": server.password,
        "HOST": str(server.socket_folder),
        "PORT": "",
        "EMBEDDED": {"data": str(data), "durable": durable},
        "OPTIONS": {"prepare_threshold": PREPARED_AFTER},
    }


def plan_once(connection: BaseDatabaseWrapper, **_named: Any) -> None:
    """Have a new connection plan each prepared statement once, whatever its values."""
    if connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None:
        with connection.cursor() as cursor:
            cursor.execute(PLAN_ONCE)


def check_database() -> None:
    """Refuse DatabaseUnusable: no server, too old, not in UTF-8, without pgvector, or with another
    installation's tables."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            cursor.execute("show server_version_num")
            number = int(cursor.fetchone()[0])
            cursor.execute("show server_encoding")
            (encoding,) = cursor.fetchone()
            cursor.execute("select count(*) from pg_extension where extname = 'vector'")
            (created,) = cursor.fetchone()
            cursor.execute("select count(*) from pg_available_extensions where name = 'vector'")
            (installed,) = cursor.fetchone()
    except (OperationalError, ProgrammingError) as error:
        raise DatabaseUnusable(sentence_for(error)) from error
    if number < MIN_VERSION:
        raise DatabaseUnusable(f"DATABASE_URL names PostgreSQL {number // 10000}; Titian needs 15 or later.")
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"DATABASE_URL names a database that keeps its texts as {encoding}; Titian needs UTF8: "
            "create it anew (createdb --encoding=UTF8 --template=template0)."
        )
    _check_migration_history()
    if created:
        return
    if not installed:
        raise DatabaseUnusable(
            "DATABASE_URL names a PostgreSQL without pgvector: install its package on that server "
            "(postgresql-NN-pgvector in most distributions), or unset DATABASE_URL to use the embedded one."
        )
    try:
        # Tried and rolled back: hosted servers let roles create it although the catalogue says otherwise.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("create extension vector")
            transaction.set_rollback(True)
    except ProgrammingError as error:
        raise DatabaseUnusable(sentence_for(error)) from error


def _check_migration_history() -> None:
    """Refuse DatabaseUnusable where an earlier or a later version of Titian applied its own migrations."""
    from django.db.migrations.loader import MigrationLoader  # needs the settings, and they this module

    loader = MigrationLoader(connections[DEFAULT_DB_ALIAS])
    labels = our_apps()
    ours = {key for key in loader.applied_migrations if key[0] in labels}
    used = connections[DEFAULT_DB_ALIAS].settings_dict
    if "EMBEDDED" in used:
        folder = used["EMBEDDED"]["data"]
        database = f"The database in {folder}"
        empty = f"remove that folder (rm -r {shlex.quote(folder)}) to start with an empty one"
    else:
        database = f"The database {used.get('NAME')!r} that DATABASE_URL names"
        empty = "name an empty database"
    if is_of_earlier_version(ours, loader.graph):
        raise DatabaseUnusable(f"{database} {MADE_BEFORE}, or {empty}.")
    if not ours <= loader.disk_migrations.keys():
        raise DatabaseUnusable(
            f"{database} was made by another version of Titian, which this one cannot read: "
            f"restore the backup made before the change (docs/deploy.md), or {empty}."
        )


def our_apps() -> set[str]:
    """The labels of the features of Titian itself."""
    from django.apps import apps  # needs the settings, and they this module

    return {app.label for app in apps.get_app_configs() if app.name.startswith("backend.")}


def is_of_earlier_version(applied: Set[tuple[str, str]], graph: MigrationGraph) -> bool:
    """Whether these migrations of ours are from before the initial ones were written anew.

    They then lack one that an initial migration of the same name needs today.
    """
    ours = our_apps()
    needed = {parent.key for key in applied & graph.nodes.keys() for parent in graph.node_map[key].parents}
    return any(key[0] in ours for key in needed - applied)


def apply_missing_migrations() -> None:
    """Migrate the embedded database where it lacks tables, and say so; a server of one's own is left alone.

    Takes .05 s where none is lacking. Refuses DatabaseUnusable as `check_database` does, and when tables are
    lacking in the database that DATABASE_URL names.
    """
    check_database()
    if not has_missing_migrations():
        return
    if "EMBEDDED" not in connections[DEFAULT_DB_ALIAS].settings_dict:
        raise DatabaseUnusable("The database that DATABASE_URL names lacks tables: run `python manage.py migrate`.")
    with FileLock(settings.VAR / "migrate.lock"):
        if has_missing_migrations():  # no other process applied them meanwhile
            print("Creating or updating the tables of the database ...", file=sys.stderr, flush=True)
            call_command("migrate", interactive=False, verbosity=0)


def has_missing_migrations() -> bool:
    """Whether the database lacks tables of this version."""
    from django.db.migrations.executor import MigrationExecutor  # needs the apps, and they these settings

    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_about_the_server(error: DatabaseError) -> bool:
    """Whether the server, the role's rights or the address is at fault, and not a query."""
    return isinstance(error, OperationalError) or _denied(error) is not None or UNKNOWN_OPTION in str(error)


def _denied(error: BaseException | None) -> str | None:
    """The server's message about a missing right of the role; None when the error is another one."""
    while error is not None:
        if isinstance(error, InsufficientPrivilege):
            return error.diag.message_primary
        error = error.__cause__ or error.__context__
    return None


def sentence_for(error: Exception) -> str:
    """One line for what `is_about_the_server`, without the password and without the driver's hints."""
    text = " ".join(str(error).split())
    used = connections[DEFAULT_DB_ALIAS].settings_dict
    hosts, ports = (str(used.get(name) or other).split(",") for name, other in (("HOST", "localhost"), ("PORT", 5432)))
    where = " or ".join(f"{host}:{port}" for host, port in zip(hosts, cycle(ports), strict=False))
    if denied := _denied(error):
        if "extension" in denied:
            remedy = "let an administrator of that server run CREATE EXTENSION vector in it once"
        else:
            remedy = "give that role the right, or name the owner in DATABASE_URL"
        return f"The database {used.get('NAME')!r} at {where} refuses {used.get('USER')!r} ({denied}): {remedy}."
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
