"""Small groups over HTTP, for organisers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.models.meetings import MAX_MEMBERS
from backend.core.api import BoundedIntegerField, BoundedListField, RowSerializer, TextField, id_field, validated
from backend.events.api.views import OrganiserView
from backend.groups.models import FEWEST, Rounds
from backend.groups.rules import RoundsFigures
from backend.groups.selectors.rounds import SeatedPerson, all_rounds_for, rounds_for, rounds_page_for
from backend.groups.services.rounds import (
    MAX_ROUNDS,
    TITLE_LIMIT,
    RoundsOptions,
    cancel_rounds,
    draft_again,
    order_rounds,
    publish_rounds,
    seat_by_hand,
    seat_latecomers,
)
from backend.people.models import Constituency


class RoundsOptionsSerializer(serializers.Serializer[Any]):
    """What groups are drafted from; no constituency and no topic (key): everybody who has joined."""

    kind = TextField(one_of=Rounds.Kind.values, default=Rounds.Kind.ROUNDS.value)
    title = TextField(max_length=TITLE_LIMIT)
    slots = BoundedListField(child=id_field(), max_length=MAX_ROUNDS, not_empty=True, unique=True)
    tables = BoundedListField(child=id_field(), max_length=1_000, not_empty=True, unique=True)
    constituencies = BoundedListField(
        child=TextField(one_of=Constituency.values), max_length=len(Constituency.values), default=list
    )
    topic = TextField(max_length=60, allow_blank=True, default="", help_text="Roundtables need it: they are about it.")
    least = BoundedIntegerField(lowest=FEWEST, highest=MAX_MEMBERS, default=4)
    most = BoundedIntegerField(lowest=FEWEST, highest=MAX_MEMBERS, default=6)
    most_each = BoundedIntegerField(
        lowest=1, highest=MAX_ROUNDS, default=1, help_text="Roundtables or trios of one person."
    )


class RoundsSerializer(serializers.Serializer[Any]):
    """Groups drafted together in a list, and how far they are."""

    rounds = serializers.IntegerField(source="pk")
    kind = serializers.CharField(help_text="rounds, roundtables or trios.")
    title = serializers.CharField()
    state = serializers.CharField()
    work = serializers.CharField(help_text="ready once the worker has done what was ordered.")
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    answer_by = serializers.DateTimeField(allow_null=True)


class SeatedPersonSerializer(
    RowSerializer, row=SeatedPerson, fields="attendee_id name organisation constituency answer seeks offers is_host"
):
    help_texts = {
        "answer": "yes, or empty while there is none.",
        "seeks": "What the table is about.",
        "offers": "What the table is about.",
    }


class TableInRoundSerializer(serializers.Serializer[Any]):
    table = serializers.IntegerField(source="table.pk")
    table_label = serializers.CharField(source="table.label")
    meeting = serializers.IntegerField(source="meeting_id", allow_null=True)
    topic_name = serializers.CharField(help_text="What a roundtable or trio is about; empty for rounds.")
    is_cancelled = serializers.BooleanField()
    is_too_small = serializers.BooleanField(help_text="Of a draft: it would not take place.")
    people = SeatedPersonSerializer(many=True)
    languages = serializers.ListField(child=serializers.CharField(), help_text="Those all of them state.")


class RoundSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    slot = serializers.IntegerField(source="slot.pk")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    ends_at = serializers.DateTimeField(source="slot.ends_at")
    tables = TableInRoundSerializer(many=True)
    without = SeatedPersonSerializer(many=True, help_text="Of a draft: who has no seat in this round.")


class RoundsFiguresSerializer(RowSerializer, row=RoundsFigures, fields="people places pairs_met repeats mix"):
    help_texts = {"mix": "Mean over tables and constituencies of |share at the table - share of all|."}


class RoundsPageSerializer(serializers.Serializer[Any]):
    """Rounds with who sits where, and what they come to."""

    rounds = RoundsSerializer()
    figures = RoundsFiguresSerializer()
    share_met = serializers.FloatField(help_text="Of all pairs, those that sit together at least once.")
    gap = serializers.FloatField(
        allow_null=True,
        help_text="Of the pairs any plan could have, those missing; of roundtables and trios, how much less "
        "well they fit, as planned, than the best there could be, at most.",
    )
    answered = serializers.IntegerField(help_text="Places accepted.")
    each = RoundSerializer(many=True)


class AnswerBySerializer(serializers.Serializer[Any]):
    answer_by = serializers.DateTimeField(help_text="Until when places are accepted; then they end.")


class SeatByHandSerializer(serializers.Serializer[Any]):
    slot = id_field()
    attendee = id_field()
    table = id_field(allow_null=True, default=None, help_text="None: out of this round.")


class RoundsListView(OrganiserView):
    @extend_schema(operation_id="rounds_list", responses={200: RoundsSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """All small groups of the event, newest first."""
        return Response(RoundsSerializer(all_rounds_for(self.event), many=True).data)

    @extend_schema(operation_id="rounds_draft", request=RoundsOptionsSerializer, responses={202: RoundsSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Order a draft; read it once its `work` is ready."""
        values = validated(RoundsOptionsSerializer, request)
        options = RoundsOptions(
            kind=values["kind"],
            title=values["title"],
            slot_ids=tuple(values["slots"]),
            table_ids=tuple(values["tables"]),
            constituencies=tuple(values["constituencies"]),
            topic=values["topic"],
            least=values["least"],
            most=values["most"],
            most_each=values["most_each"],
        )
        made = order_rounds(event=self.event, options=options, by=self.person, now=timezone.now())
        return Response(RoundsSerializer(made).data, status=202)


