"""Writes of suggestions: Runs with their lists, feedback, and views."""

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
    "NobodyToMatch",
    "NotYourList",
    "UnknownVerdict",
    "build_run",
    "give_feedback",
    "preview_run",
    "queue_build",
    "record_views",
    "refresh_lists",
    "request_build",
    "withdraw_feedback",
]
