"""Leaving, erasing an account, the time of keeping, and erasures remembered for a restored backup."""

from backend.privacy.services.closing import close_cases, forget_expired
from backend.privacy.services.leaving import NotConfirmed, StillInCharge, erase_account, leave_event
from backend.privacy.services.merging import (
    CannotMerge,
    LeadMerges,
    MergeWaits,
    answer_merge,
    merge_attendees,
)
from backend.privacy.services.remembering import merge_erasures, replay_erasures
from backend.privacy.services.retention import PurgeReport, purge_all, purge_event

__all__ = [
    "CannotMerge",
    "LeadMerges",
    "MergeWaits",
    "NotConfirmed",
    "PurgeReport",
    "StillInCharge",
    "answer_merge",
    "close_cases",
    "erase_account",
    "forget_expired",
    "leave_event",
    "merge_attendees",
    "merge_erasures",
    "purge_all",
    "purge_event",
    "replay_erasures",
]
