"""Writes people make for their own protection, and what a safeguarding lead does about them."""

from backend.safeguarding.services.blocking import CannotBlockSelf, block_person, unblock_person
from backend.safeguarding.services.closing import (
    OUTCOME_LIMIT,
    AlreadyClosed,
    OutcomeNeeded,
    close_report,
    read_report,
)
from backend.safeguarding.services.reporting import (
    WORDS_LIMIT,
    UnknownCategory,
    WordsNeeded,
    file_report,
    report_person,
)

__all__ = [
    "OUTCOME_LIMIT",
    "WORDS_LIMIT",
    "AlreadyClosed",
    "CannotBlockSelf",
    "OutcomeNeeded",
    "UnknownCategory",
    "WordsNeeded",
    "block_person",
    "close_report",
    "file_report",
    "read_report",
    "report_person",
    "unblock_person",
]
