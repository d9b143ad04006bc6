"""Every address of the API, version 1."""

from django.urls import path

from backend.agenda.api.agenda import AgendaNowView, AgendaView
from backend.agenda.api.calendar import CalendarFeedView, MeetingFileView
from backend.agenda.api.meetings import MeetingListView
from backend.agenda.api.programme_sessions import (
    ProgrammeImportView,
    ProgrammeSessionListView,
    ProgrammeSessionView,
)
from backend.agenda.api.sessions import BookmarkView, SessionListView, SpeakerView
from backend.booking.api.joining import JoiningView
from backend.booking.api.organiser import CancelForBothView, MoveView
from backend.booking.api.participant import (
    AcceptView,
    AvailabilityView,
    CancelView,
    CounterOfferView,
    DeclineView,
    FreeSlotsView,
    MeetingView,
    QuestionAnswerView,
    QuestionView,
    RefuseCounterOfferView,
    TakeCounterOfferView,
    WithdrawView,
)
from backend.booking.api.waiting_list import MostWantedView, WaitingEntryView, WaitingListView
from backend.directory import api as directory
from backend.events.api.forum import AboutView, OpenEventView, StateView
from backend.events.api.long_jobs import LongJobAnswerView, LongJobView
from backend.events.api.profile import ProfileView
from backend.groups.api import (
    OfficeHourArriveView,
    OfficeHourCancelView,
    OfficeHourGuestView,
    OfficeHourLeaveView,
    OfficeHourListView,
    OfficeHourView,
    OwnTableListView,
    RoundsAgainView,
    RoundsCancelView,
    RoundsLatecomersView,
    RoundsListView,
    RoundsPublishView,
    RoundsSeatView,
    RoundsView,
    TableAcceptView,
    TableArriveView,
    TableAttestView,
    TableFollowUpView,
    TableLeaveView,
)
from backend.integrations.api.sources import (
    SourceColumnsView,
    SourceListView,
    SourcePreviewView,
    SourceRunView,
    SourceView,
)
from backend.integrations.api.webhooks import (
    WebhookDeliveryListView,
    WebhookDeliveryView,
    WebhookListView,
    WebhookSecretView,
    WebhookSwitchView,
    WebhookView,
)
from backend.invitations import api as invitations
from backend.mails.api import MailTextsView
from backend.notifications.api import MailListView, NoticeListView
from backend.outcomes.api.connections import (
    AddressBookView,
    ConnectionCardView,
    ConnectionListView,
    ConnectionTableView,
    ConnectionView,
    ContactShareView,
)
from backend.outcomes.api.meetings import ArriveView, AttestView, DisputeListView, FollowUpView
from backend.outcomes.api.reports import MeetingReportView, ReportDetailView, UnsafeReportView
from backend.people.api.me import MeView
from backend.privacy.api import EraseAccountView, LeaveView, MyDataView
from backend.programme import api as programme
from backend.roles.api import (
    AppointmentListView,
    ConfirmRoleView,
    EndRoleView,
    OutsideContactView,
    RefuseRoleView,
)
from backend.safeguarding.api import (
    CloseReportView,
    HandOverAllView,
    HandOverView,
    LinkReportView,
    PersonReportView,
    ReportListView,
)
from backend.setup.api.closures import ClosureListView, ClosureUndoView, ClosureView
from backend.setup.api.contact_rules import ContactRuleListView, ContactRulePreviewView, ContactRuleView
from backend.setup.api.forums import EventListView, RehearsalView
from backend.setup.api.sectors import SectorListView, SectorMergeView, SectorMoveView, SectorView
from backend.setup.api.topics import (
    ThemeListView,
    ThemeMoveView,
    ThemeView,
    TopicListView,
    TopicMergeView,
    TopicMoveView,
    TopicView,
)
from backend.setup.api.venue import RulesView, SlotListView, SlotPreviewView, TableListView, TableView
from backend.stats.api import OverviewView, StatsFileView, StatsView
from backend.suggestions.api import FeedbackView, SharedNeedListView, SuggestionListView, UnderstoodView

