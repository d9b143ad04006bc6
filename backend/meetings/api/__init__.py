"""Meetings over HTTP: the same services, selectors and refusals as the pages."""

from backend.meetings.api.calendar import CalendarFeedView, MeetingFileView, calendar_file
from backend.meetings.api.closures import ClosureListView, ClosureUndoView, ClosureView
from backend.meetings.api.contact_rules import ContactRuleListView, ContactRulePreviewView, ContactRuleView
from backend.meetings.api.forums import EventListView, RehearsalView
from backend.meetings.api.joining import JoiningView
from backend.meetings.api.organiser import (
    CancelForBothView,
    DisputeListView,
    MailListView,
    MoveView,
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
    BookmarkView,
    CancelView,
    DeclineView,
    FreeSlotsView,
    MeetingListView,
    MeetingView,
    NoticeListView,
    SessionListView,
    WithdrawView,
)
from backend.meetings.api.programme_sessions import (
    ProgrammeImportView,
    ProgrammeSessionListView,
    ProgrammeSessionView,
)
from backend.meetings.api.reports import MeetingReportView, ReportDetailView, UnsafeReportView

__all__ = [
    "AcceptView",
    "AgendaNowView",
    "AgendaView",
    "AttestView",
    "AvailabilityView",
    "BookmarkView",
    "CalendarFeedView",
    "CancelForBothView",
    "CancelView",
    "ClosureListView",
    "ClosureUndoView",
    "ClosureView",
    "ContactRuleListView",
    "ContactRulePreviewView",
    "ContactRuleView",
    "DeclineView",
    "DisputeListView",
    "EventListView",
    "FreeSlotsView",
    "JoiningView",
    "MailListView",
    "MeetingFileView",
    "MeetingListView",
    "MeetingReportView",
    "MeetingView",
    "MoveView",
    "NoticeListView",
    "OverviewView",
    "ProgrammeImportView",
    "ProgrammeSessionListView",
    "ProgrammeSessionView",
    "RehearsalView",
    "ReportDetailView",
    "RulesView",
    "SessionListView",
    "SlotListView",
    "SlotPreviewView",
    "SpeakerView",
    "TableListView",
    "TableView",
    "UnsafeReportView",
    "WithdrawView",
    "calendar_file",
]
