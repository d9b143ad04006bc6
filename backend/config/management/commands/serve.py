"""Run Titian: the database and its tables, then web, worker and encoder until Ctrl-C.

Each of them is started again when it ends by itself. The first time the demo is loaded and the language model
unpacked while the pages answer.
"""

from __future__ import annotations

import gc
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string
from filelock import FileLock, Timeout
from rich.console import Console

from backend.config.database import check_database, has_missing_migrations
from backend.config.embedded import server_in
from backend.config.processes import CannotServe, DatabaseChild, Supervisor, bound_socket, import_for, listen, programs
from backend.config.programs import LOAD_DEMO, UNPACK_MODEL, Program
from backend.config.shared_counts import share_counts
from backend.core import encoder
from backend.core.advisory_lock import advisory_lock
from backend.core.memory import release_memory
from backend.core.progress import show_step
from backend.people.selectors import administrators

PREPARING = "prepare"  # held while the tables are made or changed


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:  # noqa: ARG002
        signal.signal(signal.SIGTERM, _end)
        lock = FileLock(settings.VAR / "serve.lock", thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise CannotServe(f"Titian already runs from this folder ({settings.VAR}); end that one first.") from None
        if settings.TITIAN_WEB_PROCESSES > 1:
            share_counts(settings.VAR / "metrics")  # before anything imports what counts
        try:
            with self._pages_socket() as listening:
                first = self._prepare()
                import_for(settings.TITIAN_PROGRAMS)
                release_memory()
                self._run(listening, first)
        except KeyboardInterrupt:
            pass
        finally:
            self._stop_database()
            lock.release()

    def _pages_socket(self) -> AbstractContextManager[socket.socket | None]:
        """The port of the pages; None where this machine serves none."""
        if "web" not in settings.TITIAN_PROGRAMS:
            return nullcontext()
        return bound_socket(settings.TITIAN_HOST, settings.TITIAN_PORT)

    def _prepare(self) -> list[Program]:
        """Make the database ready; gives what is left to do beside the pages, once."""
        self.console = Console(file=sys.stdout, highlight=False)
        with show_step(self.console, "Starting the database"):
            check_database()
        with advisory_lock(PREPARING, on_wait=self._say_waiting):
            if has_missing_migrations():
                with show_step(self.console, "Creating or updating its tables"):
                    call_command("migrate", interactive=False, verbosity=0)
                gc.collect()  # the models of each step
            if settings.ERASURES.exists():
                with show_step(self.console, "Erasing again whom a restored backup brought back"):
                    call_command("replay_erasures", verbosity=0)
        left = []
        # By name: nothing of the product imports the demo.
        if not settings.TITIAN_DEMO:
            import_string("backend.demo.accounts.end_demo_access")()
            self._offer_first_administrator()
        elif not import_string("backend.demo.selectors.is_demo_ready")():
            if import_string("backend.demo.selectors.is_anybody_real")():
                raise CommandError(
                    "This database holds people who are not of the demo, so the demo is not loaded into it. "
                    "Start with TITIAN_DEMO=0, or give the demo a folder of its own (TITIAN_VAR)."
                )
            left.append(LOAD_DEMO)
        if not settings.TITIAN_MODEL and not any(settings.MODEL_FOLDER.glob("*/manifest.json")):
            left.append(UNPACK_MODEL)
        return left

    def _offer_first_administrator(self) -> None:
        """Print a one-time link where nobody administers this installation yet, and pages are served."""
        if "web" in settings.TITIAN_PROGRAMS and not administrators().exists():
            call_command("first_administrator", stdout=self.stdout)
            self.stdout.flush()  # a log file gets the link at once, too

    def _say_waiting(self) -> None:
        self.console.print("Another machine prepares the same database; waiting for it ...")

    def _run(self, listening: socket.socket | None, first: Sequence[Program]) -> None:
        """Keep database, web and worker running until a signal comes, and the encoder while it is used.

        What comes `first` is done beside the pages.
        """
        if listening:
            listen(listening)
        connections.close_all()
        embedded = settings.DATABASES["default"].get("EMBEDDED")
        database = [DatabaseChild(server_in(**embedded))] if embedded else []
        readers = self._encoder_socket()
        try:
            children = programs(
                settings.BASE_DIR,
                wanted=settings.TITIAN_PROGRAMS,
                pages=listening,
                web_processes=settings.TITIAN_WEB_PROCESSES,
                encoder=readers,
                first=first,
            )
            Supervisor([*database, *children]).run()
        finally:
            if readers:
                encoder.stop_listening(readers)

    def _encoder_socket(self) -> socket.socket | None:
        """Where requests to the language model wait; None, and a line about it, where none can be made."""
        if "encoder" not in settings.TITIAN_PROGRAMS:
            return None
        try:
            return encoder.listen()
        except OSError as error:
            reason = error.strerror or error
            self.stderr.write(
                f"No socket can be made in {settings.VAR} ({reason}): "
                "pages do without the language model, and the worker loads one of its own."
            )
            return None

    def _stop_database(self) -> None:
        connections.close_all()
        embedded = settings.DATABASES["default"].get("EMBEDDED")
        if embedded and server_in(**embedded).owned:
            server_in(**embedded).stop()
            self.stdout.write(f"Titian has ended; its data is kept in {settings.VAR}.")


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
