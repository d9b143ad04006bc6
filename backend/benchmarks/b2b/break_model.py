"""The fewest breaks of a B2B problem as a CP-SAT model, in two encodings that suit different cases.

Each person's breaks are one unary counter, and "no break" means one of the possible blocks of neighbouring
slots: core search then starts from one literal per person instead of one per person and slot. Tables are
counted twice. First over a vertex cover of the meetings: meetings of one person exclude each other, so a
slot has as many meetings as busy people in the cover. Then over all people, at most two per table: a
redundant constraint that strengthens the bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from backend.benchmarks.b2b.cardinality import at_most, sorted_literals
from backend.benchmarks.b2b.problem import B2BProblem

Literal = Any


@dataclass(slots=True)
class BreakModel:
    """A CP-SAT model: a literal per meeting and slot, and the literals whose sum is the number of breaks."""

    model: Any = field(default_factory=cp_model.CpModel)
    at: list[dict[int, Literal]] = field(default_factory=list)
    breaks: list[Literal] = field(default_factory=list)

    def slots(self, value: Any) -> tuple[int, ...]:
        """Slot of each meeting, where `value` tells whether a literal is true."""
        return tuple(next(slot for slot, literal in at.items() if value(literal)) for at in self.at)


def break_model(problem: B2BProblem, *, networks: bool) -> BreakModel:
    """The model; networks: count places by sorting networks (clauses) instead of linear sums."""
    built = BreakModel()
    model = built.model
    for meeting in problem.meetings:
        slots = [slot for slot in range(problem.slots) if meeting.allowed >> slot & 1]
        built.at.append({slot: model.new_bool_var("") for slot in slots})
        model.add_exactly_one(built.at[-1].values())
    busy = _busy_literals(built, problem)
    _count_tables(built, problem, busy, networks)
    everyone_meets = all(_meetings_of(problem, person) > 1 for person in range(problem.people))
    lowest = model.new_int_var(0, problem.slots, "") if everyone_meets and problem.people else None
    for person in range(problem.people):
        number = _meetings_of(problem, person)
        if number > 1:
            _count_breaks(built, problem, busy[person], number, lowest)
    _order_meetings(built, problem)
    model.minimize(sum(built.breaks))
    return built


def _meetings_of(problem: B2BProblem, person: int) -> int:
    return sum(person in (meeting.i, meeting.j) for meeting in problem.meetings)


def _busy_literals(built: BreakModel, problem: B2BProblem) -> list[dict[int, Literal]]:
    """Per person, a literal for each possible slot: is the person busy?"""
    here: list[dict[int, list[Literal]]] = [{} for _ in range(problem.people)]
    for meeting, at in zip(problem.meetings, built.at, strict=True):
        for person in (meeting.i, meeting.j):
            for slot, literal in at.items():
                here[person].setdefault(slot, []).append(literal)
    return [{slot: _either(built.model, literals) for slot, literals in sorted(slots.items())} for slots in here]


def vertex_cover(problem: B2BProblem) -> dict[int, list[int]]:
    """A greedy vertex cover: people who between them are in every meeting, each with the meetings it covers.

    >>> from backend.benchmarks.b2b.problem import RequestedMeeting
    >>> rows = [RequestedMeeting(0, 1, 1), RequestedMeeting(0, 2, 1), RequestedMeeting(3, 2, 1)]
    >>> vertex_cover(B2BProblem(4, 1, 2, tuple(rows)))
    {0: [0, 1], 2: [2]}
    """
    rest = set(range(len(problem.meetings)))
    cover: dict[int, list[int]] = {}
    while rest:
        degree = Counter(p for n in rest for p in (problem.meetings[n].i, problem.meetings[n].j))
        chosen = min(degree, key=lambda person: (-degree[person], person))
        cover[chosen] = sorted(n for n in rest if chosen in (problem.meetings[n].i, problem.meetings[n].j))
        rest -= set(cover[chosen])
    return cover


def _count_tables(built: BreakModel, problem: B2BProblem, busy: Sequence[dict[int, Literal]], networks: bool) -> None:
    """A slot has one meeting per table, and two people."""
    cover = vertex_cover(problem)
    for slot in range(problem.slots):
        meetings = []
        for person, numbers in cover.items():
            here = [built.at[number][slot] for number in numbers if slot in built.at[number]]
            if len(numbers) == _meetings_of(problem, person) and here:
                meetings.append(busy[person][slot])
            elif here:
                meetings.append(_either(built.model, here))
        people = [row[slot] for row in busy if slot in row]
        for literals, limit in ((meetings, problem.tables), (people, 2 * problem.tables)):
            if networks:
                at_most(built.model, literals, limit)
            elif len(literals) > limit:
                built.model.add(sum(literals) <= limit)


def _either(model: Any, literals: Sequence[Literal]) -> Literal:
    """The literal of "one of these", which exclude each other."""
    if len(literals) == 1:
        return literals[0]
    one = model.new_bool_var("")
    model.add_exactly_one([*literals, one.negated()])
    return one


def _prefix_or(model: Any, literals: dict[int, Literal], slots: int) -> list[Literal]:
    """Per slot, a literal: is one of the literals true in it or in an earlier slot?"""
    reached: list[Literal] = []
    for slot in range(slots):
        prefix, here = model.new_bool_var(""), literals.get(slot)
        causes = [literal for literal in (here, *reached[-1:]) if literal is not None]
        for cause in causes:
            model.add_implication(cause, prefix)
        model.add_bool_or([prefix.negated(), *causes])
        reached.append(prefix)
    return reached


def _count_breaks(built: BreakModel, problem: B2BProblem, busy: dict[int, Literal], number: int, lowest: Any) -> None:
    model = built.model
    model.add(sum(busy.values()) == number)
    starts = []
    for slot, now in busy.items():
        start, before = model.new_bool_var(""), busy.get(slot - 1)
        starts.append(start)
        model.add_bool_or([now.negated(), start, *([] if before is None else [before])])
        model.add_implication(start, now)
        if before is not None:
            model.add_implication(start, before.negated())
    counter = sorted_literals(model, starts, len(starts) if lowest is not None else problem.fairness + 2)[1:]
    if lowest is not None:
        model.add_linear_constraint(sum(starts) - 1 - lowest, 0, problem.fairness)
    elif len(counter) > problem.fairness:
        model.add_bool_and(counter[problem.fairness].negated())
        counter = counter[: problem.fairness]
    for one, more in pairwise(counter):
        model.add_implication(more, one)
    built.breaks += counter
    _block_or_break(model, problem.slots, busy, number, counter[:1])


def _block_or_break(model: Any, slots: int, busy: dict[int, Literal], number: int, broken: Sequence[Literal]) -> None:
    """Without a break, a person's meetings fill one block of slots, from the first meeting on."""
    blocks = []
    for first in range(slots - number + 1):
        if all(slot in busy for slot in range(first, first + number)):
            block = model.new_bool_var("")
            blocks.append(block)
            for slot, now in busy.items():
                model.add_implication(block, now if first <= slot < first + number else now.negated())
    model.add_exactly_one([*blocks, *broken])
    begun = _prefix_or(model, busy, slots)
    for slot in range(slots):
        over = [begun[slot - number]] if slot >= number else []
        now = [busy[slot]] if slot in busy else []
        model.add_bool_or([begun[slot].negated(), *over, *now, *broken])
        if over and now:
            model.add_bool_or([over[0].negated(), now[0].negated(), *broken])


def _order_meetings(built: BreakModel, problem: B2BProblem) -> None:
    """Meeting a strictly before meeting b."""
    ordered = sorted({meeting for pair in problem.before for meeting in pair})
    done = {meeting: _prefix_or(built.model, built.at[meeting], problem.slots) for meeting in ordered}
    for a, b in problem.before:
        for slot in range(problem.slots):
            earlier = [done[a][slot - 1]] if slot else []
            built.model.add_bool_or([done[b][slot].negated(), *earlier])
