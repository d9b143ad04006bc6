"""The real web process on a test's database, on a port of its own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from backend.config.processes import bound_socket

CLIENT_TIMEOUT = 60.0  # generous: the machine may be busy
LINES_SHOWN = 30


def address_of_the_database() -> str:
    """The test's database as a DATABASE_URL."""
    database = connection.settings_dict
    where = urlencode({"host": database["HOST"], "port": database["PORT"] or 5432}, quote_via=quote)
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgresql://{user}@/{database['NAME']}?{where}"


@contextmanager
def web_process(database: str, *options: str, **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Gives its port and the process, once it answers."""
    with bound_socket("127.0.0.1", 0) as listening:
        listening.listen(1024)
        port = listening.getsockname()[1]
        given = {"DATABASE_URL": database, "TITIAN_PORT": str(port), **environment}
        with _running(["run_web", *options], listening, given) as process:
            assert get(port, "/healthz").status == 200  # the connection waits until it is taken
            yield port, process


@contextmanager
def worker_process(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real worker, which does the jobs of the database."""
    with _running(["run_worker"], None, {"DATABASE_URL": database}) as process:
        yield process


@contextmanager
def _running(
    command: Sequence[str], listening: socket.socket | None, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A command, which serves a socket where one is given; prints at the end what it wrote last.

    It writes to a file: a pipe that nobody reads is full after 64 KB, and whoever writes to it then waits.
    """
    files = [listening.fileno()] if listening else []
    with tempfile.TemporaryFile("w+") as written:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command, *(f"--socket={number}" for number in files)],
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            pass_fds=files,
            stdout=subprocess.DEVNULL,
            stderr=written,
        )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
            process.wait()
            written.seek(0)
            print("".join(written.readlines()[-LINES_SHOWN:]), end="")


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
    """One request on a connection of its own; the body is read."""
    return _ask(port, "GET", path, headers)


def post(port: int, path: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
    return _ask(port, "POST", path, headers)


def _ask(port: int, method: str, path: str, headers: Mapping[str, str] | None) -> http.client.HTTPResponse:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_TIMEOUT)
    try:
        client.request(method, path, headers=dict(headers or {}))
        answer = client.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        return answer
    finally:
        client.close()