urlpatterns = [
    path("me/", MeView.as_view()),
    path("me/data/", MyDataView.as_view()),
    path("me/erase/", EraseAccountView.as_view()),
    path("events/", EventListView.as_view()),
    path("events/<slug:slug>/open/", OpenEventView.as_view()),
    path("events/<slug:slug>/leave/", LeaveView.as_view()),
    path("events/<slug:slug>/about/", AboutView.as_view()),
    path("events/<slug:slug>/state/", StateView.as_view()),
    path("events/<slug:slug>/rehearsal/", RehearsalView.as_view()),
    path("events/<slug:slug>/contact-rules/", ContactRuleListView.as_view()),
    path("events/<slug:slug>/contact-rules/preview/", ContactRulePreviewView.as_view()),
    path("events/<slug:slug>/contact-rules/<int:rule_id>/", ContactRuleView.as_view()),
    path("events/<slug:slug>/sectors/", SectorListView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/", SectorView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/move/", SectorMoveView.as_view()),
    path("events/<slug:slug>/sectors/<int:sector_id>/merge/", SectorMergeView.as_view()),
    path("events/<slug:slug>/sources/", SourceListView.as_view()),
    path("events/<slug:slug>/sources/<int:source_id>/", SourceView.as_view()),
    path("events/<slug:slug>/sources/<int:source_id>/columns/", SourceColumnsView.as_view()),
    path("events/<slug:slug>/sources/<int:source_id>/preview/", SourcePreviewView.as_view()),
    path("events/<slug:slug>/sources/<int:source_id>/run/", SourceRunView.as_view()),
    path("events/<slug:slug>/webhooks/", WebhookListView.as_view()),
    path("events/<slug:slug>/webhooks/<int:webhook_id>/", WebhookView.as_view()),
    path("events/<slug:slug>/webhooks/<int:webhook_id>/switch/", WebhookSwitchView.as_view()),
    path("events/<slug:slug>/webhooks/<int:webhook_id>/secret/", WebhookSecretView.as_view()),
    path("events/<slug:slug>/webhooks/<int:webhook_id>/deliveries/", WebhookDeliveryListView.as_view()),
    path(
        "events/<slug:slug>/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/",
        WebhookDeliveryView.as_view(),
    ),
    path("events/<slug:slug>/invitations/", invitations.InvitationListView.as_view()),
    path("events/<slug:slug>/invitations/preview/", invitations.InvitationPreviewView.as_view()),
    path("events/<slug:slug>/invitations/returned/", invitations.ReturnedView.as_view()),
    path("events/<slug:slug>/invitations/test/", invitations.InvitationTestView.as_view()),
    path("events/<slug:slug>/invitations/rules/", invitations.InvitationRulesView.as_view()),
    path("events/<slug:slug>/mail-texts/", MailTextsView.as_view()),
    path("events/<slug:slug>/mail-texts/examples/", directory.MailExampleListView.as_view()),
    path("events/<slug:slug>/mail-texts/test/", directory.MailTestView.as_view()),
    path("events/<slug:slug>/home/", directory.HomeView.as_view()),
    path("events/<slug:slug>/profile/", ProfileView.as_view()),
    path("events/<slug:slug>/profile/understood/", UnderstoodView.as_view()),
    path("events/<slug:slug>/roles/", AppointmentListView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/confirm/", ConfirmRoleView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/refuse/", RefuseRoleView.as_view()),
    path("events/<slug:slug>/roles/<int:appointment_id>/end/", EndRoleView.as_view()),
    path("events/<slug:slug>/outside-contact/", OutsideContactView.as_view()),
    path("events/<slug:slug>/suggestions/", SuggestionListView.as_view()),
    path("events/<slug:slug>/suggestions/<int:other>/feedback/", FeedbackView.as_view()),
    path("events/<slug:slug>/people/", directory.PeopleView.as_view()),
    path("events/<slug:slug>/people/saved/", directory.SavedView.as_view()),
    path("events/<slug:slug>/people/seen/", directory.SeenView.as_view()),
    path("events/<slug:slug>/people/in-my-sessions/", directory.SessionCompanionsView.as_view()),
    path("events/<slug:slug>/people/working-on/", directory.WorkingOnView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/", directory.AttendeeView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/wish/", directory.WishView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/report/", PersonReportView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/report/", MeetingReportView.as_view()),
    path("events/<slug:slug>/reports/", ReportListView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/", ReportDetailView.as_view()),
    path("events/<slug:slug>/safety/", UnsafeReportView.as_view()),
    path("events/<slug:slug>/reports/hand-over/", HandOverAllView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/hand-over/", HandOverView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/link/", LinkReportView.as_view()),
    path("events/<slug:slug>/reports/<int:report_id>/close/", CloseReportView.as_view()),
    path("events/<slug:slug>/stats/", StatsView.as_view()),
    path("events/<slug:slug>/stats/<str:name>", StatsFileView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/contact/", ContactShareView.as_view()),
    path("events/<slug:slug>/connections/", ConnectionListView.as_view()),
    path("events/<slug:slug>/connections/connections.csv", ConnectionTableView.as_view()),
    path("events/<slug:slug>/connections/connections.vcf", AddressBookView.as_view()),
    path("events/<slug:slug>/connections/<int:connection_id>/", ConnectionView.as_view()),
    path("events/<slug:slug>/connections/<int:connection_id>/contact.vcf", ConnectionCardView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/free-slots/", FreeSlotsView.as_view()),
    path("events/<slug:slug>/waiting-list/", WaitingListView.as_view()),
    path("events/<slug:slug>/waiting-list/<int:entry_id>/", WaitingEntryView.as_view()),
    path("events/<slug:slug>/waiting-list/wanted/", MostWantedView.as_view()),
    path("events/<slug:slug>/joining/", JoiningView.as_view()),
    path("events/<slug:slug>/availability/", AvailabilityView.as_view()),
    path("events/<slug:slug>/agenda/", AgendaView.as_view()),
    path("events/<slug:slug>/agenda/now/", AgendaNowView.as_view()),
    path("events/<slug:slug>/sessions/", SessionListView.as_view()),
    path("events/<slug:slug>/sessions/<int:session_id>/bookmark/", BookmarkView.as_view()),
    path("events/<slug:slug>/sessions/<int:session_id>/speakers/<int:attendee_id>/", SpeakerView.as_view()),
    path("events/<slug:slug>/notices/", NoticeListView.as_view()),
    path("events/<slug:slug>/meetings/", MeetingListView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/", MeetingView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/meeting.ics", MeetingFileView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/accept/", AcceptView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/decline/", DeclineView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/other-times/", CounterOfferView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/other-times/take/", TakeCounterOfferView.as_view()),
    path(
        "events/<slug:slug>/meetings/<int:meeting_id>/other-times/refuse/", RefuseCounterOfferView.as_view()
    ),
    path("events/<slug:slug>/meetings/<int:meeting_id>/question/", QuestionView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/question/answer/", QuestionAnswerView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/withdraw/", WithdrawView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/cancel/", CancelView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/move/", MoveView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/cancel-for-both/", CancelForBothView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/here/", ArriveView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/attest/", AttestView.as_view()),
    path("events/<slug:slug>/meetings/<int:meeting_id>/follow-up/", FollowUpView.as_view()),
    path("events/<slug:slug>/office-hours/", OfficeHourListView.as_view()),
    path("events/<slug:slug>/office-hours/proposed/", SharedNeedListView.as_view()),
    path("events/<slug:slug>/office-hours/<int:meeting_id>/", OfficeHourView.as_view()),
    path("events/<slug:slug>/office-hours/<int:meeting_id>/guests/", OfficeHourGuestView.as_view()),
    path("events/<slug:slug>/office-hours/<int:meeting_id>/leave/", OfficeHourLeaveView.as_view()),
    path("events/<slug:slug>/office-hours/<int:meeting_id>/cancel/", OfficeHourCancelView.as_view()),
    path("events/<slug:slug>/office-hours/<int:meeting_id>/here/", OfficeHourArriveView.as_view()),
    path("events/<slug:slug>/meetings/overview/", OverviewView.as_view()),
    path("events/<slug:slug>/meetings/rules/", RulesView.as_view()),
    path("events/<slug:slug>/meetings/told/", DisputeListView.as_view()),
    path("events/<slug:slug>/meetings/mails/", MailListView.as_view()),
    path("events/<slug:slug>/calendar-feed/", CalendarFeedView.as_view()),
    path("events/<slug:slug>/jobs/<int:job_id>/", LongJobView.as_view()),
    path("events/<slug:slug>/jobs/<int:job_id>/answer/", LongJobAnswerView.as_view()),
    path("events/<slug:slug>/attendees/", directory.RosterView.as_view()),
    path("events/<slug:slug>/attendees/open-times/", directory.OpenTimesView.as_view()),
    path("events/<slug:slug>/attendees/<int:attendee_id>/", directory.RosterPersonView.as_view()),
    path("events/<slug:slug>/attendees/files/<str:name>", directory.RosterFileView.as_view()),
    path("events/<slug:slug>/organisations/<int:organisation_id>/", directory.OrganisationView.as_view()),
    path("events/<slug:slug>/themes/", ThemeListView.as_view()),
    path("events/<slug:slug>/themes/<int:theme_id>/", ThemeView.as_view()),
    path("events/<slug:slug>/themes/<int:theme_id>/move/", ThemeMoveView.as_view()),
    path("events/<slug:slug>/topics/", TopicListView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/", TopicView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/move/", TopicMoveView.as_view()),
    path("events/<slug:slug>/topics/<int:topic_id>/merge/", TopicMergeView.as_view()),
    path("events/<slug:slug>/programme-sessions/", ProgrammeSessionListView.as_view()),
    path("events/<slug:slug>/programme-sessions/import/", ProgrammeImportView.as_view()),
    path("events/<slug:slug>/programme-sessions/<int:session_id>/", ProgrammeSessionView.as_view()),
    path("events/<slug:slug>/closures/", ClosureListView.as_view()),
    path("events/<slug:slug>/closures/<int:closure_id>/", ClosureView.as_view()),
    path("events/<slug:slug>/closures/<int:closure_id>/undo/", ClosureUndoView.as_view()),
    path("events/<slug:slug>/slots/", SlotListView.as_view()),
    path("events/<slug:slug>/slots/preview/", SlotPreviewView.as_view()),
    path("events/<slug:slug>/tables/", TableListView.as_view()),
    path("events/<slug:slug>/tables/<int:table_id>/", TableView.as_view()),
    path("events/<slug:slug>/rounds/", RoundsListView.as_view()),
    path("events/<slug:slug>/rounds/mine/", OwnTableListView.as_view()),
    path("events/<slug:slug>/rounds/mine/<int:meeting_id>/accept/", TableAcceptView.as_view()),
    path("events/<slug:slug>/rounds/mine/<int:meeting_id>/leave/", TableLeaveView.as_view()),
    path("events/<slug:slug>/rounds/mine/<int:meeting_id>/arrive/", TableArriveView.as_view()),
    path("events/<slug:slug>/rounds/mine/<int:meeting_id>/attest/", TableAttestView.as_view()),
    path("events/<slug:slug>/rounds/mine/<int:meeting_id>/follow-up/", TableFollowUpView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/", RoundsView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/again/", RoundsAgainView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/publish/", RoundsPublishView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/latecomers/", RoundsLatecomersView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/cancel/", RoundsCancelView.as_view()),
    path("events/<slug:slug>/rounds/<int:rounds_id>/seat/", RoundsSeatView.as_view()),
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
