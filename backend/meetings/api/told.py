"""Meetings told differently, or by one side alone, for the forum's organisers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.meetings.api.organiser import OrganiserView
from backend.meetings.api.participant import REFUSALS
from backend.meetings.selectors.told import in_question, told_row

MOST = 500


class ToldSerializer(serializers.Serializer[Any]):
    attendee = serializers.IntegerField(source="attendee_id")
    name = serializers.CharField(help_text="Of a minor the first name only.")
    organisation = serializers.CharField()
    word = serializers.CharField(help_text="held, not_held, or nothing.")


class ToldMeetingSerializer(serializers.Serializer[Any]):
    """One meeting, and what each of the two said of it; who asked comes first."""

    meeting = serializers.IntegerField(source="meeting_id")
    is_disputed = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    table = serializers.CharField()
    sides = ToldSerializer(many=True)


class ToldView(OrganiserView):
    @extend_schema(
        operation_id="meetings_told", responses={200: ToldMeetingSerializer(many=True), **REFUSALS}
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Meetings told differently, then those of which one side alone has spoken; at most 500."""
        rows = [told_row(meeting) for meeting in in_question(self.event)[:MOST]]
        return Response(ToldMeetingSerializer(rows, many=True).data)
