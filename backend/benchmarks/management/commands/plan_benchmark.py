"""python manage.py plan_benchmark FILE [--seconds N] [--out FILE]"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psutil
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.benchmarks.b2b.checking import b2b_faults_in
from backend.benchmarks.b2b.conflicts import b2b_conflict_text
from backend.benchmarks.b2b.problem import B2BProblem
from backend.benchmarks.b2b.solve import solve_b2b
from backend.benchmarks.plan_file import parse_problem, plan_as_json
from backend.programme.rules.conflicts import conflict_text
from matching.errors import MatchingError
from matching.scheduling.checking import faults_in
from matching.scheduling.problem import Conflict, Plan, Problem
from matching.scheduling.solve import solve

WITHOUT_PLAN = 1  # none was found in time, nor proven that there is none
UNUSABLE = 2  # a file that cannot be read, is malformed or cannot be written, or an unusable option


class Command(BaseCommand):
    help = (
        "Solve a benchmark file (.dzn or JSON): value, proven bound, breaks and the plan as JSON; on "
        "standard error a sentence, in which people and slots are counted as in the file: from 0 in JSON, "
        "from 1 in .dzn. Exit code 0: a plan, or a proof that there is none; 1: neither in time; 2: the file "
        "or an option cannot be used."
    )
    requires_system_checks: tuple[str, ...] = ()  # needs neither database nor pages

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="for example ../shared/data/b2b/tic-12.original.dzn")
        parser.add_argument("--seconds", default="60", metavar="N", help="time limit, reading and writing included")
        parser.add_argument("--out", default="", metavar="FILE", help="where the JSON goes; the screen when left out")
        parser.add_argument("--seed", default="1", metavar="N")

    def run_from_argv(self, argv: list[str]) -> None:
        """Count the start of the process into the time limit, where this command is its purpose."""
        self._starting = max(0.0, time.time() - psutil.Process().create_time())
        super().run_from_argv(argv)

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic() - getattr(self, "_starting", 0.0)
        seconds = _number(options["seconds"], "--seconds")
        seed = int(_number(options["seed"], "--seed"))
        problem = _read(options["file"])
        left = max(seconds - (time.monotonic() - started) - self._reserve(seconds), 0.05)
        if isinstance(problem, B2BProblem):
            plan = solve_b2b(problem, seconds=left, seed=seed, clock=time.monotonic)
            faults = b2b_faults_in(problem, plan)
        else:
            plan = solve(problem, seconds=left, seed=seed, clock=time.monotonic)
            faults = faults_in(problem, plan)
        if faults:
            raise CommandError(f"The plan found is not sound: {faults[0]}", returncode=WITHOUT_PLAN)
        answer = plan_as_json(plan)
        if options["out"]:
            try:
                Path(options["out"]).write_text(answer + "\n", encoding="utf-8")
            except OSError as error:
                raise CommandError(f"Cannot write “{options['out']}”: {error.strerror}.", returncode=UNUSABLE) from None
        else:
            self.stdout.write(answer)
        if plan.status == "unknown":
            raise CommandError(
                "No plan was found in time, nor was it proven that there is none.", returncode=WITHOUT_PLAN
            )
        self.stderr.write(_sentence(problem, plan, time.monotonic() - started), str)

    def _reserve(self, seconds: float) -> float:
        """Seconds for what follows the solvers, which stop a little late: more where the machine is busy."""
        busy = getattr(self, "_starting", 0.0) / max(time.process_time(), 0.1)
        return (0.2 + 0.005 * seconds) * min(max(busy, 1.0), 10.0)


def _read(name: str) -> Problem | B2BProblem:
    try:
        return parse_problem(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"Cannot read “{name}”: {error.strerror}.", returncode=UNUSABLE) from None
    except UnicodeDecodeError:
        raise CommandError(f"“{name}” is not a text file in UTF-8.", returncode=UNUSABLE) from None
    except MatchingError as error:
        raise CommandError(f"“{name}”: {error}", returncode=UNUSABLE) from None


def _number(text: str, option: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise CommandError(
            f"{option} “{str(text)[:40]}” must be a number of seconds or a seed, 0 or more.", returncode=UNUSABLE
        )
    return number


def _sentence(problem: Problem | B2BProblem, plan: Plan, seconds: float) -> str:
    if plan.status == "infeasible":
        first = 0 if isinstance(problem, Problem) else 1
        counted = f"People, slots and tables are counted from {first}."
        text = b2b_conflict_text if isinstance(problem, B2BProblem) else _conflict_text
        reasons = [text(conflict) for conflict in plan.conflicts]
        return " ".join([f"Infeasible, proven in {seconds:.1f} s.", *reasons, counted])
    if isinstance(problem, B2BProblem):
        return f"{plan.breaks} breaks ({plan.status}, at least {plan.bound}) in {seconds:.1f} s."
    least, middle, most = plan.fairness()
    return (
        f"Value {plan.value:g} of at most {plan.bound:g} ({plan.status}); {plan.breaks} breaks with "
        f"{plan.idle} open slots in them; {least} to {most} meetings per person, median {middle:g}, "
        f"{len(plan.without_meeting())} without any; {seconds:.1f} s."
    )


def _conflict_text(conflict: Conflict) -> str:
    return conflict_text(
        conflict.code,
        people=[f"Person {person}" for person in conflict.people],
        slot=f"slot {conflict.slot}",
        table=str(conflict.table),
        count=conflict.count,
        limit=conflict.limit,
    )
