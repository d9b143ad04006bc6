"""B2B problems from the published `.dzn` benchmark format; people, meetings and slots are counted from 1.

The format is that of Bofill, Coll, Garcia, Giraldez-Cru, Pesant, Suy, Villaret, "Constraint Solving
Approaches to the Business-to-Business Meeting Scheduling Problem", JAIR 74 (2022) 263-301.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend.benchmarks.b2b.problem import B2BProblem, RequestedMeeting
from matching.errors import MatchingError

MORNING, AFTERNOON, ANY = 1, 2, 3


class BadPlanFile(MatchingError):
    """A benchmark file that does not follow its format; the message says what and where."""


def problem_from_dzn(text: str) -> B2BProblem:
    """A B2BProblem from the published format, with fairness 2; people, meetings and slots become 0-based."""
    entries = _entries(text)
    people, number, tables, slots, morning = (
        _count(entries, name) for name in ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots")
    )
    if morning > slots:
        raise BadPlanFile(f"“nMorningSlots” is {morning}, more than the {slots} slots of “nTotalSlots”.")
    requested = _rows(entries, number)
    forbidden = _sets(entries, "forbidden", people, most=slots)
    fixed = _fixed(entries, number, slots)
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
        meetings.append(RequestedMeeting(p - 1, q - 1, allowed))
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


def _value(entries: Mapping[str, str], name: str) -> str:
    if name not in entries:
        raise BadPlanFile(f"“{name}” is missing.")
    return entries[name]


def _count(entries: Mapping[str, str], name: str) -> int:
    value = _value(entries, name)
    if not re.fullmatch(r"\d{1,6}", value):
        raise BadPlanFile(f"“{name}” must be a whole number, not “{value[:40]}”.")
    return int(value)


def _numbers(text: str, where: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if parts and not parts[-1]:
        parts.pop()
    if not all(re.fullmatch(r"\d{1,6}", part) for part in parts):
        raise BadPlanFile(f"{where} must be whole numbers with commas between them, not “{text.strip()[:40]}”.")
    return [int(part) for part in parts]


def _inside(entries: Mapping[str, str], name: str, opening: str, closing: str) -> str:
    value = _value(entries, name)
    if not (value.startswith(opening) and value.endswith(closing) and len(value) >= len(opening + closing)):
        raise BadPlanFile(f"“{name}” must stand between “{opening}” and “{closing}”.")
    return value[len(opening) : len(value) - len(closing)]


def _rows(entries: Mapping[str, str], number: int) -> list[list[int]]:
    inside = _inside(entries, "requested", "[|", "|]")
    rows = [
        _numbers(row, f"Row {n} of “requested”") for n, row in enumerate(inside.split("|"), 1) if row.strip(" ,\n\t\r")
    ]
    if len(rows) != number or any(len(row) != 3 for row in rows):
        raise BadPlanFile(f"“requested” needs {number} rows of person, person, session; it has {len(rows)}.")
    return rows


def _fixed(entries: Mapping[str, str], number: int, slots: int) -> list[int]:
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
