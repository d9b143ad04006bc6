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
    NoGain,
    NotEarlier,
    TooFewAnswers,
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
    NobodyToMatch,
    build_first_run,
    build_run,
    preview_run,
    queue_build,
    refresh_lists,
    request_build,
)

__all__ = [
    "BUILD_SUGGESTIONS",
    "LEARN_WEIGHTS",
    "UNMET_FILE",
    "LearningIsOff",
    "NoGain",
    "NobodyToMatch",
    "NotEarlier",
    "NotYourList",
    "TooFewAnswers",
    "UnderstoodWords",
    "UnknownVerdict",
    "WeightsPreview",
    "build_first_run",
    "build_run",
    "export_unmet_needs",
    "give_feedback",
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
