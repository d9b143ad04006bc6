"""What can be wrong with a database is said in one line, without a traceback and without the password."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ProgrammingError
from django.test import Client

from backend.config import database
from backend.config.commands import run_command
from backend.config.database import check_database, is_about_the_server
from backend.config.embedded import DatabaseUnusable
from backend.config.environment import database_from
from backend.core.compiled import CompiledRows
from backend.events.models.agenda import Slot
from tests.database import connected_as


def _run(address: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )


def _one_sentence(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 1
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    return lines[0]


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_named() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # taken and not listening: a connection is refused
        port = reserved.getsockname()[1]
        sentence = _one_sentence(_run(f"postgresql://titian:hidden@127.0.0.1:{port}/titian", "migrate"))
    assert f"The database at 127.0.0.1:{port} does not answer" in sentence
    assert "hidden" not in sentence


@pytest.mark.slow
def test_a_port_that_is_open_and_silent_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"postgresql://titian@127.0.0.1:{port}/titian"
        sentence = _one_sentence(_run(f"{address}?connect_timeout=2", "migrate"))
    assert f"The database at 127.0.0.1:{port} did not answer in time" in sentence
    options = database.database_settings({"NAME": "titian"}, settings.VAR)["OPTIONS"]
    assert (options["connect_timeout"], options["tcp_user_timeout"]) == (10, 10_000)


def test_an_address_of_several_hosts_is_understood_and_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = "10.0.0.5:6432,10.0.0.6:6433"
    address = f"postgresql://titian@{hosts}/titian?target_session_attrs=read-write&connect_timeout=2"
    monkeypatch.setenv("DATABASE_URL", address)
    given = database_from("DATABASE_URL")
    assert given is not None
    assert (given["HOST"], given["PORT"]) == ("10.0.0.5,10.0.0.6", "6432,6433")
    options = database.database_settings(given, settings.VAR)["OPTIONS"]
    assert (options["target_session_attrs"], options["connect_timeout"]) == ("read-write", 2)
    for ports, first, second in ((given["PORT"], 6432, 6433), ("", 5432, 5432)):
        with connected_as(HOST=given["HOST"], PORT=ports):
            sentence = database.sentence_for(Exception("Connection refused"))
        assert f"10.0.0.5:{first} or 10.0.0.6:{second} does not answer" in sentence


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("given", [":hidden", ""])
def test_a_wrong_or_absent_password_is_said_and_not_shown(given: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("show hba_file")
        file = cursor.fetchone()[0]
        cursor.execute("create role locked login password 'the right one'")
        with open(file) as rules:
            before = rules.read()
        try:
            _rewrite(file, "local all locked scram-sha-256\nhost all locked all scram-sha-256\n" + before)
            cursor.execute("select pg_reload_conf()")
            ours = connection.settings_dict
            where = f"host={ours['HOST']}&port={ours['PORT'] or 5432}"
            sentence = _one_sentence(_run(f"postgresql://locked{given}@/{ours['NAME']}?{where}", "migrate"))
        finally:
            _rewrite(file, before)
            cursor.execute("select pg_reload_conf()")
            cursor.execute("drop role locked")
    assert "password of 'locked'" in sentence
    assert "hidden" not in sentence


def _rewrite(file: str, text: str) -> None:
    with open(file, "w") as rules:
        rules.write(text)


@pytest.fixture
def owned(db: None) -> Iterator[str]:
    """An empty database, without pgvector, of the role "ordinary", which has no special rights."""
    with connected_as() as administrator, administrator.cursor() as cursor:
        cursor.execute("create role ordinary login password 'ordinary'")
        cursor.execute("create database owned owner ordinary")
    yield "owned"
    with connected_as() as administrator, administrator.cursor() as cursor:
        cursor.execute("drop database owned with (force)")
        cursor.execute("drop role ordinary")


def test_an_owner_who_may_not_create_pgvector_is_told_who_can(owned: str, capsys: pytest.CaptureFixture[str]) -> None:
    with connected_as(NAME=owned, USER="ordinary", PASSWORD="ordinary"):
        assert run_command(["manage.py", "migrate"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "refuses 'ordinary' (permission denied to create extension" in sentence
    assert "run CREATE EXTENSION vector in it once" in sentence


def test_a_role_that_may_make_no_tables_is_told_so(owned: str, capsys: pytest.CaptureFixture[str]) -> None:
    with connected_as(NAME=owned) as administrator, administrator.cursor() as cursor:
        cursor.execute("create extension vector")
        cursor.execute("alter schema public owner to current_user")
    with connected_as(NAME=owned, USER="ordinary", PASSWORD="ordinary"):
        assert run_command(["manage.py", "migrate"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "refuses 'ordinary' (permission denied for schema public): give that role the right" in sentence


def test_an_option_that_postgresql_does_not_know_is_named(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://titian:hidden@127.0.0.1/titian?foo=bar")
    given = database_from("DATABASE_URL")
    assert given is not None
    with connected_as(OPTIONS=given["OPTIONS"]):
        assert run_command(["manage.py", "migrate"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence == "DATABASE_URL ends in an option that PostgreSQL does not know: foo."


@pytest.mark.parametrize(("option", "plans"), [("", [(0, 3)]), ("?prepare_threshold=none", [])])
def test_a_statement_is_prepared_and_planned_once_unless_the_address_says_that_none_is(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, option: str, plans: list[tuple[int, int]]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://titian@127.0.0.1/titian{option}")
    options = database.database_settings(database_from("DATABASE_URL"), settings.VAR)["OPTIONS"]
    slots = CompiledRows(lambda event: Slot.objects.filter(event=event), event=-1)
    with connected_as(OPTIONS=options) as other, other.cursor() as cursor:
        for number in range(3):
            assert slots.fetch(event=number) == []
        cursor.execute("select custom_plans, generic_plans from pg_prepared_statements")
        assert cursor.fetchall() == plans


def test_a_fault_of_a_query_is_not_laid_on_the_server(db: None) -> None:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select nothing from nowhere")
    assert not is_about_the_server(caught.value)


@pytest.fixture
def without_pgvector(db: None) -> None:
    """The catalogue as a server shows it on which pgvector is neither created nor installed."""
    with connection.cursor() as cursor:
        cursor.execute("create temporary view pg_available_extensions as select 'plpgsql'::name as name")
        cursor.execute("create temporary view pg_extension as select 'plpgsql'::name as extname")
        cursor.execute("set local search_path = pg_temp, pg_catalog, public")


def test_a_server_without_pgvector_is_refused(without_pgvector: None) -> None:
    with pytest.raises(DatabaseUnusable, match="without pgvector"):
        check_database()


@pytest.mark.django_db
def test_a_server_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_database()
    monkeypatch.setattr(database, "MIN_VERSION", 990000)
    with pytest.raises(DatabaseUnusable, match=r"names PostgreSQL \d+; Titian needs 15 or later"):
        check_database()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_not_in_utf8_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create database bytes encoding 'SQL_ASCII' locale 'C' template template0")
    try:
        with connected_as(NAME="bytes"), pytest.raises(DatabaseUnusable, match=r"SQL_ASCII.*needs UTF8"):
            check_database()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop database bytes")


def test_a_setting_that_cannot_be_used_ends_any_command_with_one_sentence() -> None:
    sentence = _one_sentence(_run("mysql://somewhere", "check"))
    assert sentence.startswith("DATABASE_URL must be an address such as postgresql://")


@pytest.fixture
def lacking(transactional_db: None) -> None:
    """The database as a later version finds it: one step, which changes no table, is not taken yet."""
    MigrationRecorder(connection).record_unapplied("admin", "0003_logentry_add_action_flag_choices")


@pytest.mark.slow
def test_a_command_migrates_the_embedded_database_itself(
    lacking: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(connection.settings_dict, "EMBEDDED", connection.settings_dict.get("EMBEDDED", {}))
    outputs = []
    for _ in range(2):
        assert run_command(["manage.py", "build_suggestions", "nowhere"]) == 1
        outputs.append(capsys.readouterr().err.splitlines())
    assert outputs[0] == ["Creating or updating the tables of the database ...", *outputs[1]]
    assert len(outputs[1]) == 1
    assert "nowhere" in outputs[1][0]


def test_a_command_says_who_migrates_a_database_of_ones_own(
    lacking: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(connection.settings_dict, "EMBEDDED", raising=False)
    assert run_command(["manage.py", "build_suggestions", "nowhere"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "lacks tables: run `python manage.py migrate`" in sentence
    monkeypatch.undo()
    call_command("migrate", verbosity=0)


def test_a_server_without_pgvector_is_not_migrated(without_pgvector: None) -> None:
    with pytest.raises(DatabaseUnusable, match="without pgvector"):
        call_command("migrate", verbosity=0)


@pytest.fixture
def other_version(transactional_db: None) -> Iterator[None]:
    """The database as another version of Titian left it: with a migration that this code does not have."""
    MigrationRecorder(connection).record_applied("events", "0002_links_and_constraints")
    yield
    MigrationRecorder(connection).record_unapplied("events", "0002_links_and_constraints")


COMMANDS = [["migrate"], ["run_worker"], ["build_suggestions", "nowhere"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_embedded_database_of_another_version_is_refused_with_what_to_do(
    other_version: None, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embedded = {"data": "/srv/titian/var/postgres"}
    monkeypatch.setitem(connection.settings_dict, "EMBEDDED", connection.settings_dict.get("EMBEDDED") or embedded)
    assert run_command(["manage.py", *command]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "was made by another version of Titian" in sentence
    assert f"rm -r {shlex.quote(str(connection.settings_dict['EMBEDDED']['data']))}" in sentence


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_named_database_of_another_version_is_refused_and_nothing_removed(
    other_version: None, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(connection.settings_dict, "EMBEDDED", raising=False)
    assert run_command(["manage.py", *command]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.endswith("or name an empty database.")
    assert "restore the backup made before the change" in sentence
    monkeypatch.undo()


HISTORIES = {  # what databases hold that were made before the initial migrations were written anew
    "0.2.0": "audit core demo directory events meetings people programme safeguarding suggestions",
    "last": "audit core demo directory events invitations mails meetings people programme safeguarding stats "
    "suggestions people.0018_hash_addresses events.0019_long_jobs audit.0001_squashed_0007_gathered_requests",
}


def earlier_history(name: str) -> set[tuple[str, str]]:
    rows = (one.partition(".") for one in HISTORIES[name].split())
    return {(app, migration or "0001_initial") for app, _, migration in rows}


@pytest.fixture(params=HISTORIES)
def earlier_version(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[None]:
    """The database as a version left it whose migrations are gone, some under the names of today's."""
    rows = MigrationRecorder(connection).migration_qs
    kept = list(rows.all())
    rows.filter(app__in=database.our_apps()).delete()
    for app, name in earlier_history(request.param):
        MigrationRecorder(connection).record_applied(app, name)
    yield
    rows.all().delete()
    rows.bulk_create(kept)


