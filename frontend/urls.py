"""Every page address on one screen."""

from __future__ import annotations

from django.urls import path

from frontend.views import demo, directory, events, safeguarding, suggestions, welcome

urlpatterns = [
    path("", welcome.welcome, name="welcome"),
    path("demo/", demo.enter, name="demo_enter"),
    path("demo/outbox/", demo.outbox, name="demo_outbox"),
    path("demo/<slug:key>/", demo.enter_as, name="demo_enter_as"),
    path("e/<slug:slug>/", events.home, name="event_home"),
    path("e/<slug:slug>/profile/", events.profile, name="profile"),
    path("e/<slug:slug>/suggestions/", suggestions.suggestions, name="suggestions"),
    path("e/<slug:slug>/suggestions/<int:other>/feedback/", suggestions.feedback, name="suggestion_feedback"),
    path("e/<slug:slug>/people/<int:attendee_id>/", directory.person, name="person"),
    path("e/<slug:slug>/people/<int:attendee_id>/block/", safeguarding.block, name="block"),
    path("e/<slug:slug>/blocks/<int:block_id>/lift/", safeguarding.unblock, name="unblock"),
]
