"""Planner input (Problem) and output (Plan)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Literal

from matching.errors import MatchingError

Status = Literal["optimal", "feasible", "infeasible", "unknown"]


class BadProblem(MatchingError):
    """A planning problem with unusable entries; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people (0-based, different) who could meet, and what their meeting is worth."""

    i: int
    j: int
    value: float


@dataclass(frozen=True, slots=True)
class Locked:
    """A meeting the plan must keep: its slot never changes, nor its table where one is named."""

    i: int
    j: int
    slot: int
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One row of a plan: who meets whom, in which slot, at which table; all 0-based."""

    i: int
    j: int
    slot: int
    table: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Pairs to choose from: who meets whom, when and where, for the greatest total value.

    available: a row of `slots` flags per person; most, least: meetings per person, locked ones included;
    days: the day of each slot (consecutive; breaks never span days). Raises BadProblem.
    """

    people: int
    slots: int
    tables: int
    pairs: tuple[Pair, ...]
    available: tuple[tuple[bool, ...], ...]
    most: tuple[int, ...]
    least: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    locked: tuple[Locked, ...] = ()

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Demands that no plan can meet: a code with the people, slot and table concerned, all 0-based.

    count: how many are demanded; limit: how many are possible; meetings: rows of the problem, where it has
    any.
    """

    code: str
    people: tuple[int, ...] = ()
    slot: int | None = None
    table: int | None = None
    count: int = 0
    limit: int = 0
    meetings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The best plan found, what was proven about it, and the conflicts where there is none.

    value: total value; bound: proven upper bound of it (a problem that minimises breaks: total breaks, and a
    lower bound); breaks: groups of idle slots between a person's first and last meeting of a day, summed over
    people; idle: slots within such groups that the person had open; conflicts: only when infeasible.
    """

    status: Status
    value: float | None
    bound: float | None
    breaks: int
    seconds: float
    meetings: tuple[Meeting, ...] = ()
    idle: int = 0
    people: int = 0
    conflicts: tuple[Conflict, ...] = ()

    @property
    def gap(self) -> float | None:
        """How far the value may be from the best possible, as a share of the bound."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.bound - self.value) / max(abs(self.bound), 1e-9) if self.bound != self.value else 0.0

    def meetings_per_person(self) -> tuple[int, ...]:
        counts = [0] * self.people
        for meeting in self.meetings:
            counts[meeting.i] += 1
            counts[meeting.j] += 1
        return tuple(counts)

    def fairness(self) -> tuple[int, float, int]:
        """Least, median and most meetings of a person; zeros where there are no people."""
        counts = self.meetings_per_person()
        return (min(counts), float(median(counts)), max(counts)) if counts else (0, 0.0, 0)

    def without_meeting(self) -> tuple[int, ...]:
        return tuple(person for person, count in enumerate(self.meetings_per_person()) if not count)


def _check(problem: Problem) -> None:
    if min(problem.people, problem.slots, problem.tables) < 0:
        raise BadProblem("People, slots and tables are counts: none can be below zero.")
    _check_people(problem)
    if problem.days and (len(problem.days) != problem.slots or list(problem.days) != sorted(problem.days)):
        raise BadProblem(f"“days” needs {problem.slots} numbers that never fall, the day of each slot.")
    _check_pairs(problem)
    _check_locked(problem)


def _check_people(problem: Problem) -> None:
    people, slots = problem.people, problem.slots
    if len(problem.available) != people or any(len(row) != slots for row in problem.available):
        raise BadProblem(f"“available” needs {people} rows of {slots} flags.")
    for field, numbers in (("most", problem.most), ("least", problem.least)):
        if len(numbers) != people and not (field == "least" and not numbers):
            raise BadProblem(f"“{field}” needs {people} numbers, one per person; it has {len(numbers)}.")
        for person, number in enumerate(numbers):
            if number < 0:
                raise BadProblem(f"“{field}” of person {person} is below zero.")


def _check_pairs(problem: Problem) -> None:
    seen: set[tuple[int, int]] = set()
    for number, pair in enumerate(problem.pairs, 1):
        if not _are_two_people(pair.i, pair.j, problem):
            raise BadProblem(f"Pair {number} ({pair.i}, {pair.j}) needs two different people below {problem.people}.")
        if not abs(pair.value) < 1e12:
            raise BadProblem(f"Pair {number} ({pair.i}, {pair.j}) has a value that is not a usable number.")
        key = (min(pair.i, pair.j), max(pair.i, pair.j))
        if key in seen:
            raise BadProblem(f"Pair {number} ({pair.i}, {pair.j}) stands twice; keep one of the two.")
        seen.add(key)


def _check_locked(problem: Problem) -> None:
    for number, lock in enumerate(problem.locked, 1):
        if not _are_two_people(lock.i, lock.j, problem):
            raise BadProblem(f"Locked meeting {number} needs two different people below {problem.people}.")
        if not 0 <= lock.slot < problem.slots:
            raise BadProblem(f"Locked meeting {number} stands in slot {lock.slot} of {problem.slots}.")
        if lock.table is not None and not 0 <= lock.table < problem.tables:
            raise BadProblem(f"Locked meeting {number} stands at table {lock.table} of {problem.tables}.")


def _are_two_people(i: int, j: int, problem: Problem) -> bool:
    return i != j and 0 <= i < problem.people and 0 <= j < problem.people
