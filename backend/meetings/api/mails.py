"""Whether the forum's mails reach people, for its organisers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.meetings.api.organiser import OrganiserView
from backend.meetings.api.participant import REFUSALS, given
from backend.meetings.api.serializers import CountSerializer, id_field
from backend.meetings.selectors.mails import mails_for
from backend.meetings.services.mails import resend_mails


class MailRowSerializer(serializers.Serializer[Any]):
    """One mail that failed and waits, that nobody has tried for ten minutes, or that was given up."""

    notice = serializers.IntegerField(source="notice_id")
    attendee = serializers.IntegerField(source="attendee_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField(help_text="An SMTP code, or a word such as timeout or no_server.")
    tried_at = serializers.DateTimeField(allow_null=True)


class MailFiguresSerializer(serializers.Serializer[Any]):
    queued = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    in_trouble = MailRowSerializer(many=True)


class ResendSerializer(serializers.Serializer[Any]):
    notice = id_field(
        required=False, help_text="The mail of this notice; without it, all that were given up."
    )


class MailListView(OrganiserView):
    """What became of the forum's mails."""

    @extend_schema(operation_id="mails_overview", responses={200: MailFiguresSerializer, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(MailFiguresSerializer(mails_for(self.event, timezone.now())).data)

    @extend_schema(
        operation_id="mails_resend", request=ResendSerializer, responses={200: CountSerializer, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Try the mails that were given up again, or one of them."""
        event, notice_id = self.event, given(ResendSerializer, request).get("notice")
        return Response({"count": resend_mails(event=event, notice_id=notice_id, by=self.attendee.person)})
