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
from backend.stats.selectors.headlines import (
    Headline,
    MissingBridge,
    headlines_for,
    missing_bridges,
    reported_step,
)
from backend.stats.selectors.names import Names, names_for, people_counted
from backend.stats.selectors.worksheets import NOTE, WITHHELD, worksheets_for

__all__ = [
    "ACCEPTED",
    "HELD",
    "MATRIX_STEPS",
    "NOTE",
    "NO_THEME",
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
    "event_stats",
    "headlines_for",
    "missing_bridges",
    "names_for",
    "people_counted",
    "percent_across",
    "reported_step",
    "worksheets_for",
]
