"""What can go wrong under load, one after the other: what users saw, what was lost, how soon all was back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from backend.benchmarks.load import clients
from backend.benchmarks.load.clients import Client, run_clients
from backend.benchmarks.load.consistency import check_load
from backend.benchmarks.load.event import create_event
from backend.config.embedded import DATABASE, USER, EmbeddedPostgres
from backend.config.parent_watchdog import PARENT_ENV
from tests.database import connected_to
from tests.servers import get
from tests.smtp import MailServer
from tests.soak.waiting import MOST_SECONDS, seconds_until
from tests.socket_proxy import SocketProxy

CUT_SECONDS = SILENT_SECONDS = 30.0
FULL_SECONDS = 10.0
DISK = "600m"
KILLED = ("web", "worker", "database")
LOSES_WORKER = ("worker", "database", "database restarted")
CLOCKS = {"clock an hour ahead": "+3600", "clock an hour back": "+0"}  # after one another
TROUBLES = (*KILLED, "database restarted", "way to the database cut", "mail server silent", "disk full", *CLOCKS)
# Jobs are deleted once they are done.
NEWEST_WORKER = "select max(id) from procrastinate_workers"
JOBS_DONE = "select last_value - (select count(*) from procrastinate_jobs) from procrastinate_jobs_id_seq"
HEADER = "| trouble | repeated: 503, broken off | errors | slowest call (s) | lost | pages (s) | worker (s) |"

# What `serve` runs: it owns the database of the folder it is given, and prints its port.
SUPERVISOR = """
import logging, signal, sys
from pathlib import Path
from backend.config.embedded import EmbeddedPostgres
from backend.config.processes import DatabaseChild, Supervisor, bound_socket, listen, programs
def end(*_): raise KeyboardInterrupt
signal.signal(signal.SIGTERM, end)
logging.basicConfig(format="%(message)s")
server = EmbeddedPostgres(Path(sys.argv[1]))
server.ensure_running()
bound = bound_socket("127.0.0.1", 0)
listen(bound)
print(bound.getsockname()[1], flush=True)
try:
    children = programs(Path.cwd(), pages=bound)
    Supervisor([DatabaseChild(server), *children]).run()
except KeyboardInterrupt:
    pass
"""


@dataclass
class Installation:
    """A whole Titian with a durable database of its own; this process reads that database, too."""

    server: EmbeddedPostgres
    process: subprocess.Popen[str]
    port: int
    way: SocketProxy
    mail: MailServer
    clock: Path
    endings: list[threading.Timer] = field(default_factory=list)

    def trouble(self, name: str) -> None:
        """Make it, and where it lasts, end it after its time."""
        if name == "database restarted":
            self._postmaster().send_signal(signal.SIGINT)  # a fast shutdown; `serve` starts it again
        elif name == "way to the database cut":
            self.way.cut()
            self._end_after(CUT_SECONDS, self.way.mend)
        elif name == "mail server silent":
            self.mail.gate.clear()
            self._end_after(SILENT_SECONDS, self.mail.gate.set)
        elif name == "disk full":
            filler = self.server.data.parent / "filler"
            _fill(filler)
            self._end_after(FULL_SECONDS, filler.unlink)
        elif name in CLOCKS:
            self.clock.write_text(CLOCKS[name])
        else:
            self._kill(name)

    def _end_after(self, seconds: float, end: Callable[[], None]) -> None:
        self.endings.append(threading.Timer(seconds, end))
        self.endings[-1].start()

    def wait_until_ended(self) -> None:
        for ending in self.endings:
            ending.join()

    def _postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.server.data / "postmaster.pid").read_text().split()[0]))

    def _kill(self, name: str) -> None:
        if name == "database":
            self._postmaster().kill()
            return
        for child in psutil.Process(self.process.pid).children():
            if f"run_{name}" in " ".join(child.cmdline()):
                child.kill()

    def sign_of_the_worker(self, trouble: str) -> int:
        """Grows with each new worker where the trouble ends it, else with each job done."""
        return self._ask(NEWEST_WORKER if trouble in LOSES_WORKER else JOBS_DONE)

    def _ask(self, query: str) -> int:
        with psycopg.connect(
            host=str(self.server.socket_folder), user=USER, password=self.server.password, dbname=DATABASE
        ) as database:
            return int(database.execute(query).fetchone()[0] or 0)


@pytest.fixture
def installation(django_db_blocker: object) -> Iterator[Installation]:
    disk = settings.VAR / "test-postgres" / f"kills-{os.getpid()}"
    disk.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)  # a disk of its own, that can be full: this needs root
    server = EmbeddedPostgres(disk / "data")
    mail, folder = MailServer(), Path(tempfile.mkdtemp())
    mail.start()
    clock = folder / "clock"
    clock.write_text("+0")
    address = f"postgresql://{USER}:{server.password}@/{DATABASE}?host={folder}"
    environment = os.environ | {
        "DATABASE_URL": address, "TITIAN_MODEL": os.devnull, "TITIAN_DEMO": "0", "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        PARENT_ENV: str(os.getpid()), **_with_clock(clock),
    }  # fmt: skip
    server.ensure_running()
    with connected_to(server), django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", verbosity=0)
        connections.close_all()
        server.stop()  # from here on it belongs to the supervisor
        way = SocketProxy(folder, server.socket_folder)
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(server.data)],
            cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield Installation(server, process, int(process.stdout.readline()), way, mail, clock)
        finally:
            connections.close_all()
            process.terminate()
            process.communicate(timeout=60)
            server.stop()
            way.close()
            mail.stop()
            shutil.rmtree(folder)
            subprocess.run(["umount", str(disk)], check=True)
            disk.rmdir()


def _with_clock(file: Path) -> dict[str, str]:
    """Variables of processes whose clock shows the time plus what the file says, read once a second."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    assert library, "This test needs libfaketime: apt-get install faketime."
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


