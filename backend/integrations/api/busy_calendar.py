"""For attendees: their own calendar on another server, which closes times for them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import TextField, validated
from backend.core.errors import NotFound
from backend.core.limits import Kind
from backend.core.outgoing import MAX_ADDRESS
from backend.events.api.views import ParticipantView
from backend.integrations.selectors import busy_calendar_for
from backend.integrations.services.busy_calendars import remove_busy_calendar, set_busy_calendar


class BusyCalendarSerializer(serializers.Serializer[Any]):
    """The address is written, and read by nobody; `error` is why it was not read the last time, empty else."""

    address = TextField(max_length=MAX_ADDRESS, write_only=True)
    busy_slots = serializers.ListField(source="busy", child=serializers.IntegerField(), read_only=True)
    closed_slots = serializers.ListField(source="closed", child=serializers.IntegerField(), read_only=True)
    tried_at = serializers.DateTimeField(read_only=True, allow_null=True)
    read_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True)


class BusyCalendarView(ParticipantView):
    """My own calendar, by which my times are closed."""

    counts = {"PUT": Kind.CALENDAR_SET}

    @extend_schema(operation_id="busy_calendar_read", responses={200: BusyCalendarSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        calendar = busy_calendar_for(self.attendee)
        if calendar is None:
            raise NotFound(_("You gave no calendar of your own."))
        return Response(BusyCalendarSerializer(calendar).data)

    @extend_schema(
        operation_id="busy_calendar_set", request=BusyCalendarSerializer, responses={200: BusyCalendarSerializer}
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Have it read from this address, soon and every hour."""
        address = validated(BusyCalendarSerializer, request)["address"]
        calendar = set_busy_calendar(attendee=self.attendee, address=address, by=self.person, now=timezone.now())
        return Response(BusyCalendarSerializer(calendar).data)

    @extend_schema(operation_id="busy_calendar_remove", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Forget it; the times that it closed are open again."""
        remove_busy_calendar(attendee=self.attendee, by=self.person, now=timezone.now())
        return Response(status=204)
