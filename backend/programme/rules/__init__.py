"""Rules of programmes: which planned meetings clash, and how conflicting demands read."""

from backend.programme.rules.clashes import clash_in, table_clash_in
from backend.programme.rules.conflicts import LOCKED_CLASH, OUT_OF_TIME, PlanConflict, conflict_text

__all__ = [
    "LOCKED_CLASH",
    "OUT_OF_TIME",
    "PlanConflict",
    "clash_in",
    "conflict_text",
    "table_clash_in",
]
