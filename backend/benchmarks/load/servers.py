"""A database, web processes and a worker that run for the duration of the load test."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError

START_SECONDS = 60
MANAGE = (sys.executable, "-m", "backend.config.commands")
PARENT_ENV = "TITIAN_PARENT"  # web and worker end once this process is gone, however it ends


class ServerDidNotStart(BusinessError):
    code = "server_did_not_start"


@contextmanager
def own_database() -> Iterator[str]:
    """An empty, migrated database beside the usual one, dropped at the end; gives its DATABASE_URL.

    Meanwhile this process's own connection leads there.
    """
    connection = connections["default"]
    usual, name = connection.settings_dict["NAME"], f"titian_load_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield _address(connection.settings_dict)
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _address(given: dict[str, object]) -> str:
    """The settings of a connection as one address; the folder of a socket goes before the database's name."""
    user, password, host, name = (str(given[key] or "") for key in ("USER", "PASSWORD", "HOST", "NAME"))
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    if host.startswith("/"):
        return f"postgresql://{who}@/{host}/{name}"
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"postgresql://{who}@{host}{port}/{name}"


def _environment(address: str, port: int = 0) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": address,
        "TITIAN_PORT": str(port or 8000),
        "TITIAN_HTTPS": "0",
        "TITIAN_DEBUG": "0",
        "TITIAN_DEMO": "0",
        "TITIAN_MODEL": os.devnull,  # the worker has mails to send, and no need of a language model
        "EMAIL_URL": "dummymail://",
        PARENT_ENV: str(os.getpid()),
    }


def _manage(arguments: list[str], address: str) -> subprocess.Popen[bytes]:
    return _start([*MANAGE, *arguments], _environment(address))


def _start(command: list[str], environment: dict[str, str], *, files: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own programs, no shell
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        pass_fds=files,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class Servers:
    """Web processes behind one port of the loopback, and one worker."""

    def __init__(self, address: str, *, processes: int) -> None:
        self.address = address
        self._listening = socket.create_server(("127.0.0.1", 0))  # the processes take from it in turn
        self.port: int = self._listening.getsockname()[1]
        self.web = [self._start_web() for _ in range(processes)]
        self.worker = _manage(["run_worker"], address)

    def _start_web(self) -> subprocess.Popen[bytes]:
        number = self._listening.fileno()
        command = [*MANAGE, "run_web", "--socket", str(number)]
        return _start(command, _environment(self.address, self.port), files=[number])

    def wait_until_up(self) -> None:
        """Refuses ServerDidNotStart when the pages do not answer in time."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and all(web.poll() is None for web in self.web):
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, http.client.HTTPException), closing(client):
                client.request("GET", "/healthz")
                if client.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise ServerDidNotStart(_("The web processes did not come up. Does `make run` work here?"))

    def kill_one_of_each(self) -> None:
        """Send SIGKILL to a web process and the worker; others take over."""
        self.web[0].kill()
        self.web[0].wait()
        self.web[0] = self._start_web()
        self.worker.kill()
        self.worker.wait()
        self.worker = _manage(["run_worker"], self.address)

    def stop(self) -> None:
        """End all, by asking first."""
        for process in (*self.web, self.worker):
            process.terminate()
        for process in (*self.web, self.worker):
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._listening.close()
