"""Meetings over HTTP: the same services, selectors and refusals as the pages."""

from backend.meetings.api.organiser import (
    CancelForBothView,
    OverviewView,
    RulesView,
    SlotListView,
    SlotPreviewView,
    TableListView,
    TableView,
)
from backend.meetings.api.participant import (
    AcceptView,
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
    "TableListView",
    "TableView",
    "WithdrawView",
]
