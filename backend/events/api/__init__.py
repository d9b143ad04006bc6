"""Events over HTTP: the same services, selectors and refusals as the pages."""

from backend.events.api.forum import AboutView, EventListView, EventSerializer, OpenEventView, StateView
from backend.events.api.long_jobs import LongJobAnswerView, LongJobView
from backend.events.api.profile import ProfileSerializer, ProfileView, profile_body
from backend.events.api.roles import (
    AppointmentListView,
    ConfirmRoleView,
    EndRoleView,
    OutsideContactView,
    RefuseRoleView,
)
from backend.events.api.sectors import SectorListView, SectorMergeView, SectorMoveView, SectorView
from backend.events.api.topics import (
    ThemeListView,
    ThemeMoveView,
    ThemeView,
    TopicListView,
    TopicMergeView,
    TopicMoveView,
    TopicView,
)
from backend.events.api.views import LongJobSerializer, OrganiserView, ParticipantView, TeamView

__all__ = [
    "AboutView",
    "AppointmentListView",
    "ConfirmRoleView",
    "EndRoleView",
    "EventListView",
    "EventSerializer",
    "LongJobAnswerView",
    "LongJobSerializer",
    "LongJobView",
    "OpenEventView",
    "OrganiserView",
    "OutsideContactView",
    "ParticipantView",
    "ProfileSerializer",
    "ProfileView",
    "RefuseRoleView",
    "SectorListView",
    "SectorMergeView",
    "SectorMoveView",
    "SectorView",
    "StateView",
    "TeamView",
    "ThemeListView",
    "ThemeMoveView",
    "ThemeView",
    "TopicListView",
    "TopicMergeView",
    "TopicMoveView",
    "TopicView",
    "profile_body",
]
