"""Run Titian: the database, what it needs the first time, then web and worker until Ctrl-C."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.module_loading import import_string
from filelock import FileLock, Timeout
from honcho.manager import Manager
from honcho.printer import Message, Printer
from rich.console import Console

from backend.config.database import check_database
from backend.config.embedded import server_in
from backend.config.parent_watchdog import PARENT_ENV
from backend.core.errors import BusinessError
from backend.core.progress import show_step

PORT_WAIT_SECONDS = 3.0  # a server that was just killed may still hold the port


class CannotServe(BusinessError):
    """Titian cannot start; the message says why and what to do."""

    code = "cannot_serve"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:  # noqa: ARG002
        signal.signal(signal.SIGTERM, _end)
        lock = FileLock(settings.VAR / "serve.lock", thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise CannotServe(
                f"Titian already runs from this folder ({settings.BASE_DIR}); end that one first."
            ) from None
        code = 130
        try:
            _require_free_port(settings.TITIAN_HOST, settings.TITIAN_PORT)
            self._prepare()
            code = self._run()
        except KeyboardInterrupt:
            code = 0
        finally:
            self._stop_database()
            lock.release()
        if multiprocessing.active_children():
            # Interrupted between two starts, honcho loses track of them; their watchdog ends them.
            os._exit(code)
        sys.exit(code)

    def _prepare(self) -> None:
        self.console = Console(file=sys.stdout, highlight=False)
        with show_step(self.console, "Starting the database"):
            check_database()
        with show_step(self.console, "Creating or updating its tables"):
            call_command("migrate", interactive=False, verbosity=0)
        if not settings.TITIAN_MODEL and not any(settings.MODEL_FOLDER.glob("*/manifest.json")):
            with show_step(self.console, "Unpacking the language model", has_bar=True):
                _run_child("unpack_model")
        # By name: nothing of the product imports the demo.
        if not settings.TITIAN_DEMO:
            import_string("backend.demo.accounts.end_demo_access")()
        elif not import_string("backend.demo.selectors.is_demo_ready")():
            connections.close_all()
            _run_child("load_demo", "--with-lists")

    def _run(self) -> int:
        """Run web and worker until one ends or a signal comes; 0 only in the second case."""
        _require_free_port(settings.TITIAN_HOST, settings.TITIAN_PORT)  # again: to prepare takes minutes
        connections.close_all()
        printer = _Lines()
        manager = Manager(printer=printer)
        environment = os.environ | {PARENT_ENV: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        python = f"exec '{sys.executable}'"
        web = f"{python} -m gunicorn --config python:backend.config.web backend.config.wsgi"
        manager.add_process("web", web, env=environment, cwd=str(settings.BASE_DIR))
        worker = f"{python} manage.py run_worker"
        manager.add_process("worker", worker, env=environment, cwd=str(settings.BASE_DIR))
        try:
            manager.loop()
        except KeyError:
            return 0  # a signal between the starts of the two
        if manager.returncode in {130, 143} and printer.got_signal:
            return 0
        name, code = printer.first_to_end or ("web", "1")
        self.stderr.write(f"The {name} process ended by itself (code {code}), so everything was ended.")
        return 1

    def _stop_database(self) -> None:
        connections.close_all()
        embedded = settings.DATABASES["default"].get("EMBEDDED")
        if embedded and server_in(**embedded).owned:
            server_in(**embedded).stop()
            self.stdout.write("Titian has ended; its data is kept in var/.")


class _Lines(Printer):  # type: ignore[misc]
    """Prints the lines of web and worker as they are; honcho's own lines only say which ended first."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.first_to_end: tuple[str, str] | None = None
        self.got_signal = False

    def write(self, message: Message) -> None:
        if message.name != "system":
            data = message.data
            text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
            print(text.rstrip("\n"), file=self.output, flush=True)
        elif message.data.startswith("SIG"):
            self.got_signal = True
        elif self.first_to_end is None and (ended := re.match(r"(\w+) stopped \(rc=(-?\d+)\)", message.data)):
            self.first_to_end = (ended[1], ended[2])


def _run_child(*command: str) -> None:
    """Run a management command in a process of its own, which takes its memory with it when it ends.

    Where it fails it has said why, and this process exits with its code. Ctrl-C reaches it from the terminal;
    however else this process ends, the child ends, too.
    """
    environment = os.environ | {PARENT_ENV: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=environment
    )
    try:
        code = child.wait()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    if code:
        sys.exit(code)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _require_free_port(host: str, port: int) -> None:
    """Refuse CannotServe when the port is in use."""
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while True:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                taken = error.errno == errno.EADDRINUSE
                reason = "is taken by another program" if taken else f"on {host}: {error.strerror}"
        if not taken or time.monotonic() > deadline:
            raise CannotServe(f"Port {port} {reason}; choose another one: TITIAN_PORT={port + 1} make run")
        time.sleep(0.1)
