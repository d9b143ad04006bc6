"""Where a planned meeting could move: every time and table, with what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models import Slot, Table
from backend.programme.forum import Forum
from backend.programme.models import Plan
from backend.programme.rules import clash_in, table_clash_in
from backend.programme.selectors.plans import Entry


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A time; `clash` says why the two cannot meet then, `free_tables` how many are left."""

    slot: Slot
    clash: str
    free_tables: int


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table; `clash` says who has it at the meeting's present time."""

    table: Table
    clash: str


@dataclass(frozen=True, slots=True)
class Choices:
    slots: tuple[SlotChoice, ...]
    tables: tuple[TableChoice, ...]


def choices_for(plan: Plan, entry: Entry, forum: Forum) -> Choices:
    """Every slot to come and every table for one of the plan's own meetings."""
    rows = plan.planned.select_related("slot", "table")
    others = [row for row in rows if row.pk != entry.planned_id]
    pair = (entry.first.attendee_id, entry.second.attendee_id)
    slots = []
    for slot in forum.slots_to_plan:
        clash = clash_in(forum, pair, slot, others)
        free = sum(not table_clash_in(forum, table, slot, others) for table in forum.tables)
        slots.append(SlotChoice(slot, clash or ("" if free else "Every table is taken then."), free))
    tables = tuple(
        TableChoice(table, table_clash_in(forum, table, entry.slot, others)) for table in forum.tables
    )
    return Choices(tuple(slots), tables)
