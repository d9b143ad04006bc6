"""Meetings over HTTP: the same services, selectors and refusals as the pages."""

from backend.meetings.api.organiser import (
    CancelForBothView,
    OverviewView,
    RulesView,
    SlotListView,
    SlotPreviewView,
    SpeakerView,
    TableListView,
    TableView,
)
from backend.meetings.api.participant import (
    AcceptView,
    AgendaNowView,
    AgendaView,
    AttestView,
    AvailabilityView,
    CancelView,
    DeclineView,
    FreeSlotsView,
    MeetingListView,
    MeetingView,
    NoticeListView,
    WithdrawView,
)
from backend.meetings.api.sessions import BookmarkView, SessionListView

__all__ = [
    "AcceptView",
    "AgendaNowView",
    "AgendaView",
    "AttestView",
    "AvailabilityView",
    "BookmarkView",
    "CancelForBothView",
    "CancelView",
    "DeclineView",
    "FreeSlotsView",
    "MeetingListView",
    "MeetingView",
    "NoticeListView",
    "OverviewView",
    "RulesView",
    "SessionListView",
    "SlotListView",
    "SlotPreviewView",
    "SpeakerView",
    "TableListView",
    "TableView",
    "WithdrawView",
]
