"""Titian starts and ends as a whole, and says in one sentence why it cannot start."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from filelock import FileLock
from procrastinate.contrib.django import app
from pytest_django import Settings

from backend.config import processes as supervision
from backend.config.management.commands import serve
from backend.config.parent_watchdog import PARENT_ENV
from backend.config.processes import CannotServe, bound_socket, listen
from backend.config.programs import LOAD_DEMO, UNPACK_MODEL
from backend.core.queue import requeue_abandoned_jobs
from backend.people.models import FirstAdministratorLink
from tests.factories import make_attendee, make_event
from tests.servers import address_of_the_database

ENDS_WITH_ITS_PARENT = """
import signal
from backend.config.parent_watchdog import exit_with_parent
exit_with_parent()
print("up", flush=True)
signal.pause()
"""


OFFERS_THE_LINK = """
import os
import django
django.setup()
from backend.config.management.commands.serve import Command
Command()._offer_first_administrator()
os._exit(0)
"""


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port where somebody listens."""
    monkeypatch.setattr(supervision, "PORT_WAIT_SECONDS", 0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_said_with_the_way_out(taken: int) -> None:
    with pytest.raises(CannotServe, match=f"Port {taken} is taken.*TITIAN_PORT={taken + 1}"):
        bound_socket("127.0.0.1", taken)


def test_a_port_taken_while_all_was_made_ready_is_said_the_same_way() -> None:
    with bound_socket("127.0.0.1", 0) as ours, socket.socket() as other:
        port = ours.getsockname()[1]
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(CannotServe, match=f"Port {port} is taken.*TITIAN_PORT={port + 1}"):
            listen(ours)


def test_a_second_one_in_the_same_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with FileLock(f"{tmp_path}/serve.lock"), pytest.raises(CannotServe, match="already runs from this folder"):
        call_command("serve")


@pytest.mark.slow
def test_the_first_link_is_in_a_log_file_at_once(transactional_db: None) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", OFFERS_THE_LINK],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address_of_the_database()},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    assert "/first/" in printed


@pytest.mark.django_db
def test_a_machine_without_pages_offers_no_link_and_ends_none(settings: Settings) -> None:
    settings.TITIAN_PROGRAMS = ["worker"]
    serve.Command()._offer_first_administrator()
    assert not FirstAdministratorLink.objects.exists()


@pytest.mark.django_db
def test_the_demo_is_not_loaded_beside_people_who_are_not_of_it(settings: Settings) -> None:
    settings.TITIAN_DEMO = True
    make_attendee(make_event())
    with pytest.raises(CommandError, match="Start with TITIAN_DEMO=0"):
        serve.Command()._prepare()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_and_the_model_are_left_to_do_beside_the_pages(settings: Settings, tmp_path: Path) -> None:
    settings.TITIAN_DEMO, settings.MODEL_FOLDER = True, tmp_path
    assert serve.Command()._prepare() == [LOAD_DEMO, UNPACK_MODEL]
    settings.TITIAN_MODEL = "another/model"
    assert serve.Command()._prepare() == [LOAD_DEMO]


def test_web_and_worker_end_when_the_process_that_started_them_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    child = subprocess.Popen(
        [sys.executable, "-c", ENDS_WITH_ITS_PARENT],
        cwd=settings.BASE_DIR,
        env=os.environ | {PARENT_ENV: str(owner.pid)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        assert child.poll() is None
        owner.kill()
        owner.wait()
        assert child.wait(timeout=20) == -signal.SIGTERM


@pytest.mark.django_db(transaction=True)
def test_a_job_that_a_killed_worker_had_begun_is_done_by_the_next() -> None:
    begun = _begin_a_job_in_a_worker_that_dies()
    _start_the_next_worker()
    assert _jobs() == [(begun, "todo")]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_a_killed_worker_had_begun_is_dropped_when_the_like_of_it_waits() -> None:
    _begin_a_job_in_a_worker_that_dies()
    waiting = _queue_a_job()
    _start_the_next_worker()
    assert _jobs() == [(waiting, "todo")]


def _queue_a_job() -> int:
    task = app.configure_task("a task", lock="event:1", queueing_lock="event:1", allow_unknown=True)
    return task.defer(event_id=1)


def _begin_a_job_in_a_worker_that_dies() -> int:
    job = _queue_a_job()
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values returning id")
        (killed,) = cursor.fetchone()
        cursor.execute("select id from procrastinate_fetch_job_v2(null, %s)", [killed])
        assert cursor.fetchone() == (job,)
    return job


def _start_the_next_worker() -> None:
    async def requeue() -> None:
        async with app.open_async():
            await requeue_abandoned_jobs(silent_for=0)

    # In a thread of its own: a browser driven by other tests keeps an event loop in this one.
    with app.replace_connector(app.connector.get_worker_connector()), ThreadPoolExecutor(1) as thread:  # type: ignore[attr-defined]
        thread.submit(asyncio.run, requeue()).result()


def _jobs() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select id, status::text from procrastinate_jobs order by id")
        return cursor.fetchall()
