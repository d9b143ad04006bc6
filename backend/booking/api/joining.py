"""Joining an event over HTTP; what I offer and seek goes by the profile."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.selectors.joining import Joining, joining_for
from backend.booking.services.joining import join_event
from backend.core.api import RowSerializer, TextField, validated
from backend.events.api.views import ParticipantView
from backend.events.rules.agreements import Agreement


class AgreementSerializer(RowSerializer, row=Agreement, fields="version notice pledge"):
    """The privacy notice and the conduct pledge, in paragraphs."""


class JoiningSerializer(
    RowSerializer, row=Joining, fields="has_joined agreed_at agreed_version next_step why_not agreement"
):
    """How far I am: `next_step` is 1 (who I am), 2 (what I offer), 3 (what I seek), or 0 where all is done.

    `why_not` is minor or age where I cannot join by myself.
    """

    has_joined = serializers.BooleanField(source="attendee.has_joined")
    agreed_at = serializers.DateTimeField(source="attendee.agreed_at", allow_null=True)
    agreed_version = serializers.CharField(source="attendee.agreement_version", allow_blank=True)
    agreement = AgreementSerializer()


class AcceptedVersionSerializer(serializers.Serializer[Any]):
    """The version of the notice and the pledge that I have read and accept."""

    version = TextField(max_length=20)


class JoiningView(ParticipantView):
    """Whether I have joined the event, and how to."""

    @extend_schema(operation_id="joining_read", responses={200: JoiningSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(JoiningSerializer(joining_for(self.attendee, timezone.now())).data)

    @extend_schema(operation_id="joining_join", request=AcceptedVersionSerializer, responses={200: JoiningSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Accept the privacy notice and the conduct pledge, and open all my meeting times."""
        data, now = validated(AcceptedVersionSerializer, request), timezone.now()
        joined = join_event(attendee=self.attendee, version=data["version"], by=self.attendee.person, now=now)
        return Response(JoiningSerializer(joining_for(joined, now)).data)
