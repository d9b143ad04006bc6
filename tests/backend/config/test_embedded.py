"""The embedded PostgreSQL belongs to one process and starts again after any kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from backend.config.embedded import DATABASE, USER, DatabaseUnusable, EmbeddedPostgres, _allow_traversal, servers_in

OWNER = """
import sys
from pathlib import Path
from backend.config.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(server.ensure_running(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for a cluster, not below pytest's own: any pytest that starts closes those to the server."""
    folder = settings.VAR / "test-postgres" / f"own-{os.getpid()}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    yield folder
    for process in servers_in(folder):
        process.kill()
    subprocess.run(["rm", "-rf", str(folder), f"{folder}.lock", f"{folder}.password"], check=True)


def _owner(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def _end(process: subprocess.Popen[str], how: signal.Signals | None = None) -> None:
    if how:
        process.send_signal(how)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_a_second_process_shares_the_server_and_leaves_it_up(data: Path) -> None:
    owner = _owner(data)
    guest = EmbeddedPostgres(data, durable=False)
    assert guest.ensure_running() is False
    guest.stop()
    assert servers_in(data)
    _end(owner)
    assert not servers_in(data)


@pytest.mark.slow
def test_a_server_whose_owner_was_killed_is_taken_over(data: Path) -> None:
    _end(_owner(data), signal.SIGKILL)
    left = {process.pid for process in servers_in(data)}
    heir = EmbeddedPostgres(data, durable=False)
    assert heir.ensure_running() is True
    assert {process.pid for process in servers_in(data)} & left
    heir.stop()
    assert not servers_in(data)


@pytest.mark.slow
def test_it_starts_after_everything_was_killed(data: Path) -> None:
    owner = _owner(data)
    for process in servers_in(data):
        with suppress(psutil.NoSuchProcess):  # it may end with the one it belongs to
            process.kill()
    _end(owner, signal.SIGKILL)
    again = EmbeddedPostgres(data, durable=False)
    assert again.ensure_running() is True
    again.stop()


@pytest.mark.slow
def test_a_note_that_names_another_living_process_does_not_hold_it_back(data: Path) -> None:
    _end(_owner(data))
    (data / "postmaster.pid").write_text(f"{psutil.Process().pid}\n{data}\n")
    again = EmbeddedPostgres(data, durable=False)
    assert again.ensure_running() is True
    again.stop()


@pytest.mark.slow
def test_it_ends_though_a_folder_above_it_was_closed_to_its_account(data: Path) -> None:
    server = EmbeddedPostgres(data / "closed" / "inner", durable=False)
    server.ensure_running()
    (data / "closed").chmod(0o700)
    server.stop()
    left = servers_in(server.data)
    for process in left:
        process.kill()
    assert not left


def test_data_of_another_version_is_refused_and_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "PG_VERSION").write_text("13\n")
    with pytest.raises(DatabaseUnusable, match="was made by PostgreSQL 13 and this is 18"):
        EmbeddedPostgres(data).ensure_running()
    assert (data / "PG_VERSION").read_text() == "13\n"


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").write_text("years of work")
    with pytest.raises(DatabaseUnusable, match="is neither empty nor a database"):
        EmbeddedPostgres(data).ensure_running()
    assert (data / "thesis.txt").read_text() == "years of work"


def test_a_path_too_long_for_a_socket_gets_a_short_folder_for_it(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("deep" * 30))
    assert len(str(server.socket_folder)) < 60
    assert server.socket_folder == EmbeddedPostgres(tmp_path / ("deep" * 30)).socket_folder


def test_whose_folders_are_opened_as_root_is_told_which(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outer, inner = data / "home", data / "home" / "titian"
    inner.mkdir(parents=True)
    outer.chmod(0o700)
    inner.chmod(0o750)
    opened = [folder for folder in (inner, *inner.parents) if not folder.stat().st_mode & 0o001]
    _allow_traversal(inner)
    assert [oct(folder.stat().st_mode & 0o777) for folder in (outer, inner)] == ["0o701", "0o751"]
    assert capsys.readouterr().err == (
        f"Running as root: other accounts may now pass through {', '.join(map(str, opened))}.\n"
    )
    _allow_traversal(inner)
    assert capsys.readouterr().err == ""


def _connect(server: EmbeddedPostgres, user: str = USER, **given: object) -> psycopg.Connection:
    return psycopg.connect(host=str(server.socket_folder), user=user, dbname=DATABASE, autocommit=True, **given)  # type: ignore[arg-type]


def _refused(server: EmbeddedPostgres, user: str = USER, **given: object) -> bool:
    try:
        _connect(server, user, **given).close()
    except psycopg.OperationalError as error:
        return "password" in str(error)
    return False


def test_another_connection_of_this_machine_is_refused_without_the_password(data: Path) -> None:
    server = EmbeddedPostgres(data, durable=False)
    server.ensure_running()
    kept = data.with_name(f"{data.name}.password")
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert kept.stat().st_uid == os.geteuid()
    assert oct(server.socket_folder.stat().st_mode & 0o777) == "0o700"
    assert _refused(server)
    assert _refused(server, password="guessed")
    assert _refused(server, "postgres")
    assert _refused(server, "postgres", password=server.password)
    assert not _refused(server, password=server.password)
    server.stop()


def _as_versions_before_left_it(server: EmbeddedPostgres) -> None:
    """The role `postgres` owns everything, nobody has a password, and anybody is let in."""
    rules = server.data / "pg_hba.conf"
    with _connect(server, password=server.password) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('titian')")
        rules.write_text("local all all trust\n")
        connection.execute("select pg_reload_conf()")
        connection.execute(f"reassign owned by {USER} to postgres")
    deadline = 200
    while _refused(server, "postgres") and deadline:
        deadline -= 1
    with psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres") as connection:
        connection.execute(f"drop role {USER}")
    (server.data.with_name(f"{server.data.name}.password")).unlink()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["stopped", "left running"])
def test_a_database_of_a_version_that_asked_for_no_password_gets_one_and_keeps_its_data(data: Path, end: str) -> None:
    owner = _owner(data)
    _as_versions_before_left_it(EmbeddedPostgres(data, durable=False))
    _end(owner, signal.SIGKILL if end == "left running" else None)
    server = EmbeddedPostgres(data, durable=False)
    assert server.ensure_running() is True
    assert _refused(server)
    assert _refused(server, "postgres")
    with _connect(server, password=server.password) as connection:
        assert connection.execute("select word from kept").fetchone() == ("titian",)
        connection.execute("alter table kept add column more text")
        connection.execute("create extension vector")
    server.stop()


@pytest.mark.slow
def test_a_lost_password_is_replaced_at_the_next_start(data: Path) -> None:
    _end(_owner(data))
    data.with_name(f"{data.name}.password").unlink()
    server = EmbeddedPostgres(data, durable=False)
    assert server.ensure_running() is True
    assert not _refused(server, password=server.password)
    server.stop()


@pytest.mark.slow
def test_a_server_whose_first_process_was_killed_is_started_again_by_its_owner(data: Path) -> None:
    server = EmbeddedPostgres(data, durable=False)
    server.ensure_running()
    assert server.is_alive()
    psutil.Process(int((data / "postmaster.pid").read_text().split()[0])).kill()
    while server.is_alive():
        pass
    server.start_again()
    assert server.is_alive()
    _connect(server, password=server.password).close()
    server.stop()
    assert not server.is_alive()
