"""An attendee's notices; for organisers, what became of the mails."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import MeetingSerializer
from backend.core.api import CountSerializer, RowSerializer, id_field, validated
from backend.events.api.views import OrganiserView, ParticipantView
from backend.notifications.selectors.deliveries import DeliveryFigures, DeliveryRow, delivery_figures_for
from backend.notifications.selectors.notices import NoticeRow, notices_for
from backend.notifications.services.deliveries import mark_read, resend_mails


class NoticeSerializer(
    RowSerializer, row=NoticeRow, fields="notice kind facts created_at is_read meeting office_hour table declined"
):
    facts = serializers.DictField(child=serializers.JSONField())
    meeting = MeetingSerializer(allow_null=True, help_text="None: one I may no longer see is off.")
    office_hour = serializers.IntegerField(
        source="office_hour.meeting_id", default=None, allow_null=True, help_text="What it is about, instead."
    )
    table = serializers.IntegerField(
        source="round_table.meeting_id", default=None, allow_null=True, help_text="Or a table of a round."
    )
    declined = serializers.IntegerField(
        source="declined.rounds_id", default=None, allow_null=True, help_text="Or a roundtable I proposed."
    )


class DeliverySerializer(RowSerializer, row=DeliveryRow, fields="notice attendee kind state attempts error tried_at"):
    """One mail that waits after a failure, was not tried for ten minutes, or failed permanently."""

    help_texts = {"error": "An SMTP code, or a word such as timeout or no_server."}


class DeliveryFiguresSerializer(RowSerializer, row=DeliveryFigures, fields="queued sent failed skipped in_trouble"):
    in_trouble = DeliverySerializer(many=True)


class ResendSerializer(serializers.Serializer[Any]):
    notice = id_field(required=False, help_text="The mail of this notice; without it, all that were given up.")


class NoticeListView(ParticipantView):
    """My latest notices, newest first."""

    @extend_schema(operation_id="notices_list", responses={200: NoticeSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        notices = notices_for(self.attendee, timezone.now())
        return Response(NoticeSerializer(notices, many=True).data)

    @extend_schema(operation_id="notices_read", request=None, responses={200: CountSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """I have seen them all."""
        count = mark_read(attendee=self.attendee, by=self.attendee.person, now=timezone.now())
        return Response({"count": count})


class MailListView(OrganiserView):
    """What became of the forum's mails."""

    @extend_schema(operation_id="mails_overview", responses={200: DeliveryFiguresSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(DeliveryFiguresSerializer(delivery_figures_for(self.event, timezone.now())).data)

    @extend_schema(operation_id="mails_resend", request=ResendSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Try the mails that were refused for good again, or one of them."""
        event, notice_id = self.event, validated(ResendSerializer, request).get("notice")
        by, now = self.attendee.person, timezone.now()
        return Response({"count": resend_mails(event=event, notice_id=notice_id, by=by, now=now)})
