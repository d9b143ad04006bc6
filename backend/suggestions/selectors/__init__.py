"""Reads of suggestions: an attendee's list, Runs, and what organisers inspect and export."""

from backend.suggestions.engine import strength_of
from backend.suggestions.selectors.export import exported_rows
from backend.suggestions.selectors.inspection import (
    LEAST_TOLD,
    FeatureContribution,
    ListEntry,
    ListInspection,
    PairInspection,
    list_inspection_for,
    list_owners_for,
    pair_inspection_for,
)
from backend.suggestions.selectors.learning import (
    LearningStatus,
    active_weights,
    earlier_edition_for,
    learning_status_for,
    learns_nightly,
)
from backend.suggestions.selectors.lists import (
    FILTER_NAMES,
    Filters,
    ReasonRow,
    SuggestionCard,
    SuggestionList,
    suggestion_between,
    suggestions_for,
)
from backend.suggestions.selectors.runs import (
    RunStatus,
    current_run,
    events_to_rebuild,
    events_with_stale_lists,
    has_lists,
    is_being_matched,
    is_stale,
    outdated_ids,
    run_status_for,
    stale_ids_for,
)
from backend.suggestions.selectors.shared_needs import SharedNeed, shared_needs_for
from backend.suggestions.selectors.shared_reasons import shared_reason_for
from backend.suggestions.selectors.unmet import (
    UnmetNeeds,
    UnmetRow,
    UnmetTheme,
    unmet_needs_csv,
    unmet_needs_for,
)

__all__ = [
    "FILTER_NAMES",
    "LEAST_TOLD",
    "FeatureContribution",
    "Filters",
    "LearningStatus",
    "ListEntry",
    "ListInspection",
    "PairInspection",
    "ReasonRow",
    "RunStatus",
    "SharedNeed",
    "SuggestionCard",
    "SuggestionList",
    "UnmetNeeds",
    "UnmetRow",
    "UnmetTheme",
    "active_weights",
    "current_run",
    "earlier_edition_for",
    "events_to_rebuild",
    "events_with_stale_lists",
    "exported_rows",
    "has_lists",
    "is_being_matched",
    "is_stale",
    "learning_status_for",
    "learns_nightly",
    "list_inspection_for",
    "list_owners_for",
    "outdated_ids",
    "pair_inspection_for",
    "run_status_for",
    "shared_needs_for",
    "shared_reason_for",
    "stale_ids_for",
    "strength_of",
    "suggestion_between",
    "suggestions_for",
    "unmet_needs_csv",
    "unmet_needs_for",
]