class RoundsView(OrganiserView):
    @extend_schema(operation_id="rounds_read", responses={200: RoundsPageSerializer})
    def get(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """One of them, with who sits where."""
        page = rounds_page_for(rounds_for(self.event, rounds_id))
        return Response(RoundsPageSerializer(page).data)


class RoundsChangeView(OrganiserView):
    """Answers with the rounds as they are after the change."""

    def target(self, rounds_id: int) -> dict[str, Any]:
        return {"event": self.event, "rounds_id": rounds_id, "by": self.person}


class RoundsAgainView(RoundsChangeView):
    @extend_schema(operation_id="rounds_draft_again", request=None, responses={202: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Draft anew; what was moved by hand goes."""
        return Response(RoundsSerializer(draft_again(**self.target(rounds_id))).data, status=202)


class RoundsPublishView(RoundsChangeView):
    @extend_schema(operation_id="rounds_publish", request=AnswerBySerializer, responses={202: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Put the places forward: each person accepts theirs by this hour, or loses it."""
        answer_by = validated(AnswerBySerializer, request)["answer_by"]
        found = publish_rounds(**self.target(rounds_id), answer_by=answer_by, now=timezone.now())
        return Response(RoundsSerializer(found).data, status=202)


class RoundsLatecomersView(RoundsChangeView):
    @extend_schema(operation_id="rounds_latecomers", request=None, responses={202: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Have those who joined since put at the tables; nobody with a place is moved."""
        return Response(RoundsSerializer(seat_latecomers(**self.target(rounds_id))).data, status=202)


class RoundsCancelView(RoundsChangeView):
    @extend_schema(operation_id="rounds_cancel", request=None, responses={202: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Cancel them; who has a place is told."""
        found = cancel_rounds(**self.target(rounds_id), now=timezone.now())
        return Response(RoundsSerializer(found).data, status=202)


class RoundsSeatView(RoundsChangeView):
    @extend_schema(operation_id="rounds_seat", request=SeatByHandSerializer, responses={200: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Move somebody of a draft to this table in this round, or out of it."""
        values = validated(SeatByHandSerializer, request)
        found = seat_by_hand(
            **self.target(rounds_id), slot_id=values["slot"], attendee_id=values["attendee"], table_id=values["table"]
        )
        return Response(RoundsSerializer(found).data)
