"""Between the database and matching: `event_data` reads rows, `texts` encodes, `lists` matches.

`understood` reads along while somebody writes, `meaning` what somebody searches for.
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
from backend.suggestions.engine.meaning import (
    NEAR,
    closest_sentences,
    read_search,
    read_texts,
    split_sentences,
)
from backend.suggestions.engine.strength import Strength, strength_of
from backend.suggestions.engine.texts import (
    FIELDS,
    KINDS,
    NotYetRead,
    TextReader,
    TextVectors,
    text_hash,
    text_reader,
)
from backend.suggestions.engine.understood import Understood, understand

__all__ = [
    "FIELDS",
    "KINDS",
    "NEAR",
    "BuiltLists",
    "Counts",
    "EventData",
    "NotYetRead",
    "OlderRun",
    "Strength",
    "TextReader",
    "TextVectors",
    "Understood",
    "build_lists",
    "closest_sentences",
    "counts_of",
    "explain_with_quotations",
    "learn_from_event",
    "policy_with_weights",
    "read_event_data",
    "read_search",
    "read_texts",
    "score_pair",
    "split_sentences",
    "strength_of",
    "text_hash",
    "text_reader",
    "understand",
    "update_lists",
    "weights_as_rows",
]
