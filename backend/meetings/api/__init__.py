"""Meetings over HTTP: the same services, selectors and refusals as the pages."""

from backend.meetings.api.organiser import (
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
    BookmarkView,
    CancelView,
    DeclineView,
    FreeSlotsView,
    MeetingListView,
    MeetingView,
    NoticeListView,
    WithdrawView,
)

__all__ = [
    "AcceptView",
    "AgendaView",
    "AttestView",
    "AvailabilityView",
    "BookmarkView",
    "CancelView",
    "DeclineView",
    "FreeSlotsView",
    "MeetingListView",
    "MeetingView",
    "NoticeListView",
    "OverviewView",
    "RulesView",
    "SlotListView",
    "SlotPreviewView",
    "TableListView",
    "TableView",
    "WithdrawView",
]
