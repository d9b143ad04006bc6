"""The fewest breaks of a brokerage as a CP-SAT model, written in two ways that prove different cases quickly.

Each person's breaks are one unary counter, and "no break" means one of her possible blocks of neighbouring
slots: core search then starts from one literal per person instead of one per person and slot. Places are
counted by people (twice the tables), which needs far fewer literals than counting meetings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from matching.planning.cardinality import at_most, exactly, sorted_literals
from matching.planning.problem import Brokerage

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


def break_model(problem: Brokerage, *, networks: bool) -> BreakModel:
    """The model; networks: count by sorting networks (clauses only) instead of linear sums."""
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
            _count_breaks(built, problem, busy[person], number, networks, lowest)
    _order_meetings(built, problem)
    model.minimize(sum(built.breaks))
    return built


def _meetings_of(problem: Brokerage, person: int) -> int:
    return sum(person in (meeting.i, meeting.j) for meeting in problem.meetings)


def _busy_literals(built: BreakModel, problem: Brokerage) -> list[dict[int, Literal]]:
    """Per person, for each slot she might meet in: does she?"""
    here: list[dict[int, list[Literal]]] = [{} for _ in range(problem.people)]
    for meeting, at in zip(problem.meetings, built.at, strict=True):
        for person in (meeting.i, meeting.j):
            for slot, literal in at.items():
                here[person].setdefault(slot, []).append(literal)
    busy: list[dict[int, Literal]] = []
    for slots in here:
        row = {}
        for slot, literals in sorted(slots.items()):
            row[slot] = literals[0]
            if len(literals) > 1:
                row[slot] = built.model.new_bool_var("")
                built.model.add_exactly_one([*literals, row[slot].negated()])
        busy.append(row)
    return busy


def _count_tables(
    built: BreakModel, problem: Brokerage, busy: Sequence[dict[int, Literal]], networks: bool
) -> None:
    """A slot seats two people per table."""
    for slot in range(problem.slots):
        literals = [row[slot] for row in busy if slot in row]
        if len(literals) > 2 * problem.tables:
            if networks:
                at_most(built.model, literals, 2 * problem.tables)
            else:
                built.model.add(sum(literals) <= 2 * problem.tables)


def _count_breaks(
    built: BreakModel,
    problem: Brokerage,
    busy: dict[int, Literal],
    number: int,
    networks: bool,
    lowest: Any,
) -> None:
    model = built.model
    if networks:
        exactly(model, list(busy.values()), number)
    else:
        model.add(sum(busy.values()) == number)
    starts = []
    for slot, now in busy.items():
        start, before = model.new_bool_var(""), busy.get(slot - 1)
        starts.append(start)
        model.add_bool_or([now.negated(), start, *([] if before is None else [before])])
        model.add_implication(start, now)
        if before is not None:
            model.add_implication(start, before.negated())
    counter = sorted_literals(model, starts, len(starts) if lowest is not None else problem.spread + 2)[1:]
    if lowest is not None:
        model.add_linear_constraint(sum(starts) - 1 - lowest, 0, problem.spread)
    elif len(counter) > problem.spread:
        model.add_bool_and(counter[problem.spread].negated())
        counter = counter[: problem.spread]
    for one, more in pairwise(counter):
        model.add_implication(more, one)
    built.breaks += counter
    blocks = []
    for first in range(problem.slots - number + 1):
        if all(slot in busy for slot in range(first, first + number)):
            block = model.new_bool_var("")
            blocks.append(block)
            for slot, now in busy.items():
                model.add_implication(block, now if first <= slot < first + number else now.negated())
            if counter:
                model.add_implication(block, counter[0].negated())
    model.add_bool_or([*blocks, *counter[:1]])


def _order_meetings(built: BreakModel, problem: Brokerage) -> None:
    """Meeting a strictly before meeting b, over ladders: done[m][t] says m is at or before t."""
    model = built.model
    done: dict[int, list[Literal]] = {}
    for meeting in sorted({meeting for pair in problem.before for meeting in pair}):
        ladder: list[Literal] = []
        for slot in range(problem.slots):
            rung, here = model.new_bool_var(""), built.at[meeting].get(slot)
            causes = [literal for literal in (here, *ladder[-1:]) if literal is not None]
            for cause in causes:
                model.add_implication(cause, rung)
            model.add_bool_or([rung.negated(), *causes])
            ladder.append(rung)
        done[meeting] = ladder
    for a, b in problem.before:
        for slot in range(problem.slots):
            earlier = [done[a][slot - 1]] if slot else []
            model.add_bool_or([done[b][slot].negated(), *earlier])
