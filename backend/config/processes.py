"""The processes of a running Titian: each is started again when it ends by itself.

Each is forked from the supervisor, which has imported what they need, so that it is read and held once; where the
system cannot fork safely (macOS) it imports that itself. One that is started on demand is started when a connection
waits at its socket, and may end when it is idle. One that runs once is over when it ends without an error; others
may wait for that.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import logging
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from io import TextIOWrapper
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from setproctitle import setproctitle

from backend.config.commands import MANAGE, run_command
from backend.config.embedded import EmbeddedPostgres
from backend.config.parent_watchdog import PARENT_ENV
from backend.config.programs import LOAD_DEMO, NAMES, PROGRAMS, Program
from backend.core.errors import BusinessError

FIRST_WAIT_SECONDS = 0.5  # before a process that ended twice in a row; doubled with each time ...
LONGEST_WAIT_SECONDS = 30.0  # ... up to this; before one that ended once there is none
HEALTHY_SECONDS = 60.0  # who lived so long begins with the first wait again
FAILED_STARTS = 4  # so many in a row, and never healthy: the settings are wrong
STOP_SECONDS = 6.0  # from asking a process to end to ending it
BACKLOG = 1024  # connections that wait while the web process is started again
PORT_WAIT_SECONDS = 3.0  # a server that was just killed may still hold the port
LOOK_SECONDS = 0.1
PROCESSES = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
ENDING = (signal.SIGTERM, signal.SIGINT)
# glibc would keep free memory for each of the worker's threads; read when a program starts, and by mallopt(3)
ARENAS_ENV, M_ARENA_MAX = "MALLOC_ARENA_MAX", -8

log = logging.getLogger(__name__)


class CannotServe(BusinessError):
    """Titian cannot start; the message says why and what to do."""

    code = "cannot_serve"


class Child(Protocol):
    """What is kept alive."""

    name: str
    on_demand: bool
    runs_once: bool

    def is_wanted(self) -> bool:
        """Whether it has to run; always, unless it is started on demand or waits for another."""

    def start(self) -> None: ...

    def ended(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def ask_to_end(self) -> None: ...

    def wait_for_end(self, seconds: float) -> None:
        """Return once it has ended, and end it after these seconds."""


class ProgramChild:
    """One program in a process and session of its own: Ctrl-C is for the supervisor."""

    def __init__(
        self,
        program: Program,
        *,
        folder: Path,
        listening: socket.socket | None = None,
        others: Sequence[socket.socket] = (),
        options: Sequence[str] = (),
        number: int = 1,
        after: ProgramChild | None = None,
    ) -> None:
        """`others`: sockets that are not for this one. `after`: one that runs once, and must be over before."""
        self.name, self.on_demand, self.runs_once = program.name, program.on_demand, program.runs_once
        self._after = after
        if number > 1:
            self.name += f" {number}"
        self._command = [*program.command, *options]
        self._folder, self._listening, self._others = folder, listening, others
        self.process: BaseProcess | None = None

    def is_wanted(self) -> bool:
        if self._after is not None and self._after.ended() != 0:
            return False
        if not self.on_demand or self._listening is None:
            return True
        return bool(select.select([self._listening], [], [], 0)[0])

    def start(self) -> None:
        given = (self._command, self._folder, self._listening, self._others, os.getpid())
        process = PROCESSES.Process(target=_run_program, args=given, name=self.name)
        held = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # Python loses what arrives within a fork
        try:
            process.start()
            self.process = process
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def ended(self) -> int | None:
        return self.process.exitcode if self.process else None

    def ask_to_end(self) -> None:
        if self.process:
            self.process.terminate()

    def wait_for_end(self, seconds: float) -> None:
        if self.process:
            deadline = time.monotonic() + seconds
            while self.process.exitcode is None and time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS / 5)  # join() takes one that became another program for ended
            self.process.kill()
            self.process.join()


def _run_program(
    command: Sequence[str], folder: Path, listening: socket.socket | None, others: Iterable[socket.socket], parent: int
) -> None:
    """What a child does, as if its command had been typed: it ends with the command's exit code."""
    os.setsid()
    os.chdir(folder)
    os.environ[PARENT_ENV] = str(parent)
    os.environ["PYTHONUNBUFFERED"] = "1"  # this and the next for the worker, which may begin anew as a program
    os.environ.setdefault(ARENAS_ENV, "2")
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    for other in others:
        other.close()
    if listening is not None:
        command = [*command, "--socket", str(listening.fileno())]
    setproctitle(" ".join([*MANAGE, *command]))
    with suppress(AttributeError, OSError, ValueError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, int(os.environ[ARENAS_ENV]))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    sys.exit(run_command(["titian", *command]))


def import_for(wanted: Collection[str]) -> None:
    """Import what the programs of these names always need, before they are forked."""
    gc.disable()  # all of it stays
    for program in PROGRAMS:
        if program.name in wanted:
            for module in program.modules:
                import_module(module)
    gc.freeze()  # a look for cycles would write to each object, and every process then hold its own
    gc.enable()


class DatabaseChild:
    """The embedded database, running already; whoever started it ends it."""

    name = "database"
    on_demand = False
    runs_once = False

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    def is_wanted(self) -> bool:
        return True

    def start(self) -> None:
        if not self._server.is_alive():
            self._server.start_again()

    def ended(self) -> int | None:
        return None if self._server.is_alive() else -signal.SIGKILL

    def ask_to_end(self) -> None:
        """Nothing: it ends after those who use it."""

    def wait_for_end(self, seconds: float) -> None:
        """Nothing, as above."""


