"""Blocks people make for their protection, their reports, and what a safeguarding lead does with them."""

from backend.safeguarding.services.alerts import alert_all_leads, alert_leads, send_alert
from backend.safeguarding.services.blocks import CannotBlockSelf, block_person, unblock_person
from backend.safeguarding.services.reports import (
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
)

__all__ = [
    "OUTCOME_LIMIT",
    "WORDS_LIMIT",
    "AlreadyClosed",
    "CannotBlockSelf",
    "OutcomeNeeded",
    "UnknownCategory",
    "WordsNeeded",
    "alert_all_leads",
    "alert_leads",
    "block_person",
    "close_report",
    "file_report",
    "hand_over_report",
    "hand_over_reports",
    "read_report",
    "report_person",
    "send_alert",
    "unblock_person",
]
