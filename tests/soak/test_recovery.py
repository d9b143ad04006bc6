"""How soon the pages answer after a kill, beside a cold start of the same processes in the same run.

It prints both and their ratio: beside other work one figure alone says little.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from django.conf import settings
from pytest_django import Settings

from backend.config.embedded import EmbeddedPostgres
from backend.config.processes import bound_socket
from backend.core.encoder import encode
from tests.encoder import RunningEncoder
from tests.servers import get
from tests.soak.waiting import seconds_until

ROUNDS = 5
MOST_SECONDS = 300.0  # beside much other work
WANTED = 1.3  # at most so many times a cold start
TEXT = "A helpline for children."
CLIENTS = 8


class Served:
    """`manage.py serve` with a folder and a database of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.server, self.port = EmbeddedPostgres(folder / "postgres"), port
        (folder / "models").symlink_to(settings.MODEL_FOLDER)
        given = {"TITIAN_VAR": str(folder), "TITIAN_DEMO": "0", "TITIAN_PORT": str(port), "TITIAN_WEB_PROCESSES": "1"}
        self.environment = os.environ | given
        self.environment.pop("DATABASE_URL", None)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until a web process of its own answers, not one that an older `serve` has left."""
        self.process = _manage("serve", environment=self.environment)
        return seconds_until(lambda: bool(self._web()) and _answers(self.port), most=MOST_SECONDS)

    def kill_web(self) -> float:
        (web,) = self._web()
        web.kill()
        web.wait()
        return seconds_until(lambda: _answers(self.port), most=MOST_SECONDS)

    def start_another_web(self) -> float:
        """The same web process, cold, on a port of its own."""
        with bound_socket("127.0.0.1", 0) as listening:
            listening.listen()
            number, port = listening.fileno(), listening.getsockname()[1]
            process = _manage("run_web", "--socket", str(number), environment=self.environment, files=(number,))
            seconds = seconds_until(lambda: _answers(port), most=MOST_SECONDS)
            process.terminate()
            process.wait(timeout=MOST_SECONDS)
            return seconds

    def _web(self) -> list[psutil.Process]:
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children()
            return [child for child in children if "run_web" in " ".join(child.cmdline())]
        return []

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(timeout=MOST_SECONDS)


def _manage(*command: str, environment: dict[str, str], files: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        pass_fds=files,
        stdout=subprocess.DEVNULL,
    )


def _answers(port: int) -> bool:
    return get(port, "/readyz").status == 200


@pytest.fixture
def served() -> Iterator[Served]:
    """Not below pytest's own folder, which the database's account may not enter."""
    with tempfile.TemporaryDirectory(prefix="titian-") as folder:
        with bound_socket("127.0.0.1", 0) as free:
            one = Served(Path(folder), free.getsockname()[1])
        try:
            one.start()  # makes the tables
            one.end()
            yield one
        finally:
            one.end()
            one.server.ensure_running()
            one.server.stop()


def test_how_soon_the_pages_are_back_after_a_kill(served: Served, amount: Callable[[int], int]) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    for _round in range(amount(ROUNDS)):
        seconds["serve, cold"].append(served.start())
        seconds["web, cold"].append(served.start_another_web())
        seconds["web, killed"].append(served.kill_web())
        served.end(signal.SIGKILL)
        seconds["serve, killed"].append(served.start())
        served.end()
    print("\n| | cold start (s) | after a kill (s) | ratio | wanted |\n|---|---|---|---|---|")
    for name in ("web", "serve"):
        cold, killed = (statistics.median(seconds[f"{name}, {how}"]) for how in ("cold", "killed"))
        print(f"| {name} | {cold:.1f} | {killed:.1f} | {killed / cold:.2f} | {WANTED} |")
    assert max(map(max, seconds.values())) < MOST_SECONDS


class Asking(threading.Thread):
    """Asks the encoder for the same vector again and again; keeps when each answer came, and what was off."""

    def __init__(self, expected: np.ndarray) -> None:
        super().__init__(daemon=True)
        self.expected, self.answered, self.off = expected, [time.monotonic()], list[Exception | str]()
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.is_set():
            try:
                if not np.allclose(encode([TEXT], "query", is_urgent=True), self.expected, atol=1e-5):
                    self.off.append("another vector")
            except Exception as error:
                self.off.append(error)
            self.answered.append(time.monotonic())


def seconds_after_a_kill(running: RunningEncoder, clients: list[Asking]) -> float:
    """Until each of the clients has an answer of the process that is started instead."""
    process = running.process
    assert process
    process.kill()
    process.wait()
    dead = time.monotonic()
    return seconds_until(lambda: all(one.answered[-1] > dead + 0.1 for one in clients), most=MOST_SECONDS)


def test_how_soon_the_encoder_answers_after_a_kill_under_load(settings: Settings, amount: Callable[[int], int]) -> None:
    cold, killed = [], []
    for _round in range(amount(ROUNDS)):
        running = RunningEncoder()
        settings.ENCODER_FOLDER = running.folder
        before = time.monotonic()
        expected = encode([TEXT], "query")
        cold.append(time.monotonic() - before)
        clients = [Asking(expected) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        killed.append(seconds_after_a_kill(running, clients))
        for client in clients:
            client.ending.set()
            client.join()
            assert not client.off
        running.end()
    ratio = statistics.median(killed) / statistics.median(cold)
    print(
        f"\nencoder: cold {statistics.median(cold):.1f} s, after a kill {statistics.median(killed):.1f} s,"
        f" ratio {ratio:.2f} (wanted {WANTED}); {CLIENTS} clients, none lost an answer"
    )
