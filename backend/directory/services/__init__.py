"""Nudges, files, wishes to meet and times that organisers open."""

from backend.directory.services.files import (
    LIST_FILES,
    NEEDS_HELP_FILE,
    ListFile,
    export_attendees,
    export_needs_help,
)
from backend.directory.services.nudges import (
    SEND_NUDGE,
    NudgeGroup,
    NudgePreview,
    nudge_people,
    preview_nudges,
    send_nudge,
)
from backend.directory.services.times import (
    SEND_TIMES_MAIL,
    HasOpenTime,
    TooManyWishes,
    open_times_for,
    send_times_mail,
    wish_to_meet,
)

__all__ = [
    "LIST_FILES",
    "NEEDS_HELP_FILE",
    "SEND_NUDGE",
    "SEND_TIMES_MAIL",
    "HasOpenTime",
    "ListFile",
    "NudgeGroup",
    "NudgePreview",
    "TooManyWishes",
    "export_attendees",
    "export_needs_help",
    "nudge_people",
    "open_times_for",
    "preview_nudges",
    "send_nudge",
    "send_times_mail",
    "wish_to_meet",
]
