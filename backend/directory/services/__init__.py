"""Finding people, nudges, files, wishes to meet, times that organisers open, and examples of every mail."""

from backend.directory.services.files import (
    LIST_FILES,
    NEEDS_HELP_FILE,
    ListFile,
    check_list_name,
    export_attendees,
    export_needs_help,
)
from backend.directory.services.finding import READ_NAMES, find_people, read_all_names, read_names
from backend.directory.services.mail_examples import (
    MAIL_KINDS,
    deliver_test_mail,
    mail_examples,
    send_test_mail,
)
from backend.directory.services.nudges import (
    SEND_NUDGE,
    NudgeGroup,
    NudgePreview,
    nudge_people,
    preview_nudges,
    send_nudge,
)
from backend.directory.services.own_people import (
    clear_visits,
    find_session_companions,
    find_working_on,
    record_visit,
)
from backend.directory.services.reading import READ_TEXTS, read_all_texts, read_texts
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
    "MAIL_KINDS",
    "NEEDS_HELP_FILE",
    "READ_NAMES",
    "READ_TEXTS",
    "SEND_NUDGE",
    "SEND_TIMES_MAIL",
    "HasOpenTime",
    "ListFile",
    "NudgeGroup",
    "NudgePreview",
    "TooManyWishes",
    "check_list_name",
    "clear_visits",
    "deliver_test_mail",
    "export_attendees",
    "export_needs_help",
    "find_people",
    "find_session_companions",
    "find_working_on",
    "mail_examples",
    "nudge_people",
    "open_times_for",
    "preview_nudges",
    "read_all_names",
    "read_all_texts",
    "read_names",
    "read_texts",
    "record_visit",
    "send_nudge",
    "send_test_mail",
    "send_times_mail",
    "wish_to_meet",
]
