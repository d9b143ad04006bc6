"""Where a planned meeting could move: every slot and table, with what keeps it from there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.events.models.agenda import Slot, Table
from backend.programme.models import Plan
from backend.programme.rules.clashes import Clash, clash_in, clash_text, table_clash_in
from backend.programme.rules.planning_data import PlanningData
from backend.programme.selectors.plans import Entry


@dataclass(frozen=True, slots=True)
class SlotOption:
    """A slot; `clash` says why the two cannot meet then, `free_tables` how many are left."""

    slot: Slot
    clash: str
    free_tables: int


@dataclass(frozen=True, slots=True)
class TableOption:
    """A table; `clash` says who has it in the meeting's present slot."""

    table: Table
    clash: str


@dataclass(frozen=True, slots=True)
class EditOptions:
    slots: tuple[SlotOption, ...]
    tables: tuple[TableOption, ...]


def edit_options_for(plan: Plan, entry: Entry, data: PlanningData) -> EditOptions:
    """Every slot to come and every table for one of the plan's own meetings."""
    rows = plan.planned.select_related("slot", "table")
    others = [row for row in rows if row.pk != entry.planned_id]
    pair = (entry.first.attendee_id, entry.second.attendee_id)
    slots = []
    for slot in data.slots_to_plan:
        clash = _text(clash_in(data, pair, slot, others), data)
        free = sum(not table_clash_in(data, table, slot, others) for table in data.tables)
        slots.append(
            SlotOption(slot, clash or ("" if free else _("Every table is taken then. Choose another time.")), free)
        )
    tables = tuple(
        TableOption(table, _text(table_clash_in(data, table, entry.slot, others), data)) for table in data.tables
    )
    return EditOptions(tuple(slots), tables)


def free_cells_for(plan: Plan, entry: Entry, data: PlanningData) -> frozenset[tuple[int, int]]:
    """The slots and tables (ids) to which this one of the plan's own meetings could be moved."""
    rows = plan.planned.select_related("slot", "table")
    others = [row for row in rows if row.pk != entry.planned_id]
    pair = (entry.first.attendee_id, entry.second.attendee_id)
    slots = [slot for slot in data.slots_to_plan if not clash_in(data, pair, slot, others)]
    return frozenset(
        (slot.pk, table.pk)
        for slot in slots
        for table in data.tables
        if (slot, table) != (entry.slot, entry.table) and not table_clash_in(data, table, slot, others)
    )


def _text(clash: Clash | None, data: PlanningData) -> str:
    return clash_text(clash, data) if clash else ""
