"""Every address of the API, version 1."""

from django.urls import path

from backend.directory import api as directory
from backend.events import api as events
from backend.invitations import api as invitations
from backend.meetings import api as meetings
from backend.people.api import MeView
from backend.programme import api as programme
from backend.safeguarding.api import (
    CloseReportView,
    HandOverAllView,
    HandOverView,
    LinkReportView,
    PersonReportView,
    ReportListView,
)
from backend.stats.api import StatsFileView, StatsView
from backend.suggestions.api import FeedbackView, SuggestionListView

urlpatterns = [
    path("me/", MeView.as_view()),
    path("events/", events.EventListView.as_view()),
    path("events/<slug:slug>/open/", events.OpenEventView.as_view()),
    path("events/<slug:slug>/about/", events.AboutView.as_view()),
    path("events/<slug:slug>/state/", events.StateView.as_view()),
    path("events/<slug:slug>/sectors/", events.SectorListView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/", events.SectorView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/move/", events.SectorMoveView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/merge/", events.SectorMergeView.as_view()),
    path("events/<slug:slug>/invitations/", invitations.InvitationListView.as_view()),
    path("events/<slug:slug>/invitations/preview/", invitations.InvitationPreviewView.as_view()),
    path("events/<slug:slug>/invitations/returned/", invitations.ReturnedView.as_view()),
    path("events/<slug:slug>/invitations/test/", invitations.InvitationTestView.as_view()),
    path("events/<slug:slug>/invitations/rules/", invitations.InvitationRulesView.as_view()),
    path("events/<slug:slug>/home/", directory.HomeView.as_view()),
    path("events/<slug:slug>/profile/", events.ProfileView.as_view()),
    path("events/<slug:slug>/roles/", events.AppointmentListView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/confirm/", events.ConfirmRoleView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/refuse/", events.RefuseRoleView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/end/", events.EndRoleView.as_view()),
    path("events/<slug:slug>/outside-contact/", events.OutsideContactView.as_view()),
    path("events/<slug:slug>/suggestions/", SuggestionListView.as_view()),
    path("events/<slug:slug>/suggestions/<int:other>/feedback/", FeedbackView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/", directory.AttendeeView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/wish/", directory.WishView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/report/", PersonReportView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/report/", meetings.MeetingReportView.as_view()),
    path("events/<slug:slug>/reports/", ReportListView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/", meetings.ReportDetailView.as_view()),
    path("events/<slug:slug>/safety/", meetings.UnsafeReportView.as_view()),
    path("events/<slug:slug>/reports/hand-over/", HandOverAllView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/hand-over/", HandOverView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/link/", LinkReportView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/close/", CloseReportView.as_view()),
    path("events/<slug:slug>/stats/", StatsView.as_view()),
    path("events/<slug:slug>/stats/<str:name>", StatsFileView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/free-slots/", meetings.FreeSlotsView.as_view()),
    path("events/<slug:slug>/joining/", meetings.JoiningView.as_view()),
    path("events/<slug:slug>/availability/", meetings.AvailabilityView.as_view()),
    path("events/<slug:slug>/agenda/", meetings.AgendaView.as_view()),
    path("events/<slug:slug>/agenda/now/", meetings.AgendaNowView.as_view()),
    path("events/<slug:slug>/sessions/", meetings.SessionListView.as_view()),
    path("events/<slug:slug>/sessions/<int:session_id>/bookmark/", meetings.BookmarkView.as_view()),
    path(
        "events/<slug:slug>/sessions/<int:session_id>/speakers/<int:attendee_id>/",
        meetings.SpeakerView.as_view(),
    ),
    path("events/<slug:slug>/notices/", meetings.NoticeListView.as_view()),
    path("events/<slug:slug>/meetings/", meetings.MeetingListView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/", meetings.MeetingView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/meeting.ics", meetings.MeetingFileView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/accept/", meetings.AcceptView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/decline/", meetings.DeclineView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/withdraw/", meetings.WithdrawView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/cancel/", meetings.CancelView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/move/", meetings.MoveView.as_view()),
    path(
        "events/<slug:slug>/meetings/<int:meeting_id>/cancel-for-both/", meetings.CancelForBothView.as_view()
    ),
    path("events/<slug:slug>/meetings/<int:meeting_id>/attest/", meetings.AttestView.as_view()),
    path("events/<slug:slug>/meetings/overview/", meetings.OverviewView.as_view()),
    path("events/<slug:slug>/meetings/rules/", meetings.RulesView.as_view()),
    path("events/<slug:slug>/meetings/told/", meetings.DisputeListView.as_view()),
    path("events/<slug:slug>/meetings/mails/", meetings.MailListView.as_view()),
    path("events/<slug:slug>/calendar-feed/", meetings.CalendarFeedView.as_view()),
    path("events/<slug:slug>/attendees/", directory.RosterView.as_view()),
    path("events/<slug:slug>/attendees/open-times/", directory.OpenTimesView.as_view()),
    path("events/<slug:slug>/attendees/<int:attendee_id>/", directory.RosterPersonView.as_view()),
    path("events/<slug:slug>/attendees/files/<str:name>", directory.RosterFileView.as_view()),
    path("events/<slug:slug>/organisations/<int:organisation_id>/", directory.OrganisationView.as_view()),
    path("events/<slug:slug>/themes/", events.ThemeListView.as_view()),
    path("events/<slug:slug>/themes/<int:theme_id>/", events.ThemeView.as_view()),
    path("events/<slug:slug>/themes/<int:theme_id>/move/", events.ThemeMoveView.as_view()),
    path("events/<slug:slug>/topics/", events.TopicListView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/", events.TopicView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/move/", events.TopicMoveView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/merge/", events.TopicMergeView.as_view()),
    path("events/<slug:slug>/programme-sessions/", meetings.ProgrammeSessionListView.as_view()),
    path("events/<slug:slug>/programme-sessions/import/", meetings.ProgrammeImportView.as_view()),
    path("events/<slug:slug>/programme-sessions/<int:session_id>/", meetings.ProgrammeSessionView.as_view()),
    path("events/<slug:slug>/closures/", meetings.ClosureListView.as_view()),
    path("events/<slug:slug>/closures/<int:closure_id>/", meetings.ClosureView.as_view()),
    path("events/<slug:slug>/closures/<int:closure_id>/undo/", meetings.ClosureUndoView.as_view()),
    path("events/<slug:slug>/slots/", meetings.SlotListView.as_view()),
    path("events/<slug:slug>/slots/preview/", meetings.SlotPreviewView.as_view()),
    path("events/<slug:slug>/tables/", meetings.TableListView.as_view()),
    path("events/<slug:slug>/tables/<int:table_id>/", meetings.TableView.as_view()),
    path("events/<slug:slug>/plans/", programme.PlanListView.as_view()),
    path("events/<slug:slug>/plans/publishing/", programme.PublishingView.as_view()),
    path("events/<slug:slug>/plans/by-hand/", programme.ByHandView.as_view()),
    path(
        "events/<slug:slug>/plans/by-hand/times/<int:first_id>/<int:second_id>/",
        programme.ByHandTimesView.as_view(),
    ),
    path(
        "events/<slug:slug>/plans/by-hand/<int:meeting_id>/withdraw/", programme.ByHandWithdrawView.as_view()
    ),
    path("events/<slug:slug>/plans/<int:plan_id>/", programme.PlanView.as_view()),
    path("events/<slug:slug>/plans/<int:plan_id>/again/", programme.PlanAgainView.as_view()),
    path("events/<slug:slug>/plans/<int:plan_id>/publish/", programme.PlanPublishView.as_view()),
    path("events/<slug:slug>/plans/<int:plan_id>/stop/", programme.PlanStopView.as_view()),
    path("events/<slug:slug>/plans/<int:plan_id>/withdraw/", programme.PlanWithdrawView.as_view()),
    path(
        "events/<slug:slug>/plans/<int:plan_id>/meetings/<int:planned_id>/", programme.PlannedView.as_view()
    ),
]
