"""Writes of suggestions: Runs with their lists, feedback, and views."""

from backend.suggestions.services.exports import UNMET_FILE, export_unmet_needs
from backend.suggestions.services.feedback import (
    NotYourList,
    UnknownVerdict,
    give_feedback,
    record_views,
    withdraw_feedback,
)
from backend.suggestions.services.runs import (
    BUILD_SUGGESTIONS,
    NobodyToMatch,
    build_run,
    preview_run,
    queue_build,
    refresh_lists,
    request_build,
)

__all__ = [
    "BUILD_SUGGESTIONS",
    "UNMET_FILE",
    "NobodyToMatch",
    "NotYourList",
    "UnknownVerdict",
    "build_run",
    "export_unmet_needs",
    "give_feedback",
    "preview_run",
    "queue_build",
    "record_views",
    "refresh_lists",
    "request_build",
    "withdraw_feedback",
]