@pytest.mark.slow
@pytest.mark.parametrize("command", [*COMMANDS, ["backup"], ["restore", "a.tar"]], ids=lambda given: given[0])
def test_a_database_of_an_earlier_version_is_refused_with_the_last_commit_that_opens_it(
    earlier_version: None, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["manage.py", *command]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "before 2026-11-30, which this one cannot upgrade: check out commit 62c88229, the last" in sentence


def test_pages_on_a_database_of_an_earlier_version_are_not_ready(earlier_version: None, client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]["migrated"]) == (503, False)


@pytest.mark.django_db
def test_a_database_that_was_half_made_when_titian_ended_is_no_earlier_one() -> None:
    graph, ours = MigrationLoader(None).graph, database.our_apps()
    made: set[tuple[str, str]] = set()
    for leaf in graph.leaf_nodes():
        for key in graph.forwards_plan(leaf):
            made |= {key} if key[0] in ours else set()
            assert not database.is_of_earlier_version(made, graph)


def test_an_unknown_migration_of_another_package_is_none_of_ours(transactional_db: None) -> None:
    MigrationRecorder(connection).record_applied("sessions", "0099_later")
    check_database()
    MigrationRecorder(connection).record_unapplied("sessions", "0099_later")


def test_every_command_says_whether_it_needs_the_tables() -> None:
    ours = {name: app for name, app in get_commands().items() if str(app).startswith("backend.")}
    without = {name for name, app in ours.items() if not load_command_class(app, name).requires_migrations_checks}
    assert without == {
        "backup",
        "bench_matching",
        "check_messages",
        "dumpdata",
        "evaluate",
        "load_meetings",
        "make_backup_key",
        "make_messages",
        "migrate",
        "plan_benchmark",
        "restore",
        "run_encoder",
        "run_web",
        "serve",
        "unpack_model",
    }
