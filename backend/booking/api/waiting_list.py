"""Waiting for a free time with somebody whose times are all taken."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.selectors import waiting_list
from backend.booking.selectors.waiting_list import WaitingRow, WantedRow, most_wanted_for, people_waiting_for
from backend.booking.services.requests import MeetingRequestData
from backend.booking.services.waiting_list import join_waiting_list, leave_waiting_list
from backend.core.api import RowSerializer, TextField, id_field, validated
from backend.core.limits import Kind
from backend.events.api.views import OrganiserView, ParticipantView
from backend.safeguarding.api import PublicProfileSerializer
from backend.safeguarding.selectors.contact_rules import count_or_few


class WaitSerializer(serializers.Serializer[Any]):
    """For whom I wait, and what they are asked when a time falls free."""

    other = id_field(help_text="The attendee with whom I have no free time in common.")
    message = TextField(max_length=1_000, allow_blank=True, default="")
    theme = TextField(max_length=60, allow_blank=True, default="")
    is_online = serializers.BooleanField(default=False)
    needs_step_free = serializers.BooleanField(default=False)


class WaitingSerializer(
    RowSerializer, row=WaitingRow, fields="entry other before message theme is_online needs_step_free since"
):
    help_texts = {"before": "How many have waited longer for the same person."}
    other = PublicProfileSerializer()


class WaitingListSerializer(serializers.Serializer[Any]):
    waiting_for = WaitingSerializer(many=True)
    waiting_for_me = serializers.IntegerField(help_text="How many wait for a free time with me.")


class WantedSerializer(RowSerializer, row=WantedRow, fields="attendee name organisation constituency waiting"):
    waiting = serializers.SerializerMethodField(help_text="How many wait; null where it is fewer than five.")

    def get_waiting(self, row: WantedRow) -> int | None:
        return count_or_few(row.waiting)


class WaitingListView(ParticipantView):
    """For whom I wait, and how many wait for me."""

    counts = {"POST": Kind.MEETING_ASKED}

    @extend_schema(operation_id="waiting_list_read", responses={200: WaitingListSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return self.shown(200)

    @extend_schema(operation_id="waiting_list_join", request=WaitSerializer, responses={201: WaitingListSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Wait for the first time that falls free and suits us both; again it changes what is asked then."""
        data = validated(WaitSerializer, request)
        join_waiting_list(
            attendee=self.attendee,
            other_id=data.pop("other"),
            data=MeetingRequestData(**data),
            by=self.person,
            now=timezone.now(),
        )
        return self.shown(201)

    def shown(self, status: int) -> Response:
        now = timezone.now()
        lists = {
            "waiting_for": waiting_list.waiting_for(self.attendee, now),
            "waiting_for_me": people_waiting_for(self.attendee, now),
        }
        return Response(WaitingListSerializer(lists).data, status=status)


class WaitingEntryView(ParticipantView):
    """My place in one waiting list."""

    @extend_schema(operation_id="waiting_list_leave", responses={204: None})
    def delete(self, request: Request, slug: str, entry_id: int) -> Response:  # noqa: ARG002
        """Wait no longer; a request it became stays."""
        leave_waiting_list(attendee=self.attendee, entry_id=entry_id, by=self.person)
        return Response(status=204)


class MostWantedView(OrganiserView):
    @extend_schema(operation_id="waiting_list_wanted", responses={200: WantedSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """For whom others wait, the most wanted first; never who waits."""
        return Response(WantedSerializer(most_wanted_for(self.event), many=True).data)
