"""What pages cost in two versions, served in turns: processor time of the web process and the database.

Each version has its own database, made by the same program, as `bench_pages --serve` in a folder of its own.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[2]
OWN_FILES = ("bench_pages.py", "http_load.py", "page_turns.py")
ORDER = (0, 1, 1, 0)  # so that what grows or slows in the meantime falls on both
READERS = 5  # of each page, again and again
WARMING = 8 * READERS  # before the first turn: each thread has a connection, which plans what it asks first
HEALTH = "/healthz"
LEAST = 0.0001  # seconds: less, as of the database for /healthz, has no ratio

Cost = tuple[float, float]  # seconds of a processor: of the web process, of the database


@dataclass
class Version:
    """A server of one version: where it answers, its processes, and what is read of each page."""

    port: int
    web: int
    database: int  # the process whose children serve connections
    visits: dict[str, list[tuple[str, str]]]  # by page, path and cookie
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def read(self, page: str, times: int) -> Cost:
        """Read a page so many times; what one reading cost."""
        visits = self.visits[page]
        web, database = seconds_of(self.web), self._of_database()
        for number in range(times):
            path, cookie = visits[number % len(visits)]
            self._connection.request("GET", path, headers={"Cookie": cookie})
            answer = self._connection.getresponse()
            answer.read()
            assert answer.status == 200, (page, answer.status)
        spent = sum(now - database.get(pid, 0.0) for pid, now in self._of_database().items())
        return (seconds_of(self.web) - web) / times, spent / times

    def _of_database(self) -> dict[int, float]:
        return {one.pid: seconds_of(one.pid) for one in psutil.Process(self.database).children()}


def compare(commit: str, *, people: int, rounds: int, times: int) -> None:
    """Print what each page costs at the commit and here, and the median ratio of all rounds."""
    with _files_of(commit) as there, _served(there, people) as before, _served(ROOT, people) as after:
        versions = (before, after)
        print(f"{people} readers, ms of a processor a page, {commit} -> here, ratio: median of {rounds} rounds")
        for page in before.visits:
            for version in versions:
                version.read(page, WARMING)
            costs = [[versions[place].read(page, times) for place in ORDER] for _round in range(rounds)]
            parts = (_told(name, costs, part) for part, name in enumerate(("web", "database")))
            print(f"  {page:12} {'  '.join(parts)}", flush=True)


def _told(name: str, rounds: Sequence[Sequence[Cost]], part: int) -> str:
    """
    >>> _told("web", [[(0.004, 0.0), (0.001, 0.0), (0.003, 0.0), (0.004, 0.0)]], 0)
    'web   4.0 ->   2.0 (ratio 0.50)'
    """
    sides = [
        [sum(cost[part] for cost, place in zip(turns, ORDER, strict=True) if place == side) for turns in rounds]
        for side in (0, 1)
    ]
    ratio = median(after / before if before > LEAST else 1.0 for before, after in zip(*sides, strict=True))
    before, after = (1000 * median(side) / 2 for side in sides)
    return f"{name} {before:5.1f} -> {after:5.1f} (ratio {ratio:.2f})"


@contextmanager
def _files_of(commit: str) -> Iterator[Path]:
    """The files of a commit, and with them this version of the benchmark, in a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded database has another user
        files = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", name], input=files.stdout, check=True)
        for own in OWN_FILES:
            shutil.copy(Path(__file__).with_name(own), folder / "tests" / "benchmarks")
        yield folder


@contextmanager
def _served(folder: Path, people: int) -> Iterator[Version]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_pages", "--serve", "--people", str(people)],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    try:
        lines = (json.loads(line) for line in server.stdout if line.startswith("{"))
        if (told := next(lines, None)) is None:
            sys.exit(f"The pages of {folder} did not come up; the lines above say why.")
        yield Version(**told)
    finally:
        server.stdin.close()  # which ends it
        server.wait()


def seconds_of(pid: int) -> float:
    """Processor seconds of all threads of a process, of its clock of nanoseconds (clock_getcpuclockid)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:  # it has ended
        return 0.0
