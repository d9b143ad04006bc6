"""A process of Titian that ends is started again: soon, then less often; one that never starts ends all."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from backend.config import processes as supervision
from backend.config.processes import PROCESSES, CannotServe, ProgramChild, Supervisor, programs
from backend.config.programs import LOAD_DEMO, NAMES, PROGRAMS, UNPACK_MODEL, Program
from tests.servers import address_of_the_database, get

# What `serve` runs once all is made ready; it prints its port and keeps web and worker alive until SIGTERM.
SUPERVISOR = """
import logging, signal, sys
from pathlib import Path
from backend.config.processes import Supervisor, bound_socket, listen, programs
def end(*_): raise KeyboardInterrupt
signal.signal(signal.SIGTERM, end)
logging.basicConfig(stream=sys.stdout, format="%(message)s")
bound = bound_socket("127.0.0.1", 0)
listen(bound)
print(bound.getsockname()[1], flush=True)
try:
    Supervisor(programs(Path.cwd(), pages=bound)).run()
except KeyboardInterrupt:
    pass
"""


STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"


class Ending:
    """A child that has ended with these codes, one after the other, and then runs."""

    name = "worker"
    on_demand = False

    def __init__(self, *codes: int, runs_once: bool = False) -> None:
        self.runs_once = runs_once
        self.codes = list(codes)
        self.starts: list[float] = []
        self.now = 0.0

    def is_wanted(self) -> bool:
        return True

    def start(self) -> None:
        self.starts.append(self.now)

    def ended(self) -> int | None:
        return self.codes.pop(0) if self.codes else None

    def ask_to_end(self) -> None: ...

    def wait_for_end(self, seconds: float) -> None: ...

    def let_pass(self, supervisor: Supervisor, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            supervisor.look()
            self.now += 0.25


def test_the_waits_between_two_starts_grow_to_a_limit_and_begin_anew_after_a_healthy_minute() -> None:
    child = Ending(*[-signal.SIGKILL] * 9)
    supervisor = Supervisor([child], clock=lambda: child.now)
    child.let_pass(supervisor, 200)
    waits = [later - earlier for earlier, later in zip([0.0, *child.starts], child.starts, strict=False)]
    assert [round(wait, 1) for wait in waits] == pytest.approx([0, 0.5, 1, 2, 4, 8, 16, 30, 30], abs=0.5)
    child.codes = [-signal.SIGKILL]
    child.let_pass(supervisor, 2)
    assert child.starts[-1] == pytest.approx(child.now - 2, abs=0.5)


def test_a_process_that_cannot_start_ends_all_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervision, "FIRST_WAIT_SECONDS", 0.01)
    broken = ProgramChild(Program("worker", ("no_such_command",)), folder=settings.BASE_DIR)
    with pytest.raises(CannotServe, match=r"The worker process ended by itself 4 times in a row \(code 1\)"):
        Supervisor([broken]).run()
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert lines == [
        f"The worker process ended by itself with code 1; it is started again {when}."
        for when in ("at once", "in 0.01 s", "in 0.02 s")
    ]


def test_killed_processes_are_started_again_however_often_and_early() -> None:
    child = Ending(*[-signal.SIGKILL] * 6)
    supervisor = Supervisor([child], clock=lambda: child.now)
    child.let_pass(supervisor, 100)
    assert len(child.starts) == 6


def test_one_that_runs_once_is_tried_again_until_it_ends_well_and_then_no_more() -> None:
    child = Ending(-signal.SIGKILL, 1, 0, runs_once=True)
    child.let_pass(Supervisor([child], clock=lambda: child.now), 60)
    assert len(child.starts) == 2
    assert child.codes == []


class Interrupted(Ending):
    """One that is still waited for when the end is asked for a second time."""

    def __init__(self, *, is_first: bool) -> None:
        super().__init__()
        self.is_first, self.waits = is_first, list[float]()

    def wait_for_end(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.is_first and len(self.waits) == 1:
            raise KeyboardInterrupt


def test_asked_a_second_time_it_ends_all_without_waiting() -> None:
    children = Interrupted(is_first=True), Interrupted(is_first=False)
    supervisor = Supervisor(children)
    supervisor.ending.set()
    with pytest.raises(KeyboardInterrupt):
        supervisor.run()
    assert [child.waits[-1] for child in children] == [0.0, 0.0]


def test_one_that_became_another_program_and_does_not_end_is_killed() -> None:
    child = ProgramChild(Program("worker", ("help",)), folder=settings.BASE_DIR)
    child.process = PROCESSES.Process(
        target=os.execv, args=(sys.executable, [sys.executable, "-c", STUBBORN]), name="worker"
    )
    child.process.start()
    while STUBBORN not in psutil.Process(child.process.pid).cmdline():
        pass
    child.wait_for_end(0.5)
    assert child.ended() == -signal.SIGKILL


def test_the_worker_waits_for_the_demo_and_what_comes_next_for_what_is_first() -> None:
    demo, model, worker = programs(
        settings.BASE_DIR,
        wanted=["worker"],
        pages=None,
        first=[Program(LOAD_DEMO.name, ("help",), runs_once=True), UNPACK_MODEL],
    )
    wanted = [child.is_wanted() for child in (demo, model, worker)]
    assert wanted == [True, False, False]
    demo.start()
    demo.wait_for_end(60)
    assert [child.is_wanted() for child in (model, worker)] == [True, True]


@pytest.fixture
def supervisor(django_db_setup: None, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address_of_the_database(), "TITIAN_MODEL": os.devnull},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process
    process.terminate()
    process.wait(timeout=30)
    process.communicate()


def _child(process: subprocess.Popen[str], command: str) -> psutil.Process | None:
    for child in psutil.Process(process.pid).children():
        if command in " ".join(child.cmdline()):
            return child
    return None


@pytest.mark.django_db(transaction=True)
def test_web_and_worker_come_back_after_a_kill_and_end_with_their_supervisor(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout is not None
    port = int(supervisor.stdout.readline())
    assert get(port, "/accounts/login/code/").status == 200
    for name, command in (("web", "run_web"), ("worker", "run_worker")):
        while (first := _child(supervisor, command)) is None:
            pass
        first.kill()
        line = next(line for line in supervisor.stdout if line.startswith(f"The {name} process"))
        assert line == f"The {name} process was killed by signal 9; it is started again at once.\n"
        while (again := _child(supervisor, command)) is None or again.pid == first.pid:
            pass
    assert get(port, "/accounts/login/code/").status == 200
    children = psutil.Process(supervisor.pid).children()
    supervisor.terminate()
    assert supervisor.wait(timeout=60) == 0
    assert not [child for child in children if child.is_running()]


def test_a_machine_runs_the_programs_that_its_setting_names() -> None:
    def names(*wanted: str, web_processes: int = 1) -> list[str]:
        with socket.socket() as pages, socket.socket() as encoder:
            children = programs(Path(), wanted=wanted, web_processes=web_processes, pages=pages, encoder=encoder)
            return [child.name for child in children]

    assert names("worker", "encoder") == ["worker", "encoder"]
    assert names(*NAMES) == [program.name for program in PROGRAMS]
    assert names("web", "worker", web_processes=3) == ["web", "web 2", "web 3", "worker"]


def test_every_program_of_the_table_is_a_command_of_titian() -> None:
    commands = Path(supervision.__file__).parent / "management" / "commands"
    for program in PROGRAMS:
        assert (commands / f"{program.command[0]}.py").exists(), program.name
