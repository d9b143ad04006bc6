"""Office hours over HTTP: the same services and selectors as the pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.participant import KEY
from backend.booking.api.serializers import NeededReasonSerializer, PlaceSerializer
from backend.booking.models.meetings import MAX_GUESTS
from backend.core.api import BoundedListField, RowSerializer, TextField, id_field, validated
from backend.core.limits import Kind
from backend.events.api.views import ParticipantView
from backend.groups.selectors.office_hours import OfficeHourRow, office_hour_for, office_hours_for
from backend.groups.services.office_hours import (
    ABOUT_LIMIT,
    OfficeHourData,
    add_guest,
    arrive_at_office_hour,
    cancel_office_hour,
    leave_office_hour,
    open_office_hour,
)
from backend.safeguarding.api import PublicProfileSerializer


class OfficeHourSerializer(
    RowSerializer,
    row=OfficeHourRow,
    fields="office_hour uid sequence state host guests about is_online starts_at ends_at place "
    "places_left reason i_am_here here actions",
):
    """An office hour as I may see it; `actions` are what I can do with it now."""

    help_texts = {
        "state": "accepted, or cancelled: for all, or for me.",
        "here": "The others (attendee ids) who said that they are there.",
    }
    office_hour = serializers.IntegerField(source="meeting_id")
    host = PublicProfileSerializer(allow_null=True, help_text="None: I am the host.")
    guests = PublicProfileSerializer(many=True, help_text="The others with a place.")
    place = PlaceSerializer(allow_null=True, help_text="None: I have no place in it any more.")


class OfficeHourDataSerializer(serializers.Serializer[Any]):
    """The requests that I answer together, one of my free slots, and what it is about."""

    requests = BoundedListField(
        child=id_field(), max_length=MAX_GUESTS, not_empty=True, unique=True, help_text="Their `meeting`."
    )
    slot = id_field()
    about = TextField(max_length=ABOUT_LIMIT)
    theme = TextField(max_length=60, allow_blank=True, default="")
    is_online = serializers.BooleanField(default=False)


class GuestSerializer(serializers.Serializer[Any]):
    request = id_field(help_text="The `meeting` of a request that waits for my answer.")


class OfficeHourAnswerView(ParticipantView):
    """Answers with the office hour as it is after the change."""

    def shown(self, meeting_id: int, status: int = 200) -> Response:
        row = office_hour_for(self.attendee, meeting_id, timezone.now())
        return Response(OfficeHourSerializer(row).data, status=status)

    def target(self, meeting_id: int) -> dict[str, Any]:
        """The arguments that every service of one office hour takes."""
        return {"attendee": self.attendee, "meeting_id": meeting_id, "by": self.attendee.person, "now": timezone.now()}


class OfficeHourListView(OfficeHourAnswerView):
    """Those I hold, and those in which I have or had a place."""

    counts = {"POST": Kind.MEETING_ASKED}

    @extend_schema(operation_id="office_hours_list", responses={200: OfficeHourSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        rows = office_hours_for(self.attendee, timezone.now())
        return Response(OfficeHourSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="office_hours_open",
        parameters=[KEY],
        request=OfficeHourDataSerializer,
        responses={201: OfficeHourSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Answer up to eight requests at once. Requests of people not free then stay as they are."""
        values = validated(OfficeHourDataSerializer, request)
        data = OfficeHourData(
            request_ids=tuple(values["requests"]),
            slot_id=values["slot"],
            about=values["about"],
            theme=values["theme"],
            is_online=values["is_online"],
        )
        meeting = open_office_hour(
            attendee=self.attendee,
            data=data,
            key=request.headers.get("Idempotency-Key", ""),
            by=self.attendee.person,
            now=timezone.now(),
        )
        return self.shown(meeting.pk, 201)


class OfficeHourView(OfficeHourAnswerView):
    @extend_schema(operation_id="office_hours_read", responses={200: OfficeHourSerializer})
    def get(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """One office hour of mine."""
        return self.shown(meeting_id)


class OfficeHourGuestView(OfficeHourAnswerView):
    counts = {"POST": Kind.MEETING_ASKED}

    @extend_schema(operation_id="office_hours_add", request=GuestSerializer, responses={200: OfficeHourSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Answer one more request with my office hour, while a place is left."""
        request_id = validated(GuestSerializer, request)["request"]
        add_guest(**self.target(meeting_id), request_id=request_id)
        return self.shown(meeting_id)


class OfficeHourLeaveView(OfficeHourAnswerView):
    @extend_schema(operation_id="office_hours_leave", request=None, responses={200: OfficeHourSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Give my place back: I cannot come."""
        leave_office_hour(**self.target(meeting_id))
        return self.shown(meeting_id)


class OfficeHourCancelView(OfficeHourAnswerView):
    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(
        operation_id="office_hours_cancel", request=NeededReasonSerializer, responses={200: OfficeHourSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Cancel my office hour; all guests read the reason."""
        reason = validated(NeededReasonSerializer, request)["reason"]
        cancel_office_hour(**self.target(meeting_id), reason=reason)
        return self.shown(meeting_id)


class OfficeHourArriveView(OfficeHourAnswerView):
    @extend_schema(operation_id="office_hours_arrive", request=None, responses={200: OfficeHourSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say that I am there, from a quarter of an hour before on."""
        arrive_at_office_hour(**self.target(meeting_id))
        return self.shown(meeting_id)
