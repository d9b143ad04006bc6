"""While the database is away pages say so, monitors are told, and all goes on by itself when it is back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import psutil
import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from backend.config.embedded import DATABASE, USER, EmbeddedPostgres, servers_in
from backend.core.outages import is_outage
from backend.core.queue import again_after_an_outage
from tests.servers import get, post, web_process

SIGNED_IN = {"Cookie": "sessionid=of-somebody"}  # to know whose it is, a page asks the database


@dataclass
class Forum:
    """An installation with a database of its own, which a test may kill."""

    server: EmbeddedPostgres
    address: str
    port: int = 0

    def kill_database(self) -> None:
        first = int((self.server.data / "postmaster.pid").read_text().split()[0])
        psutil.Process(first).send_signal(signal.SIGKILL)
        while servers_in(self.server.data):
            pass

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.address) as database:
            return database.execute(sql).fetchall()

    def wait_until(self, sql: str) -> None:
        """Until the query gives true; the test's own time limit ends a wait without end."""
        while self.query(f"select ({sql}) or pg_sleep(0.2) is null") != [(True,)]:
            pass


@pytest.fixture(scope="module")
def forum() -> Iterator[Forum]:
    data = settings.VAR / "test-postgres" / f"outages-{os.getpid()}"
    server = EmbeddedPostgres(data, durable=False)
    server.ensure_running()
    address = f"postgresql://{USER}:{server.password}@/{DATABASE}?host={quote(str(server.socket_folder))}"
    _manage("migrate", "--verbosity", "0", address=address).communicate()
    try:
        with web_process(address) as (port, _process):
            yield Forum(server, address, port)
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(data), f"{data}.lock", f"{data}.password"], check=True)


def _manage(*command: str, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "TITIAN_MODEL": os.devnull, "TITIAN_DEMO": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )


def _without_tokens(answer: object) -> bytes:
    """The page, but for the masks of its CSRF tokens, which are new in each answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.body)  # type: ignore[attr-defined]


def test_pages_say_back_in_a_moment_while_the_database_is_away_and_recover_by_themselves(forum: Forum) -> None:
    before = get(forum.port, "/", SIGNED_IN)
    assert before.status == 200
    assert get(forum.port, "/readyz").status == 200

    forum.kill_database()
    page = get(forum.port, "/", SIGNED_IN)
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert b"This page tries again by itself" in page.body  # type: ignore[attr-defined]
    sent = post(forum.port, "/api/v1/events/", {"Authorization": "Token " + "a" * 40})
    assert sent.status == 503
    assert json.loads(sent.body)["code"] == "back_in_a_moment"  # type: ignore[attr-defined]
    assert get(forum.port, "/healthz").status == 200
    ready = get(forum.port, "/readyz")
    assert (ready.status, ready.headers["Retry-After"]) == (503, "5")
    assert json.loads(ready.body) == {  # type: ignore[attr-defined]
        "ready": False,
        "database": {"reachable": False, "migrated": False},
    }

    forum.server.start_again()
    again = get(forum.port, "/", SIGNED_IN)
    assert (again.status, _without_tokens(again)) == (before.status, _without_tokens(before))
    assert get(forum.port, "/readyz").status == 200


def test_a_worker_goes_on_after_the_database_was_away(forum: Forum) -> None:
    worker = _manage("run_worker", address=forum.address)
    try:
        forum.wait_until("select count(*) > 0 from procrastinate_workers")
        forum.kill_database()
        assert worker.stderr is not None
        assert any("it begins anew when that answers" in line for line in worker.stderr)
        forum.server.start_again()
        forum.query(
            "insert into procrastinate_jobs (queue_name, task_name, args) "
            "values ('clock', 'core.requeue_abandoned_jobs', '{\"timestamp\": 1}') returning id"
        )
        forum.wait_until("select count(*) = 0 from procrastinate_jobs where args = '{\"timestamp\": 1}'")
        assert worker.poll() is None
        worker.terminate()
        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.communicate()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_done_again_when_its_connection_is_lost() -> None:
    tries = []

    def job() -> str:
        tries.append(1)
        with connection.cursor() as cursor:
            if len(tries) == 1:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")
            cursor.execute("select 'done'")
            return str(cursor.fetchone()[0])

    assert again_after_an_outage(job, None, None) == "done"  # type: ignore[arg-type]
    assert len(tries) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("query", "away"),
    [
        ("select pg_terminate_backend(pg_backend_pid())", True),
        ("do $$ begin raise exception using errcode = 'disk_full'; end $$", True),
        ("set statement_timeout = 1; select pg_sleep(10)", False),
    ],
    ids=["connection ended", "disk full", "query too slow"],
)
def test_only_what_the_server_lacks_counts_as_an_outage(query: str, away: bool) -> None:
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute(query)
    connection.close()
    assert is_outage(caught.value) is away


@pytest.mark.django_db
def test_what_happened_last_is_told_to_the_monitor_alone(client: object, settings: object) -> None:
    """The time of the last mail would tell a stranger who asks for a code whether the address is known."""
    settings.TITIAN_IS_LOCAL = True  # type: ignore[attr-defined]
    told = client.get("/readyz").json()  # type: ignore[attr-defined]
    assert told["ready"] is True
    assert set(told["seconds"]) == {
        "oldest_waiting_job", "last_mail_sent", "last_mail_failed", "worker_heartbeat",
    }  # fmt: skip
    settings.TITIAN_IS_LOCAL = False  # type: ignore[attr-defined]
    assert set(client.get("/readyz").json()) == {"ready", "database"}  # type: ignore[attr-defined]
    settings.TITIAN_MONITOR_TOKEN = "s3cr3t"  # type: ignore[attr-defined]
    for given, is_told in (("Bearer wrong", False), ("", False), ("Bearer s3cr3t", True)):
        answer = client.get("/readyz", headers={"Authorization": given})  # type: ignore[attr-defined]
        assert ("seconds" in answer.json()) is is_told


@pytest.mark.django_db
def test_the_ages_of_jobs_and_mails_are_told(client: object, settings: object) -> None:
    settings.TITIAN_IS_LOCAL = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at) values "
            "('mail', 'a', now() - interval '90 seconds'), ('mail', 'b', now() + interval '1 hour'), "
            "('plans', 'c', null)"
        )
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '20 seconds')")
    told = client.get("/readyz").json()["seconds"]  # type: ignore[attr-defined]
    assert 90 <= told["oldest_waiting_job"]["mail"] < 600
    assert told["oldest_waiting_job"]["plans"] < 600
    assert 20 <= told["worker_heartbeat"] < 600
    assert told["last_mail_sent"] is None


@pytest.mark.django_db
def test_a_database_that_lacks_tables_is_not_ready(client: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'people'")
    answer = client.get("/readyz")  # type: ignore[attr-defined]
    assert answer.status_code == 503
    assert answer.json()["database"] == {"reachable": True, "migrated": False}
