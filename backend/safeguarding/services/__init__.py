"""Blocks people make for their protection, their reports, and what a safeguarding lead does with them."""

from backend.safeguarding.services.alerts import (
    alert_all_leads,
    alert_leads,
    alert_outside,
    send_alert,
    send_outside_alert,
)
from backend.safeguarding.services.blocks import CannotBlockSelf, block_person, unblock_person
from backend.safeguarding.services.reports import (
    NAMED_LIMIT,
    OUTCOME_LIMIT,
    WORDS_LIMIT,
    AlreadyClosed,
    OutcomeNeeded,
    UnknownCategory,
    WordsNeeded,
    close_report,
    file_report,
    hand_over_report,
    hand_over_reports,
    read_report,
    report_person,
    report_unsafe,
)

__all__ = [
    "NAMED_LIMIT",
    "OUTCOME_LIMIT",
    "WORDS_LIMIT",
    "AlreadyClosed",
    "CannotBlockSelf",
    "OutcomeNeeded",
    "UnknownCategory",
    "WordsNeeded",
    "alert_all_leads",
    "alert_leads",
    "alert_outside",
    "block_person",
    "close_report",
    "file_report",
    "hand_over_report",
    "hand_over_reports",
    "read_report",
    "report_person",
    "report_unsafe",
    "send_alert",
    "send_outside_alert",
    "unblock_person",
]
