"""Planning problems from text: the published `.dzn` benchmark format, and Titian's own JSON; plans to JSON.

The `.dzn` format is that of Bofill, Coll, Garcia, Giraldez-Cru, Pesant, Suy, Villaret, "Constraint Solving
Approaches to the Business-to-Business Meeting Scheduling Problem", JAIR 74 (2022) 263-301: people, meetings
and slots from 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from backend.benchmarks.b2b.problem import B2BProblem, Requested
from matching.errors import MatchingError
from matching.scheduling.problem import Locked, Pair, Plan, Problem

MORNING, AFTERNOON, ANY = 1, 2, 3
LARGEST = 1_000_000


class BadPlanFile(MatchingError):
    """A benchmark file that does not follow its format; the message says what and where."""


def problem_in(text: str) -> Problem | B2BProblem:
    """The problem in the text of a file: JSON where it opens with a brace, `.dzn` otherwise."""
    return problem_from_json(text) if text.lstrip()[:1] in ("{", "[") else brokerage_from_dzn(text)


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
        place = (
            f" at line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
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
        raise BadPlanFile(
            f"Locked meeting {number} must be [person, person, slot], not {json.dumps(row)[:40]}."
        )
    return Locked(*(_whole(value, f"Locked meeting {number}") for value in row))


def brokerage_from_dzn(text: str) -> B2BProblem:
    """A B2BProblem from the published format, with fairness 2; people, meetings and slots become 0-based."""
    entries = _entries(text)
    people, number, tables, slots, morning = (
        _dzn_count(entries, name)
        for name in ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots")
    )
    if morning > slots:
        raise BadPlanFile(f"“nMorningSlots” is {morning}, more than the {slots} slots of “nTotalSlots”.")
    requested = _rows(entries, number)
    forbidden = _sets(entries, "forbidden", people, most=slots)
    fixed = _dzn_fixed(entries, number, slots)
    order = _sets(entries, "precedences", number, most=number)
    day = {MORNING: (1 << morning) - 1, AFTERNOON: (1 << slots) - (1 << morning), ANY: (1 << slots) - 1}
    closed = [sum(1 << (slot - 1) for slot in row if slot) for row in forbidden]
    meetings = []
    for n, (p, q, session) in enumerate(requested):
        if session not in day or not (1 <= p <= people and 1 <= q <= people) or p == q:
            raise BadPlanFile(
                f"Row {n + 1} of “requested” ({p}, {q}, {session}) needs two different people of {people} "
                "and session 1, 2 or 3."
            )
        allowed = day[session] & ~closed[p - 1] & ~closed[q - 1]
        if fixed[n]:
            allowed &= 1 << (fixed[n] - 1)
        meetings.append(Requested(p - 1, q - 1, allowed))
    before = tuple((a - 1, b) for b, row in enumerate(order) for a in sorted(row) if a)
    return B2BProblem(people, slots, tables, tuple(meetings), before)


def _entries(text: str) -> dict[str, str]:
    """Each `name = value;` of the text."""
    text = re.sub(r"%[^\n]*", "", text)
    entries: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not part.strip():
            continue
        if not equals or not re.fullmatch(r"\s*\w+\s*", name):
            raise BadPlanFile(f"“{' '.join(part.split())[:40]}” is not of the form “name = value;”.")
        entries[name.strip()] = value.strip()
    return entries


def _dzn_value(entries: Mapping[str, str], name: str) -> str:
    if name not in entries:
        raise BadPlanFile(f"“{name}” is missing.")
    return entries[name]


def _dzn_count(entries: Mapping[str, str], name: str) -> int:
    value = _dzn_value(entries, name)
    if not re.fullmatch(r"\d{1,6}", value):
        raise BadPlanFile(f"“{name}” must be a whole number, not “{value[:40]}”.")
    return int(value)


def _numbers(text: str, where: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if parts and not parts[-1]:
        parts.pop()
    if not all(re.fullmatch(r"\d{1,6}", part) for part in parts):
        raise BadPlanFile(
            f"{where} must be whole numbers with commas between them, not “{text.strip()[:40]}”."
        )
    return [int(part) for part in parts]


def _inside(entries: Mapping[str, str], name: str, opening: str, closing: str) -> str:
    value = _dzn_value(entries, name)
    if not (value.startswith(opening) and value.endswith(closing) and len(value) >= len(opening + closing)):
        raise BadPlanFile(f"“{name}” must stand between “{opening}” and “{closing}”.")
    return value[len(opening) : len(value) - len(closing)]


def _rows(entries: Mapping[str, str], number: int) -> list[list[int]]:
    inside = _inside(entries, "requested", "[|", "|]")
    rows = [
        _numbers(row, f"Row {n} of “requested”")
        for n, row in enumerate(inside.split("|"), 1)
        if row.strip(" ,\n\t\r")
    ]
    if len(rows) != number or any(len(row) != 3 for row in rows):
        raise BadPlanFile(f"“requested” needs {number} rows of person, person, session; it has {len(rows)}.")
    return rows


def _dzn_fixed(entries: Mapping[str, str], number: int, slots: int) -> list[int]:
    fixed = _numbers(_inside(entries, "fixed", "[", "]"), "“fixed”")
    if len(fixed) != number or any(slot > slots for slot in fixed):
        raise BadPlanFile(f"“fixed” needs {number} slots from 0 (free) to {slots}; it has {len(fixed)}.")
    return fixed


def _sets(entries: Mapping[str, str], name: str, number: int, *, most: int) -> list[set[int]]:
    """One set of numbers per row, written {1,3} or 1..3."""
    inside = _inside(entries, name, "[", "]")
    parts = re.findall(r"\{[^{}]*\}|\d+\s*\.\.\s*\d+", inside)
    rest = re.sub(r"\{[^{}]*\}|\d+\s*\.\.\s*\d+", "", inside)
    if rest.strip(" ,\n\t\r") or len(parts) != number:
        raise BadPlanFile(f"“{name}” needs {number} sets; it has {len(parts)}.")
    sets = []
    for n, part in enumerate(parts, 1):
        if part.startswith("{"):
            members = set(_numbers(part[1:-1], f"Set {n} of “{name}”"))
        else:
            first, last = (int(end) for end in part.split(".."))
            members = set(range(first, min(last, most + 1) + 1))
        if any(member > most for member in members):
            raise BadPlanFile(f"Set {n} of “{name}” has a number above {most}.")
        sets.append(members)
    return sets


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number