@dataclass
class _Kept:
    """A child and what became of its starts."""

    child: Child
    started_at: float = 0.0
    due_at: float | None = None
    failures: int = 0
    was_healthy: bool = False

    def wait_after(self, code: int, now: float) -> float:
        """Count one end; returns the seconds until the next start. Refuses CannotServe: it never comes up."""
        if now - self.started_at >= HEALTHY_SECONDS:
            self.was_healthy, self.failures = True, 0
        self.failures += 1
        never_came_up = code >= 0 and not self.was_healthy and self.failures >= FAILED_STARTS
        if never_came_up and not self.child.on_demand:
            raise CannotServe(
                f"The {self.child.name} process ended by itself {self.failures} times in a row "
                f"(code {code}), so Titian was ended; the lines above say what is wrong."
            )
        if self.failures == 1:
            return 0.0
        return float(min(FIRST_WAIT_SECONDS * 2 ** (self.failures - 2), LONGEST_WAIT_SECONDS))


@dataclass
class Supervisor:
    """Starts the children in their order and keeps them alive until `run` is interrupted or `ending`."""

    children: Sequence[Child]
    clock: Callable[[], float] = time.monotonic
    ending: threading.Event = field(default_factory=threading.Event)
    _kept: list[_Kept] = field(init=False)

    def __post_init__(self) -> None:
        self._kept = [_Kept(child) for child in self.children]

    def run(self) -> None:
        """Until KeyboardInterrupt or `ending`, or until one cannot start at all: refuses CannotServe."""
        try:
            for kept in self._kept:
                kept.due_at = self.clock()
            while not self.ending.is_set():
                self.look()
                self.ending.wait(LOOK_SECONDS)
        finally:
            self._stop()

    def look(self) -> None:
        """One round: start what is due, and note what has ended."""
        for kept in tuple(self._kept):
            if kept.due_at is not None:
                if self.clock() >= kept.due_at and kept.child.is_wanted():
                    self._start(kept)
            elif (code := kept.child.ended()) is not None:
                self._note(kept, code)

    def _start(self, kept: _Kept) -> None:
        kept.due_at, kept.started_at = None, self.clock()
        try:
            kept.child.start()
        except BusinessError as refusal:
            log.error("%s", refusal.message)
            self._note(kept, 1)

    def _note(self, kept: _Kept, code: int) -> None:
        if code == 0 and kept.child.on_demand:  # it was idle
            kept.due_at, kept.failures = self.clock(), 0
            return
        if code == 0 and kept.child.runs_once:
            self._kept.remove(kept)
            return
        wait = kept.wait_after(code, self.clock())
        kept.due_at = self.clock() + wait
        how = f"was killed by signal {-code}" if code < 0 else f"ended by itself with code {code}"
        when = f"in {wait:g} s" if wait else "at once"
        log.warning("The %s process %s; it is started again %s.", kept.child.name, how, when)

    def _stop(self) -> None:
        """End all at once, by asking first; asked a second time, without waiting."""
        try:
            for kept in self._kept:
                kept.child.ask_to_end()
            deadline = time.monotonic() + STOP_SECONDS
            for kept in self._kept:
                kept.child.wait_for_end(max(deadline - time.monotonic(), 0.0))
        finally:
            for kept in self._kept:
                kept.child.wait_for_end(0.0)


def programs(
    folder: Path,
    *,
    wanted: Collection[str] = NAMES,
    pages: socket.socket | None,
    web_processes: int = 1,
    encoder: socket.socket | None = None,
    first: Sequence[Program] = (),
) -> list[ProgramChild]:
    """The wanted programs of the table, each with its socket; those on demand only where they have one.

    `web_processes` take connections from the one socket of the pages. `first` are run once, one after the
    other; the worker waits for the demo, lest it computes the same lists.
    """
    sockets: dict[str, socket.socket | None] = {"web": pages, "encoder": encoder}
    open_sockets = [one for one in sockets.values() if one is not None]
    counts = {"web": web_processes}
    once: list[ProgramChild] = []
    for program in first:
        once.append(ProgramChild(program, folder=folder, others=open_sockets, after=once[-1] if once else None))
    demo = next((one for one in once if one.name == LOAD_DEMO.name), None)
    return once + [
        ProgramChild(
            program,
            folder=folder,
            listening=sockets.get(program.name),
            others=[one for one in open_sockets if one is not sockets.get(program.name)],
            options=["--announce"] if program.name == "web" and number == 1 else (),
            number=number,
            after=demo if program.name == "worker" else None,
        )
        for program in PROGRAMS
        for number in range(1, counts.get(program.name, 1) + 1)
        if program.name in wanted and (not program.on_demand or sockets.get(program.name) is not None)
    ]


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that has the port and does not listen yet. Refuses CannotServe when the port is in use."""
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while True:
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            return bound
        except OSError as error:
            bound.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise _port_refused(host, port, error) from error
        time.sleep(0.1)


def listen(bound: socket.socket) -> None:
    """Let clients connect; refuses CannotServe when another program got the port meanwhile."""
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        host, port = bound.getsockname()[:2]
        raise _port_refused(host, port, error) from error


def _port_refused(host: str, port: int, error: OSError) -> CannotServe:
    taken = error.errno == errno.EADDRINUSE
    reason = "is taken by another program" if taken else f"on {host}: {error.strerror}"
    return CannotServe(f"Port {port} {reason}; name another one, such as TITIAN_PORT={port + 1}.")
