"""Reads of programmes, for organisers: plans, where a meeting could move, and sheets to print."""

from backend.programme.selectors.choices import Choices, SlotChoice, TableChoice, choices_for
from backend.programme.selectors.plans import (
    Entry,
    Figures,
    Group,
    LeftOut,
    PlanPage,
    confirms_at_once,
    entry_in,
    plan_for,
    plans_for,
    sheaves_of,
    show_plan,
)
from backend.programme.selectors.sheets import Line, Sheet, SheetDay, sheets_for

__all__ = [
    "Choices",
    "Entry",
    "Figures",
    "Group",
    "LeftOut",
    "Line",
    "PlanPage",
    "Sheet",
    "SheetDay",
    "SlotChoice",
    "TableChoice",
    "choices_for",
    "confirms_at_once",
    "entry_in",
    "plan_for",
    "plans_for",
    "sheaves_of",
    "sheets_for",
    "show_plan",
]
