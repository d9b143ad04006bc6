"""Organisers cancel or move a meeting of two others."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import CancelReasonSerializer, MoveSerializer, NeededReasonSerializer
from backend.booking.services.meetings import cancel_for_both
from backend.booking.services.moving import move_meeting
from backend.core.api import validated
from backend.events.api.views import OrganiserView


class CancelForBothView(OrganiserView):
    @extend_schema(operation_id="meetings_cancel_for_both", request=NeededReasonSerializer, responses={204: None})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Cancel an agreed meeting of two others; both read the reason."""
        cancel_for_both(
            event=self.event,
            meeting_id=meeting_id,
            reason=validated(CancelReasonSerializer, request)["reason"],
            by=self.attendee.person,
            now=timezone.now(),
        )
        return Response(status=204)


class MoveView(OrganiserView):
    @extend_schema(operation_id="meetings_move", request=MoveSerializer, responses={204: None})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Give an agreed meeting of two others another time both have, or another table; both are told."""
        data = validated(MoveSerializer, request)
        move_meeting(
            event=self.event,
            meeting_id=meeting_id,
            slot_id=data["slot"],
            table_id=data["table"],
            by=self.attendee.person,
            now=timezone.now(),
        )
        return Response(status=204)
