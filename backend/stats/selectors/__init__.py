"""Reads of an event's figures: as one frozen object, as worksheets, as sentences, and their names."""

from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    MATRIX_STEPS,
    NO_THEME,
    USEFUL,
    Cell,
    Day,
    EditionFigures,
    EventStats,
    FunnelStep,
    Matrix,
    PersonFigures,
    percent_across,
)
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.headlines import Headline, MissingBridge, headlines_for, missing_bridges
from backend.stats.selectors.names import CAUSES, STEPS, UNITS, Names, names_for, people_counted
from backend.stats.selectors.printed import (
    edition_rows,
    level_of,
    printed_groups,
    printed_themes,
    released_matrix,
)
from backend.stats.selectors.worksheets import NOTE, WITHHELD, exact_worksheets, reported_step_of

__all__ = [
    "ACCEPTED",
    "CAUSES",
    "HELD",
    "MATRIX_STEPS",
    "NOTE",
    "NO_THEME",
    "STEPS",
    "UNITS",
    "USEFUL",
    "WITHHELD",
    "Cell",
    "Day",
    "EditionFigures",
    "EventStats",
    "FunnelStep",
    "Headline",
    "Matrix",
    "MissingBridge",
    "Names",
    "PersonFigures",
    "edition_rows",
    "event_stats",
    "exact_worksheets",
    "headlines_for",
    "level_of",
    "missing_bridges",
    "names_for",
    "people_counted",
    "percent_across",
    "printed_groups",
    "printed_themes",
    "released_matrix",
    "reported_step_of",
]
