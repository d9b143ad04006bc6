"""The files of plan_benchmark: planning problems as JSON or `.dzn`, and plans as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from backend.benchmarks.b2b.dzn import BadPlanFile, problem_from_dzn
from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.problem import Locked, Pair, Plan, Problem

LARGEST = 1_000_000


def parse_problem(text: str) -> Problem | B2BProblem:
    """The problem in the text of a file: JSON where it opens with a brace, `.dzn` otherwise."""
    return problem_from_json(text) if text.lstrip()[:1] in ("{", "[") else problem_from_dzn(text)


def plan_as_json(plan: Plan) -> str:
    """value, bound, breaks, status, seconds and the rows [i, j, slot, table] of a plan."""
    value, bound = (None if n is None else _plain(n) for n in (plan.value, plan.bound))
    answer = {
        "value": value,
        "bound": bound if plan.status != "infeasible" else None,
        "breaks": plan.breaks,
        "status": plan.status,
        "seconds": round(plan.seconds, 3),
        "plan": [[m.i, m.j, m.slot, m.table] for m in plan.meetings],
    }
    return json.dumps(answer)


def problem_from_json(text: str) -> Problem:
    """A Problem from people, slots, tables, pairs, available, most, and where given least, days, locked."""
    try:
        entries = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadPlanFile(f"The file is not JSON{place}.") from None
    if not isinstance(entries, dict):
        raise BadPlanFile("The file must hold one JSON object.")
    people, slots, tables = (_count_in(entries, name) for name in ("people", "slots", "tables"))
    pairs = [_pair(row, n) for n, row in enumerate(_list_in(entries, "pairs"), 1)]
    available = [_flags(row, n) for n, row in enumerate(_list_in(entries, "available"))]
    locked = [_locked(row, n) for n, row in enumerate(_list_in(entries, "locked", ()), 1)]
    return Problem(
        people=people,
        slots=slots,
        tables=tables,
        pairs=tuple(pairs),
        available=tuple(available),
        most=_whole_numbers(_list_in(entries, "most"), "most"),
        least=_whole_numbers(_list_in(entries, "least", ()), "least"),
        days=_whole_numbers(_list_in(entries, "days", ()), "days"),
        locked=tuple(locked),
    )


def _count_in(entries: Mapping[str, Any], name: str) -> int:
    if name not in entries:
        raise BadPlanFile(f"“{name}” is missing.")
    return _whole(entries[name], f"“{name}”", least=0)


def _list_in(entries: Mapping[str, Any], name: str, absent: Sequence[Any] | None = None) -> Sequence[Any]:
    value = entries.get(name, absent)
    if value is None and absent is not None:
        return absent
    if value is None:
        raise BadPlanFile(f"“{name}” is missing.")
    if not isinstance(value, list | tuple):
        raise BadPlanFile(f"“{name}” must be a list.")
    return value


def _whole(value: Any, where: str, least: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadPlanFile(f"{where} must be a whole number, not {json.dumps(value)[:40]}.")
    if not (-LARGEST if least is None else least) <= value <= LARGEST:
        raise BadPlanFile(f"{where} is {value}, which is out of range.")
    return value


def _whole_numbers(values: Sequence[Any], name: str) -> tuple[int, ...]:
    return tuple(_whole(value, f"Entry {n} of “{name}”") for n, value in enumerate(values))


def _pair(row: Any, number: int) -> Pair:
    if not isinstance(row, list) or len(row) != 3:
        raise BadPlanFile(f"Pair {number} must be [person, person, value], not {json.dumps(row)[:40]}.")
    value = row[2]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise BadPlanFile(f"The value of pair {number} must be a number, not {json.dumps(value)[:40]}.")
    return Pair(_whole(row[0], f"Pair {number}"), _whole(row[1], f"Pair {number}"), value)


def _flags(row: Any, person: int) -> tuple[bool, ...]:
    if not isinstance(row, list) or any(flag not in (0, 1) for flag in row):
        raise BadPlanFile(f"Row {person} of “available” must be a list of 0 and 1.")
    return tuple(bool(flag) for flag in row)


def _locked(row: Any, number: int) -> Locked:
    if not isinstance(row, list) or len(row) != 3:
        raise BadPlanFile(f"Locked meeting {number} must be [person, person, slot], not {json.dumps(row)[:40]}.")
    return Locked(*(_whole(value, f"Locked meeting {number}") for value in row))


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number
