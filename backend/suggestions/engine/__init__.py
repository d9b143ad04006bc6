"""Between the database and matching: `event_data` reads rows, `texts` encodes, `lists` matches.

`understood` reads along while somebody writes.
"""

from backend.suggestions.engine.event_data import EventData, read_event_data
from backend.suggestions.engine.learning import (
    Counts,
    counts_of,
    learn_from_event,
    policy_with_weights,
    weights_as_rows,
)
from backend.suggestions.engine.lists import (
    BuiltLists,
    OlderRun,
    build_lists,
    explain_with_quotations,
    score_pair,
    update_lists,
)
from backend.suggestions.engine.strength import Strength, strength_of
from backend.suggestions.engine.texts import FIELDS, KINDS, NotYetRead, TextReader, text_reader
from backend.suggestions.engine.understood import Understood, understand

__all__ = [
    "FIELDS",
    "KINDS",
    "BuiltLists",
    "Counts",
    "EventData",
    "NotYetRead",
    "OlderRun",
    "Strength",
    "TextReader",
    "Understood",
    "build_lists",
    "counts_of",
    "explain_with_quotations",
    "learn_from_event",
    "policy_with_weights",
    "read_event_data",
    "score_pair",
    "strength_of",
    "text_reader",
    "understand",
    "update_lists",
    "weights_as_rows",
]
