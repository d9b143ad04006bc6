"""The programs of a running Titian: one table, from which `serve` makes processes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A process of Titian: its name in messages, the management command it runs, and the modules it always needs."""

    name: str
    command: tuple[str, ...]
    on_demand: bool = False
    runs_once: bool = False
    modules: tuple[str, ...] = ()


LOAD_DEMO = Program("demo", ("load_demo", "--with-lists"), runs_once=True)
UNPACK_MODEL = Program("model", ("unpack_model",), runs_once=True)
COMMANDS = "backend.config.management.commands"
PROGRAMS = (
    Program("web", ("run_web",), modules=(f"{COMMANDS}.run_web", "backend.config.wsgi", "backend.config.urls")),
    Program("worker", ("run_worker",), modules=(f"{COMMANDS}.run_worker",)),
    Program("encoder", ("run_encoder",), on_demand=True),
)
NAMES = tuple(program.name for program in PROGRAMS)
