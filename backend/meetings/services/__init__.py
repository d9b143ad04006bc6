"""Writes: diaries, the life of a request, and what is said after the meeting."""

from backend.meetings.services.answering import (
    AlreadyAnswered,
    NotOffered,
    RequestExpired,
    accept_meeting,
    decline_meeting,
    withdraw_request,
)
from backend.meetings.services.attesting import (
    AlreadySettled,
    BadUsefulness,
    TooEarly,
    ask_whether_held,
    attest_meeting,
    settle_unattested,
)
from backend.meetings.services.booking import NoTableFree, SlotTaken
from backend.meetings.services.diary import (
    InAMeeting,
    Speaking,
    UnknownSlot,
    bookmark_session,
    change_slots,
    close_slots,
    forget_session,
    open_slots,
)
from backend.meetings.services.ending import (
    ReasonNeeded,
    TooLate,
    cancel_for_both,
    cancel_meeting,
    end_refused_meetings,
    expire_requests,
)
from backend.meetings.services.reminding import mark_read, remind_people
from backend.meetings.services.reporting import report_meeting
from backend.meetings.services.requesting import (
    AlreadyAsked,
    BadKey,
    BadTimes,
    CapReached,
    KeyReused,
    NoOpenSlots,
    UnknownTheme,
    Wish,
    edit_request,
    request_meeting,
)
from backend.meetings.services.setup import BadRules, set_rules

__all__ = [
    "AlreadyAnswered",
    "AlreadyAsked",
    "AlreadySettled",
    "BadKey",
    "BadRules",
    "BadTimes",
    "BadUsefulness",
    "CapReached",
    "InAMeeting",
    "KeyReused",
    "NoOpenSlots",
    "NoTableFree",
    "NotOffered",
    "ReasonNeeded",
    "RequestExpired",
    "SlotTaken",
    "Speaking",
    "TooEarly",
    "TooLate",
    "UnknownSlot",
    "UnknownTheme",
    "Wish",
    "accept_meeting",
    "ask_whether_held",
    "attest_meeting",
    "bookmark_session",
    "cancel_for_both",
    "cancel_meeting",
    "change_slots",
    "close_slots",
    "decline_meeting",
    "edit_request",
    "end_refused_meetings",
    "expire_requests",
    "forget_session",
    "mark_read",
    "open_slots",
    "remind_people",
    "report_meeting",
    "request_meeting",
    "set_rules",
    "settle_unattested",
    "withdraw_request",
]
