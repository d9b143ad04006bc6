"""An attendee's requests and meetings, office hours among them; a request to meet."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.agenda.api.serializers import MeetingListsSerializer
from backend.booking.api.participant import KEY, MeetingAnswerView, _request_data
from backend.booking.api.serializers import MeetingRequestSerializer, MeetingSerializer
from backend.booking.selectors.meetings import (
    confirmed_meetings_for,
    own_rows,
    requests_answered_with_times,
    requests_sent,
    requests_to_answer,
)
from backend.booking.services.requests import request_meeting
from backend.core.api import validated
from backend.core.limits import Kind
from backend.groups.selectors.office_hours import with_office_hours


class MeetingListView(MeetingAnswerView):
    """What waits for me, what I asked, and what is agreed."""

    counts = {"POST": Kind.MEETING_ASKED}

    @extend_schema(operation_id="meetings_list", responses={200: MeetingListsSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        now = timezone.now()
        rows = own_rows(self.attendee, now)
        to_answer = requests_to_answer(self.attendee, now, rows)
        lists = {
            "to_answer": with_office_hours(self.attendee, to_answer, now),
            "offered_times": requests_answered_with_times(self.attendee, now, rows),
            "sent": requests_sent(self.attendee, now, rows),
            "agreed": confirmed_meetings_for(self.attendee, now, rows),
        }
        return Response(MeetingListsSerializer(lists).data)

    @extend_schema(
        operation_id="meetings_request",
        parameters=[KEY],
        request=MeetingRequestSerializer,
        responses={201: MeetingSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Request a one-to-one meeting."""
        data = validated(MeetingRequestSerializer, request)
        meeting = request_meeting(
            attendee=self.attendee,
            other_id=data["other"],
            data=_request_data(data),
            key=request.headers.get("Idempotency-Key", ""),
            by=self.attendee.person,
            now=timezone.now(),
        )
        return self.shown(meeting.pk, 201)
