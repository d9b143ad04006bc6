"""Another attendee's page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.directory import selectors
from backend.events.api import ParticipantView
from backend.safeguarding.api import PublicProfileSerializer


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
