"""Reads of programmes, for organisers: plans, where a meeting could move, and schedules to print."""

from backend.programme.selectors.by_hand import (
    ByHand,
    Choosable,
    TimesOfTwo,
    likely_partners,
    one_by_hand,
    people_to_choose,
    put_forward_by_hand,
    times_for,
)
from backend.programme.selectors.edit_options import EditOptions, SlotOption, TableOption, edit_options_for
from backend.programme.selectors.planning_data import read_planning_data, suggestion_scores
from backend.programme.selectors.plans import (
    Entry,
    Figures,
    Group,
    LeftOut,
    PlanPage,
    confirms_at_once,
    entry_in,
    paginate_groups,
    plan_for,
    plan_page_for,
    plans_for,
)
from backend.programme.selectors.printed_schedules import (
    PrintedDay,
    PrintedLine,
    PrintedSchedule,
    printed_schedules_for,
)

__all__ = [
    "ByHand",
    "Choosable",
    "EditOptions",
    "Entry",
    "Figures",
    "Group",
    "LeftOut",
    "PlanPage",
    "PrintedDay",
    "PrintedLine",
    "PrintedSchedule",
    "SlotOption",
    "TableOption",
    "TimesOfTwo",
    "confirms_at_once",
    "edit_options_for",
    "entry_in",
    "likely_partners",
    "one_by_hand",
    "paginate_groups",
    "people_to_choose",
    "plan_for",
    "plan_page_for",
    "plans_for",
    "printed_schedules_for",
    "put_forward_by_hand",
    "read_planning_data",
    "suggestion_scores",
    "times_for",
]
