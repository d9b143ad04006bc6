"""Roundtables that attendees propose over HTTP: for them, and for organisers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import NeededReasonSerializer
from backend.core.api import BoundedIntegerField, RowSerializer, TextField, id_field, validated
from backend.core.limits import Kind
from backend.events.api.views import OrganiserView, ParticipantView
from backend.groups.api.rounds import RoundsChangeView, RoundsSerializer
from backend.groups.api.tables import TableAnswerView, TableRowSerializer
from backend.groups.models import OPEN_SEATS
from backend.groups.selectors.open_roundtables import (
    OpenRoundtable,
    ProposedRoundtable,
    open_roundtables_for,
    own_proposals_for,
    proposals_for,
    waiting_proposal_for,
)
from backend.groups.services.open_roundtables import (
    RoundtableData,
    change_roundtable,
    join_roundtable,
    propose_roundtable,
    withdraw_roundtable,
)
from backend.groups.services.rounds import TITLE_LIMIT, approve_roundtable, decline_roundtable
from backend.safeguarding.api import PublicProfileSerializer


class OpenRoundtableSerializer(
    RowSerializer,
    row=OpenRoundtable,
    fields="meeting rounds_id about topic_name host starts_at ends_at seats places_left is_mine can_talk",
):
    """A roundtable that I joined or can join."""

    help_texts = {"can_talk": "No: I have no language with somebody there, so I cannot join."}

    host = PublicProfileSerializer(allow_null=True, help_text="None: I am the host.")


class ProposedRoundtableSerializer(
    RowSerializer,
    row=ProposedRoundtable,
    fields="rounds_id version about topic topic_name slot_id starts_at ends_at seats state reason host_name "
    "organisation",
):
    help_texts = {
        "version": "Rises with each change; an answer names the one it is about.",
        "topic": "Its key, or empty.",
        "state": "proposed, declined, or cancelled: I took it back.",
        "reason": "Why it was declined.",
        "host_name": "For organisers, else empty.",
        "organisation": "The host's; for organisers, else empty.",
    }


class RoundtableDataSerializer(serializers.Serializer[Any]):
    """What a roundtable of mine is about, when, and for how many, with myself."""

    about = TextField(max_length=TITLE_LIMIT)
    slot = id_field()
    seats = BoundedIntegerField(lowest=OPEN_SEATS[0], highest=OPEN_SEATS[1])
    topic = TextField(max_length=60, allow_blank=True, default="", help_text="A topic's key, or empty.")


class ApprovalSerializer(serializers.Serializer[Any]):
    version = id_field(help_text="Of the proposal as it was read.")


class DeclineSerializer(ApprovalSerializer, NeededReasonSerializer):
    pass


def _data_of(request: Request) -> RoundtableData:
    values = validated(RoundtableDataSerializer, request)
    return RoundtableData(about=values["about"], slot_id=values["slot"], seats=values["seats"], topic=values["topic"])


class OpenRoundtableListView(ParticipantView):
    counts = {"POST": Kind.MESSAGE_SENT}

    @extend_schema(operation_id="open_roundtables_list", responses={200: OpenRoundtableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Those to come where I may meet everybody who has a place."""
        rows = open_roundtables_for(self.attendee, timezone.now())
        return Response(OpenRoundtableSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="open_roundtables_propose",
        request=RoundtableDataSerializer,
        responses={201: ProposedRoundtableSerializer(many=True)},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Propose one; nobody but organisers reads it until one of them approves it. Answers with all of mine."""
        data, now = _data_of(request), timezone.now()
        propose_roundtable(attendee=self.attendee, data=data, by=self.attendee.person, now=now)
        rows = own_proposals_for(self.attendee, now)
        return Response(ProposedRoundtableSerializer(rows, many=True).data, status=201)


class OpenRoundtableJoinView(TableAnswerView):
    counts = {"POST": Kind.MEETING_ASKED}

    @extend_schema(operation_id="open_roundtables_join", request=None, responses={200: TableRowSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Take a place and the time; it is left as every table is."""
        return self.changed(join_roundtable, meeting_id)


class OwnProposalListView(ParticipantView):
    @extend_schema(operation_id="open_roundtables_mine", responses={200: ProposedRoundtableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """What I proposed and no organiser approved."""
        rows = own_proposals_for(self.attendee, timezone.now())
        return Response(ProposedRoundtableSerializer(rows, many=True).data)


class OwnProposalView(ParticipantView):
    counts = {"PUT": Kind.MESSAGE_SENT}

    @extend_schema(
        operation_id="open_roundtables_change",
        request=RoundtableDataSerializer,
        responses={200: ProposedRoundtableSerializer},
    )
    def put(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Change what I proposed while nobody has answered it."""
        data, now = _data_of(request), timezone.now()
        change_roundtable(attendee=self.attendee, rounds_id=rounds_id, data=data, by=self.attendee.person, now=now)
        return Response(ProposedRoundtableSerializer(waiting_proposal_for(self.attendee, rounds_id, now)).data)


class OwnProposalWithdrawView(ParticipantView):
    @extend_schema(operation_id="open_roundtables_withdraw", request=None, responses={204: None})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Take a proposal back while nobody has answered it."""
        person = self.attendee.person
        withdraw_roundtable(attendee=self.attendee, rounds_id=rounds_id, by=person, now=timezone.now())
        return Response(status=204)


class ProposalListView(OrganiserView):
    @extend_schema(operation_id="rounds_proposals", responses={200: ProposedRoundtableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The roundtables that attendees proposed and that wait for an organiser."""
        rows = proposals_for(self.event, timezone.now())
        return Response(ProposedRoundtableSerializer(rows, many=True).data)


class ProposalApproveView(RoundsChangeView):
    @extend_schema(operation_id="rounds_approve", request=ApprovalSerializer, responses={200: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Open a roundtable that an attendee proposed; its host is told."""
        version = validated(ApprovalSerializer, request)["version"]
        found = approve_roundtable(**self.target(rounds_id), version=version, now=timezone.now())
        return Response(RoundsSerializer(found).data)


class ProposalDeclineView(RoundsChangeView):
    @extend_schema(operation_id="rounds_decline", request=DeclineSerializer, responses={200: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Decline it; its host reads the reason."""
        found = decline_roundtable(
            **self.target(rounds_id), **validated(DeclineSerializer, request), now=timezone.now()
        )
        return Response(RoundsSerializer(found).data)
