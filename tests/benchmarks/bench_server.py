"""How a web server takes slow clients, what it needs, and how many pages it gives.

The figures are in docs/decisions/0013-web-server.md.
The demo must be loaded, and its database be up. `{port}` in the command stands for the port to serve on.

    TITIAN_DEMO=1 python -m tests.benchmarks.bench_server -- COMMAND... {port}
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from statistics import median

import psutil

from tests.slow_clients import KINDS, free_port, slow_clients

CLIENTS = 8
SLOW = 200
SECONDS = 10.0
PATIENCE = 5.0
PAGE = "/e/demo-2025/suggestions/"


def main() -> None:
    port = free_port()
    command = [part.replace("{port}", str(port)) for part in sys.argv[sys.argv.index("--") + 1 :]]
    environment = os.environ | {"TITIAN_PORT": str(port), "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        _until(lambda: _get(port, "/healthz")[0] == 200)
        cookie = _enter(port)
        answer = _get(port, PAGE, cookie)
        assert answer[0] == 200, answer
        _load(port, cookie, 2.0)
        before = _cpu(process.pid)
        rate, pages = _load(port, cookie, SECONDS)
        used = 1000 * (_cpu(process.pid) - before) / pages
        print(
            f"{rate:6.1f} pages/s with {CLIENTS} clients, {used:.0f} ms of a processor each, "
            f"{_memory(process.pid):.0f} MB (PSS)"
        )
        for kind in KINDS:
            with slow_clients(port, kind, SLOW):
                waits = [_wait(port, cookie) for _ in range(5)]
                print(
                    f"  {kind:20} median {median(waits):5.2f} s, longest {max(waits):5.2f} s, "
                    f"{_memory(process.pid):.0f} MB"
                )
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


def _memory(pid: int) -> float:
    whole = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in (whole, *whole.children(recursive=True))) / 2**20


def _cpu(pid: int) -> float:
    whole = psutil.Process(pid)
    times = [one.cpu_times() for one in (whole, *whole.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _get(port: int, path: str, cookie: str = "", timeout: float = PATIENCE) -> tuple[int, bytes, list[str]]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        client.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = client.getresponse()
        return answer.status, answer.read(), [v for k, v in answer.getheaders() if k.lower() == "set-cookie"]
    finally:
        client.close()


def _enter(port: int) -> str:
    _status, page, cookies = _get(port, "/demo/")
    text = page.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    action = re.search(r'action="(/demo/[^"]+)"', text)
    assert token
    assert action
    jar = "; ".join(one.split(";")[0] for one in cookies)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    client.request(
        "POST",
        action[1],
        f"csrfmiddlewaretoken={token[1]}",
        {"Cookie": jar, "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = client.getresponse()
    assert answer.status == 302, answer.status
    return "; ".join(v.split(";")[0] for k, v in answer.getheaders() if k.lower() == "set-cookie")


def _load(port: int, cookie: str, seconds: float) -> tuple[float, int]:
    ends, counts = time.monotonic() + seconds, []

    def run() -> None:
        done = 0
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < ends:
            client.request("GET", PAGE, headers={"Cookie": cookie})
            answer = client.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            done += 1
        counts.append(done)

    threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started), sum(counts)


def _wait(port: int, cookie: str) -> float:
    started = time.monotonic()
    with suppress(OSError, http.client.HTTPException):
        assert _get(port, PAGE, cookie)[0] == 200
    return time.monotonic() - started


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while True:
        with suppress(OSError, http.client.HTTPException):
            if holds():
                return
        assert time.monotonic() < deadline, "the server did not come up"
        time.sleep(0.1)


if __name__ == "__main__":
    main()
