"""My own tables of small groups over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import FollowUpSerializer, PlaceSerializer
from backend.core.api import RowSerializer, validated
from backend.events.api.views import ParticipantView
from backend.groups.selectors.rounds import TableRow, own_table, own_tables
from backend.groups.services.round_outcomes import (
    answer_table_follow_up,
    arrive_at_table,
    attest_table,
    note_table_follow_up,
)
from backend.groups.services.round_tables import accept_table, leave_table
from backend.outcomes.api.meetings import AttestationSerializer, FollowUpDataSerializer, FollowUpKeptSerializer
from backend.safeguarding.api import PublicProfileSerializer


class TableRowSerializer(
    RowSerializer,
    row=TableRow,
    fields="meeting rounds_id uid sequence kind is_open title topic topic_name host number state members starts_at "
    "ends_at place answer_by reason i_am_here here my_word my_usefulness follow_up actions",
):
    """A table of several as I may see it; `actions` are what I can do with it now."""

    help_texts = {
        "kind": "rounds, roundtables or trios.",
        "is_open": "A roundtable that its host proposed, and that people join by themselves.",
        "topic": "The key of what a roundtable or trio is about; empty for rounds.",
        "number": "Which round it is, from 1.",
        "state": "proposed until I say yes, accepted, or cancelled: for all, or for me.",
        "answer_by": "Until when I can say yes.",
        "here": "Who of the members (attendee ids) said that they are there.",
        "my_word": "held, not_held, or nothing: what I said of it.",
    }
    host = serializers.IntegerField(source="host_id", help_text="Of a roundtable, an attendee; 0 for none.")
    members = PublicProfileSerializer(many=True, help_text="The others with a place.")
    place = PlaceSerializer(allow_null=True, help_text="None: I have no place there any more.")
    follow_up = FollowUpSerializer(allow_null=True, help_text="What I noted, for myself.")


class OwnTableListView(ParticipantView):
    @extend_schema(operation_id="my_tables_list", responses={200: TableRowSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The tables of groups at which I have or had a place, by time."""
        return Response(TableRowSerializer(own_tables(self.attendee, timezone.now()), many=True).data)


class TableAnswerView(ParticipantView):
    """Answers with the table as it is after the change."""

    def changed(self, change: Callable[..., object], meeting_id: int, **data: object) -> Response:
        now = timezone.now()
        change(attendee=self.attendee, meeting_id=meeting_id, by=self.attendee.person, now=now, **data)
        return Response(TableRowSerializer(own_table(self.attendee, meeting_id, now)).data)


class TableArriveView(TableAnswerView):
    @extend_schema(operation_id="my_tables_arrive", request=None, responses={200: TableRowSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say that I am there, from a quarter of an hour before on."""
        return self.changed(arrive_at_table, meeting_id)


class TableAttestView(TableAnswerView):
    @extend_schema(operation_id="my_tables_attest", request=AttestationSerializer, responses={200: TableRowSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say whether it took place with me there, and how useful it was."""
        return self.changed(attest_table, meeting_id, **validated(AttestationSerializer, request))


class TableFollowUpView(TableAnswerView):
    """What I noted after it, for myself."""

    @extend_schema(
        operation_id="my_tables_follow_up", request=FollowUpDataSerializer, responses={200: TableRowSerializer}
    )
    def put(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Note what we agreed and the day to follow it up; I am reminded once, on that day."""
        return self.changed(note_table_follow_up, meeting_id, **validated(FollowUpDataSerializer, request))

    @extend_schema(
        operation_id="my_tables_follow_up_kept", request=FollowUpKeptSerializer, responses={200: TableRowSerializer}
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say whether it was kept."""
        kept = validated(FollowUpKeptSerializer, request)["kept"]
        return self.changed(answer_table_follow_up, meeting_id, kept=kept)


class TableAcceptView(TableAnswerView):
    @extend_schema(operation_id="my_tables_accept", request=None, responses={200: TableRowSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Say yes to my place at a table; from then on the time is taken."""
        return self.changed(accept_table, meeting_id)


class TableLeaveView(TableAnswerView):
    @extend_schema(operation_id="my_tables_leave", request=None, responses={200: TableRowSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Give my place at a table back, accepted or not."""
        return self.changed(leave_table, meeting_id)
