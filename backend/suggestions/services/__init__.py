"""Writes of suggestions: Runs with their lists, feedback, and views."""

from backend.suggestions.services.exports import UNMET_FILE, export_unmet_needs
from backend.suggestions.services.feedback import (
    NotYourList,
    UnknownVerdict,
    give_feedback,
    record_views,
    withdraw_feedback,
)
from backend.suggestions.services.learning import (
    LEARN_WEIGHTS,
    LearningIsOff,
    NotEarlier,
    WeightsPreview,
    learn_nightly,
    learn_weights,
    preview_weights,
    queue_learning,
    request_learning,
    reset_weights,
    set_nightly_learning,
)
from backend.suggestions.services.reading import (
    UnderstoodWords,
    prepare_to_read,
    understand_words,
)
from backend.suggestions.services.runs import (
    BUILD_SUGGESTIONS,
    HELP_TO_READ,
    NobodyToMatch,
    build_first_run,
    build_run,
    help_to_read,
    preview_run,
    queue_build,
    refresh_lists,
    request_build,
)
from backend.suggestions.services.vectors import forget_unused_vectors

__all__ = [
    "BUILD_SUGGESTIONS",
    "HELP_TO_READ",
    "LEARN_WEIGHTS",
    "UNMET_FILE",
    "LearningIsOff",
    "NobodyToMatch",
    "NotEarlier",
    "NotYourList",
    "UnderstoodWords",
    "UnknownVerdict",
    "WeightsPreview",
    "build_first_run",
    "build_run",
    "export_unmet_needs",
    "forget_unused_vectors",
    "give_feedback",
    "help_to_read",
    "learn_nightly",
    "learn_weights",
    "prepare_to_read",
    "preview_run",
    "preview_weights",
    "queue_build",
    "queue_learning",
    "record_views",
    "refresh_lists",
    "request_build",
    "request_learning",
    "reset_weights",
    "set_nightly_learning",
    "understand_words",
    "withdraw_feedback",
]
