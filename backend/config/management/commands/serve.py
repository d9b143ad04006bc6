"""Run Titian: the database, what it needs the first time, then web and worker until Ctrl-C."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils import timezone
from filelock import FileLock, Timeout
from honcho.manager import Manager
from honcho.printer import Message, Printer
from rich.console import Console

from backend.config.database import check_database
from backend.config.embedded import server_in
from backend.config.parent_watchdog import OWNER
from backend.core.errors import BusinessError
from backend.core.progress import progress_lines
from backend.demo.lists import is_looked_through, load_demo, look_through_lists
from backend.demo.loading import CURRENT
from backend.events.models import Event
from backend.suggestions.selectors import current_run

SECONDS_WORTH_TELLING = 2.0
SECONDS_FOR_A_KILLED_ONE_TO_LEAVE = 3.0


class CannotServe(BusinessError):
    """Titian cannot start here and now; the message says what stands in the way."""

    code = "cannot_serve"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:  # noqa: ARG002
        signal.signal(signal.SIGTERM, _end)
        claim = FileLock(settings.VAR / "serve.lock", thread_local=False)
        try:
            claim.acquire(blocking=False)
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
            claim.release()
        if multiprocessing.active_children():
            # Interrupted between two starts, honcho loses them; the lifeline ends them once we are gone.
            os._exit(code)
        sys.exit(code)

    def _prepare(self) -> None:
        self.console = Console(file=sys.stdout, highlight=False)
        with self._step("Starting the database"):
            check_database()
        with self._step("Bringing its tables up to date"):
            call_command("migrate", interactive=False, verbosity=0)
        if not settings.TITIAN_MODEL and not any(settings.MODEL_FOLDER.glob("*/manifest.json")):
            from matching.text import (
                bundled_model,  # seconds that a start without need of it would miss
            )

            with self._step("Unpacking the language model", bar=True), progress_lines() as show:
                bundled_model(settings.MODEL_FOLDER, lambda done, of: show("Unpacking", done / of))
        if settings.TITIAN_DEMO:
            if not Event.objects.filter(slug=CURRENT).exists():
                with self._step("Inviting the people of the demo forum"):
                    load_demo(now=timezone.now(), tell=lambda line: self.console.print(f"  {line}"))
            event = Event.objects.get(slug=CURRENT)
            if current_run(event) is None:
                with self._step("Computing their suggestions", bar=True):
                    call_command("build_suggestions", CURRENT, stdout=io.StringIO())
            if not is_looked_through(event):  # on its own: a first start may have been broken off before it
                asking = "Letting them read their lists and ask each other"
                with self._step(asking, bar=True), progress_lines() as show:
                    look_through_lists(event=event, now=timezone.now(), progress=show)

    @contextmanager
    def _step(self, doing: str, *, bar: bool = False) -> Iterator[None]:
        """Say what is being done, and how long it took where that is worth telling; `bar`: it has its own."""
        began = time.monotonic()
        if self.console.is_terminal and not bar:
            with self.console.status(f"{doing} ..."):
                yield
        else:
            self.console.print(f"{doing} ...")
            yield
        took = time.monotonic() - began
        if took >= SECONDS_WORTH_TELLING:
            self.console.print(f"{doing}: {took:.1f} s")

    def _run(self) -> int:
        """Web and worker until one ends or we are told to; 0 only in the second case."""
        _require_free_port(settings.TITIAN_HOST, settings.TITIAN_PORT)  # again: to prepare takes minutes
        connections.close_all()
        printer = _Lines()
        manager = Manager(printer=printer)
        environment = os.environ | {OWNER: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        python = f"exec '{sys.executable}'"
        web = f"{python} -m gunicorn --config python:backend.config.web backend.config.wsgi"
        manager.add_process("web", web, env=environment, cwd=str(settings.BASE_DIR))
        worker = f"{python} manage.py run_worker"
        manager.add_process("worker", worker, env=environment, cwd=str(settings.BASE_DIR))
        try:
            manager.loop()
        except KeyError:
            return 0  # a signal between the starts of the two
        if manager.returncode in {130, 143} and printer.asked_to_end:
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
    """What web and worker print, as they print it; of honcho's own lines only what they tell."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.first_to_end: tuple[str, str] | None = None
        self.asked_to_end = False

    def write(self, message: Message) -> None:
        if message.name != "system":
            data = message.data
            text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
            print(text.rstrip("\n"), file=self.output, flush=True)
        elif message.data.startswith("SIG"):
            self.asked_to_end = True
        elif self.first_to_end is None and (ended := re.match(r"(\w+) stopped \(rc=(-?\d+)\)", message.data)):
            self.first_to_end = (ended[1], ended[2])


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _require_free_port(host: str, port: int) -> None:
    """Refused with CannotServe when somebody listens there."""
    deadline = time.monotonic() + SECONDS_FOR_A_KILLED_ONE_TO_LEAVE
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