def _fill(file: Path) -> None:
    """Write until nothing is left on the disk."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(65_536))


@dataclass
class Seen:
    """What the clients saw beside answers."""

    counts: Counter[str] = field(default_factory=Counter)

    def client(self) -> type[Client]:
        seen = self

        class Patient(Client):
            """Takes 503 as it is meant: the same call again a little later."""

            def _once(
                self, method: str, path: str, body: str, headers: dict[str, str]
            ) -> tuple[int, dict[str, object]]:
                try:
                    status, answer = super()._once(method, path, body, headers)
                except OSError:
                    seen.counts["broken"] += 1
                    raise
                if status == 503:
                    seen.counts["503"] += 1
                    raise ConnectionError
                return status, answer

        return Patient


def test_nothing_is_lost_whatever_fails_under_load(
    installation: Installation, amount: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = create_event(people=120, seed=1, now=timezone.now())
    lines, requests = [HEADER, "|---|---|---|---|---|---|---|"], max(amount(600), 60)
    for round_number, name in enumerate(TROUBLES):
        seen, back = Seen(), {"pages": 0.0, "worker": 0.0}
        monkeypatch.setattr(clients, "Client", seen.client())
        watchers: list[threading.Thread] = []

        def make_trouble(
            name: str = name, back: dict[str, float] = back, watchers: list[threading.Thread] = watchers
        ) -> None:
            before = installation.sign_of_the_worker(name)
            installation.trouble(name)

            def watch(what: str, holds: Callable[[], bool]) -> None:
                back[what] = seconds_until(holds)

            pages = threading.Thread(
                target=watch, args=("pages", lambda: get(installation.port, "/readyz").status == 200)
            )
            worker = threading.Thread(
                target=watch, args=("worker", lambda: installation.sign_of_the_worker(name) > before)
            )
            watchers.extend((pages, worker))
            for watcher in watchers:
                watcher.start()

        log = run_clients(
            event, port=installation.port, requests=requests, workers=8, seed=round_number,
            on_half_way=make_trouble, progress=lambda _text, _share: None,
        )  # fmt: skip
        installation.wait_until_ended()
        for watcher in watchers:
            watcher.join()
        connections.close_all()
        result = check_load(log, requests=requests)
        lines.append(
            f"| {name} | {seen.counts['503']}, {seen.counts['broken']} | {result.errors_5xx} "
            f"| {max(log.latencies):.1f} | {result.lost} | {back['pages']:.1f} | {back['worker']:.1f} |"
        )
        print("\n" + "\n".join(lines))
        assert result.is_passed, result
        assert max(back.values()) < MOST_SECONDS
