"""An attendee's availability, requests and meetings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import (
    AcceptSerializer,
    CancelReasonSerializer,
    GridDaySerializer,
    MeetingRequestDataSerializer,
    MeetingSerializer,
    NeededReasonSerializer,
    OfferedTimeSerializer,
    OfferedTimesSerializer,
    QuestionTextSerializer,
    SlotsChangeSerializer,
    TimeSerializer,
)
from backend.booking.rules import KEY_LIMIT
from backend.booking.selectors.availability import availability_for, free_slots_between
from backend.booking.selectors.meetings import meeting_for
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.availability import change_slots
from backend.booking.services.counter_offers import (
    make_counter_offer,
    refuse_counter_offer,
    take_counter_offer,
    withdraw_counter_offer,
)
from backend.booking.services.meetings import cancel_meeting
from backend.booking.services.questions import answer_question, ask_question
from backend.booking.services.requests import MeetingRequestData, edit_request
from backend.core.api import validated
from backend.core.limits import Kind
from backend.events.api.views import ParticipantView


def _request_data(data: dict[str, Any]) -> MeetingRequestData:
    return MeetingRequestData(
        slot_ids=tuple(data["slots"]),
        message=data["message"],
        theme=data["theme"],
        is_online=data["is_online"],
        needs_step_free=data["needs_step_free"],
    )


class MeetingAnswerView(ParticipantView):
    """Answers with the meeting as it is after the change."""

    def shown(self, meeting_id: int, status: int = 200) -> Response:
        row = meeting_for(self.attendee, meeting_id, timezone.now())
        return Response(MeetingSerializer(row).data, status=status)

    def target(self, meeting_id: int) -> dict[str, Any]:
        """The arguments that every service of one meeting takes."""
        return {"attendee": self.attendee, "meeting_id": meeting_id, "by": self.attendee.person, "now": timezone.now()}


class MeetingView(MeetingAnswerView):
    """One meeting of mine."""

    counts = {"PUT": Kind.MEETING_ASKED}

    @extend_schema(operation_id="meetings_read", responses={200: MeetingSerializer})
    def get(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        return self.shown(meeting_id)

    @extend_schema(
        operation_id="meetings_edit", request=MeetingRequestDataSerializer, responses={200: MeetingSerializer}
    )
    def put(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Change what I asked for, until it is answered."""
        edit_request(**self.target(meeting_id), data=_request_data(validated(MeetingRequestDataSerializer, request)))
        return self.shown(meeting_id)


class AcceptView(MeetingAnswerView):
    @extend_schema(operation_id="meetings_accept", request=AcceptSerializer, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Agree to a request, at one of its times."""
        data = validated(AcceptSerializer, request)
        accept_meeting(**self.target(meeting_id), slot_id=data.get("slot"))
        return self.shown(meeting_id)


class DeclineView(MeetingAnswerView):
    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(operation_id="meetings_decline", request=CancelReasonSerializer, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say no to a request; a reason is optional."""
        decline_meeting(**self.target(meeting_id), reason=validated(CancelReasonSerializer, request)["reason"])
        return self.shown(meeting_id)


class WithdrawView(MeetingAnswerView):
    @extend_schema(operation_id="meetings_withdraw", request=None, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Take my own request back."""
        withdraw_request(**self.target(meeting_id))
        return self.shown(meeting_id)


class CancelView(MeetingAnswerView):
    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(operation_id="meetings_cancel", request=NeededReasonSerializer, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Cancel an agreed meeting; the other reads the reason."""
        cancel_meeting(**self.target(meeting_id), reason=validated(CancelReasonSerializer, request)["reason"])
        return self.shown(meeting_id)


class CounterOfferView(MeetingAnswerView):
    """Other times, instead of those I was asked for or of the agreed one."""

    @extend_schema(operation_id="meetings_counter", request=OfferedTimesSerializer, responses={200: MeetingSerializer})
    def put(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Offer up to three; nothing changes until the other takes one."""
        slot_ids = tuple(validated(OfferedTimesSerializer, request)["slots"])
        make_counter_offer(**self.target(meeting_id), slot_ids=slot_ids)
        return self.shown(meeting_id)

    @extend_schema(operation_id="meetings_withdraw_counter", responses={200: MeetingSerializer})
    def delete(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Take back the times I offered."""
        withdraw_counter_offer(**self.target(meeting_id))
        return self.shown(meeting_id)


class TakeCounterOfferView(MeetingAnswerView):
    @extend_schema(
        operation_id="meetings_take_counter", request=OfferedTimeSerializer, responses={200: MeetingSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Meet at one of the times the other offered: the request is agreed, or the meeting moves."""
        slot_id = validated(OfferedTimeSerializer, request)["slot"]
        take_counter_offer(**self.target(meeting_id), slot_id=slot_id)
        return self.shown(meeting_id)


class RefuseCounterOfferView(MeetingAnswerView):
    @extend_schema(operation_id="meetings_refuse_counter", request=None, responses={200: MeetingSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say that none of the times the other offered suits."""
        refuse_counter_offer(**self.target(meeting_id))
        return self.shown(meeting_id)


class QuestionView(MeetingAnswerView):
    """One question about a request I got."""

    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(
        operation_id="meetings_ask_question", request=QuestionTextSerializer, responses={200: MeetingSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Ask it, before I accept or decline; the request waits its time anew."""
        ask_question(**self.target(meeting_id), **validated(QuestionTextSerializer, request))
        return self.shown(meeting_id)


class QuestionAnswerView(MeetingAnswerView):
    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(
        operation_id="meetings_answer_question", request=QuestionTextSerializer, responses={200: MeetingSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Answer the question about my request, once."""
        answer_question(**self.target(meeting_id), **validated(QuestionTextSerializer, request))
        return self.shown(meeting_id)


class AvailabilityView(ParticipantView):
    """When I can be asked: my grid of slots."""

    @extend_schema(operation_id="availability_read", responses={200: GridDaySerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        grid = availability_for(self.attendee, timezone.now())
        return Response(GridDaySerializer(grid, many=True).data)

    @extend_schema(
        operation_id="availability_change", request=SlotsChangeSerializer, responses={200: GridDaySerializer(many=True)}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Open and close slots."""
        data = validated(SlotsChangeSerializer, request)
        change_slots(
            attendee=self.attendee,
            opening=data["open"],
            closing=data["close"],
            by=self.attendee.person,
            now=timezone.now(),
        )
        return self.get(request, slug)


class FreeSlotsView(ParticipantView):
    """Times when the other attendee and I are both free."""

    @extend_schema(operation_id="free_slots_list", responses={200: TimeSerializer(many=True)})
    def get(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        times = free_slots_between(self.attendee, attendee_id, timezone.now())
        return Response(TimeSerializer(times, many=True).data)


KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": KEY_LIMIT},
    OpenApiParameter.HEADER,
    description="A mark of your own, at most 64 characters: however often sent, it makes one meeting.",
)
