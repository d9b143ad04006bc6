"""How long a first start takes: until pages answer, and until the demo is whole; and a second start.

Each folder of sources is started in turn, with an empty folder of data, as `make run` does once all is
installed. Processor seconds count serve with all its processes, and the database.

    python -m tests.benchmarks.bench_first_start [FOLDER ...] [--port 8790]
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LOOK_SECONDS = 0.2
MINUTE = 60.0
MOST_SECONDS = 1_200.0
PAGES, DEMO = ("pages", "/", "<main"), ("demo", "/demo/", 'class="accounts"')


@dataclass
class Started:
    """One start: what it used so far, also of processes that have ended."""

    folder: Path
    var: Path
    port: int
    began: float = field(default_factory=time.monotonic)
    used: dict[tuple[int, float], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {"TITIAN_VAR": str(self.var), "TITIAN_PORT": str(self.port), "TITIAN_DEMO": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=self.folder,
            env=os.environ | given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def look(self) -> list[psutil.Process]:
        """Note what each process has used; gives those of Titian, without the database."""
        ours = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        data = str(self.var / "postgres")
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid in {one.pid for one in ours} or process.cwd() == data:
                    spent = process.cpu_times()
                    self.used[process.pid, process.create_time()] = spent.user + spent.system
        return ours

    def until(self, what: str, address: str, sign: str) -> None:
        """Look on until the page of this address has the sign; print the seconds."""
        while sign not in self.page(address):
            self.look()
            if time.monotonic() - self.began > MOST_SECONDS or self.process.poll() is not None:
                sys.exit(f"{self.folder}: no {what}")
            time.sleep(LOOK_SECONDS)
        self.look()
        spent = time.monotonic() - self.began
        print(f"  {what:12} {spent:6.1f} s, of a processor {sum(self.used.values()):6.1f} s", flush=True)

    def page(self, address: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=30) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def tell_memory(self) -> None:
        """The proportional memory of each program after a minute, in MB; the encoder stands apart."""
        time.sleep(MINUTE)
        sizes: dict[str, float] = {}
        for process in self.look():
            with suppress(psutil.Error):
                words = " ".join(process.cmdline()).split()
                name = next((word for word in words if word.startswith(("run_", "serve"))), "")
                if name:
                    sizes[name] = sizes.get(name, 0) + process.memory_full_info().pss / 2**20
        told = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        rest = sum(size for name, size in sizes.items() if name != "run_encoder")
        print(f"  memory, MB   {told}; without the encoder {rest:.0f}", flush=True)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="*", default=[Path.cwd()])
    parser.add_argument("--port", type=int, default=8790)
    given = parser.parse_args()
    for folder in given.folders:
        with tempfile.TemporaryDirectory() as var:
            for which in ("first", "second"):
                print(f"{folder}, {which} start, load {os.getloadavg()[0]:.0f}", flush=True)
                started = Started(folder.resolve(), Path(var).resolve(), given.port)
                try:
                    started.until(*PAGES)
                    started.until(*DEMO)
                    started.tell_memory()
                finally:
                    started.end()


if __name__ == "__main__":
    main()
