"""Arrivals, attestations and follow-ups of a meeting; for organisers, where the two differ."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.participant import MeetingAnswerView
from backend.booking.api.serializers import MeetingSerializer
from backend.core.api import BoundedIntegerField, RowSerializer, TextField, validated
from backend.events.api.views import OrganiserView
from backend.outcomes.selectors.disputes import Attestation, DisputeRow, dispute_row, disputes_for
from backend.outcomes.services.arrivals import arrive
from backend.outcomes.services.attestations import attest_meeting
from backend.outcomes.services.follow_ups import answer_follow_up, note_follow_up

MAX_DISPUTES = 500


class AttestationSerializer(serializers.Serializer[Any]):
    """Whether it took place and, if so, how useful it was: 1 to 5."""

    took_place = serializers.BooleanField()
    usefulness = BoundedIntegerField(lowest=1, highest=5, required=False, allow_null=True, default=None)


class FollowUpDataSerializer(serializers.Serializer[Any]):
    """What we agreed, in one line, and the day to follow it up; with neither the note goes."""

    agreed = TextField(max_length=300, allow_blank=True, default="")
    due_on = serializers.DateField(allow_null=True, default=None)


class FollowUpKeptSerializer(serializers.Serializer[Any]):
    kept = serializers.BooleanField()


class DisputeSideSerializer(RowSerializer, row=Attestation, fields="attendee name organisation word"):
    help_texts = {"name": "Of a minor the first name only.", "word": "held, not_held, or nothing."}


class DisputeSerializer(RowSerializer, row=DisputeRow, fields="meeting is_disputed starts_at ends_at table sides"):
    """One meeting, and what each of the two reported of it; the asker comes first."""

    sides = DisputeSideSerializer(many=True)


class ArriveView(MeetingAnswerView):
    @extend_schema(operation_id="meetings_arrive", request=None, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say that I am at the table, from a quarter of an hour before the meeting on."""
        arrive(**self.target(meeting_id))
        return self.shown(meeting_id)


class AttestView(MeetingAnswerView):
    @extend_schema(operation_id="meetings_attest", request=AttestationSerializer, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say whether the meeting took place, and how useful it was."""
        attest_meeting(**self.target(meeting_id), **validated(AttestationSerializer, request))
        return self.shown(meeting_id)


class FollowUpView(MeetingAnswerView):
    """What I noted after the meeting, for myself."""

    @extend_schema(
        operation_id="meetings_follow_up", request=FollowUpDataSerializer, responses={200: MeetingSerializer}
    )
    def put(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Note what we agreed and the day to follow it up; I am reminded once, on that day."""
        note_follow_up(**self.target(meeting_id), **validated(FollowUpDataSerializer, request))
        return self.shown(meeting_id)

    @extend_schema(
        operation_id="meetings_follow_up_kept", request=FollowUpKeptSerializer, responses={200: MeetingSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say whether it was kept."""
        kept = validated(FollowUpKeptSerializer, request)["kept"]
        answer_follow_up(**self.target(meeting_id), kept=kept)
        return self.shown(meeting_id)


class DisputeListView(OrganiserView):
    @extend_schema(operation_id="meetings_told", responses={200: DisputeSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Meetings on which the two reports differ, then those reported by one side only; at most 500."""
        rows = [dispute_row(meeting) for meeting in disputes_for(self.event)[:MAX_DISPUTES]]
        return Response(DisputeSerializer(rows, many=True).data)
