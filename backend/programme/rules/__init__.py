"""Rules of programmes: options, who may be planned, what clashes, and how conflicts read."""

from backend.programme.rules.candidates import (
    PlanRow,
    attendees_in_scope,
    candidate_pairs,
    is_cross_constituency,
    reasons_without_meeting,
)
from backend.programme.rules.clashes import Clash, clash_in, clash_text, table_clash_in
from backend.programme.rules.conflicts import (
    LOCKED_CLASH,
    OUT_OF_TIME,
    PlanConflict,
    conflict_of,
    conflict_text,
)
from backend.programme.rules.options import (
    MAX_DRAFTS,
    MAX_SECONDS,
    MAX_SEED,
    BadOptions,
    PlanOptions,
    check_options,
    options_of,
)
from backend.programme.rules.planning_data import (
    BusyPeriod,
    FixedMeeting,
    PlannableAttendee,
    PlanningData,
)

__all__ = [
    "LOCKED_CLASH",
    "MAX_DRAFTS",
    "MAX_SECONDS",
    "MAX_SEED",
    "OUT_OF_TIME",
    "BadOptions",
    "BusyPeriod",
    "Clash",
    "FixedMeeting",
    "PlanConflict",
    "PlanOptions",
    "PlanRow",
    "PlannableAttendee",
    "PlanningData",
    "attendees_in_scope",
    "candidate_pairs",
    "check_options",
    "clash_in",
    "clash_text",
    "conflict_of",
    "conflict_text",
    "is_cross_constituency",
    "options_of",
    "reasons_without_meeting",
    "table_clash_in",
]
