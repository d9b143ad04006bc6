"""My home, and another attendee's page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.directory import selectors
from backend.directory.rules import Gap
from backend.events.api import ParticipantView
from backend.meetings.api.serializers import MeetingSerializer
from backend.safeguarding.api import PublicProfileSerializer
from backend.suggestions.api import SuggestionSerializer


class HomeSerializer(serializers.Serializer[Any]):
    """What I can do now; `gap` is the one thing missing that hinders most, empty where nothing is."""

    next_meeting = MeetingSerializer(allow_null=True)
    minutes_to_go = serializers.IntegerField(allow_null=True, help_text="0 while it is going on.")
    meetings_to_come = serializers.IntegerField()
    to_answer = MeetingSerializer(many=True)
    suggestions = SuggestionSerializer(many=True, help_text="At most three that I neither saved nor asked.")
    suggested = serializers.IntegerField()
    open_times = serializers.IntegerField()
    gap = serializers.ChoiceField(choices=[gap.value for gap in Gap], allow_blank=True)


class HomeView(ParticipantView):
    """What I can do now."""

    @extend_schema(operation_id="home_read", responses={200: HomeSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(HomeSerializer(selectors.home_for(self.attendee, timezone.now())).data)


class PersonSerializer(serializers.Serializer[Any]):
    person = PublicProfileSerializer(source="other")
    about = serializers.CharField()
    seeks = serializers.CharField()
    offers = serializers.CharField()
    shared_sessions = serializers.ListField(child=serializers.CharField())


class AttendeeView(ParticipantView):
    """All that I may read of another attendee."""

    @extend_schema(operation_id="people_read", responses={200: PersonSerializer})
    def get(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        page = selectors.person_for(viewer=self.attendee, attendee_id=attendee_id, now=timezone.now())
        return Response(PersonSerializer(page).data)
