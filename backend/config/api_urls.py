"""Every address of the API, version 1."""

from django.urls import path

from backend.directory.api import AttendeeView
from backend.events.api import EventListView, ProfileView
from backend.suggestions.api import FeedbackView, SuggestionListView

urlpatterns = [
    path("events/", EventListView.as_view()),
    path("events/<slug:slug>/profile/", ProfileView.as_view()),
    path("events/<slug:slug>/suggestions/", SuggestionListView.as_view()),
    path("events/<slug:slug>/suggestions/<int:other>/feedback/", FeedbackView.as_view()),
    path("events/<slug:slug>/people/<int:attendee_id>/", AttendeeView.as_view()),
]
