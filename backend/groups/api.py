"""Office hours and small groups over HTTP: the same services and selectors as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.participant import KEY
from backend.booking.api.serializers import FollowUpSerializer, NeededReasonSerializer, PlaceSerializer
from backend.booking.models.meetings import MAX_GUESTS, MAX_MEMBERS
from backend.core.api import BoundedIntegerField, BoundedListField, RowSerializer, TextField, id_field, validated
from backend.core.limits import Kind
from backend.events.api.views import OrganiserView, ParticipantView
from backend.groups.models import FEWEST, OPEN_SEATS, Rounds
from backend.groups.rules import RoundsFigures
from backend.groups.selectors.office_hours import OfficeHourRow, office_hour_for, office_hours_for
from backend.groups.selectors.open_roundtables import (
    OpenRoundtable,
    ProposedRoundtable,
    open_roundtables_for,
    own_proposals_for,
    proposals_for,
)
from backend.groups.selectors.rounds import (
    SeatedPerson,
    TableRow,
    all_rounds_for,
    own_table,
    own_tables,
    rounds_for,
    rounds_page_for,
)
from backend.groups.services.office_hours import (
    ABOUT_LIMIT,
    OfficeHourData,
    add_guest,
    arrive_at_office_hour,
    cancel_office_hour,
    leave_office_hour,
    open_office_hour,
)
from backend.groups.services.open_roundtables import (
    RoundtableData,
    join_roundtable,
    propose_roundtable,
    withdraw_roundtable,
)
from backend.groups.services.round_outcomes import (
    answer_table_follow_up,
    arrive_at_table,
    attest_table,
    note_table_follow_up,
)
from backend.groups.services.round_tables import accept_table, leave_table
from backend.groups.services.rounds import (
    MAX_ROUNDS,
    TITLE_LIMIT,
    RoundsOptions,
    approve_roundtable,
    cancel_rounds,
    decline_roundtable,
    draft_again,
    order_rounds,
    publish_rounds,
    seat_by_hand,
    seat_latecomers,
)
from backend.outcomes.api.meetings import AttestationSerializer, FollowUpDataSerializer, FollowUpKeptSerializer
from backend.people.models import Constituency
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


class OpenRoundtableSerializer(
    RowSerializer,
    row=OpenRoundtable,
    fields="meeting rounds_id about topic_name host starts_at ends_at seats places_left is_mine",
):
    """A roundtable that I joined or can join."""

    host = PublicProfileSerializer(allow_null=True, help_text="None: I am the host.")


class ProposedRoundtableSerializer(
    RowSerializer,
    row=ProposedRoundtable,
    fields="rounds_id about topic_name starts_at ends_at seats state reason host_name organisation",
):
    help_texts = {
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
        values = validated(RoundtableDataSerializer, request)
        data = RoundtableData(
            about=values["about"], slot_id=values["slot"], seats=values["seats"], topic=values["topic"]
        )
        now = timezone.now()
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


class OwnProposalWithdrawView(ParticipantView):
    @extend_schema(operation_id="open_roundtables_withdraw", request=None, responses={204: None})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Take a proposal back while nobody has answered it."""
        person = self.attendee.person
        withdraw_roundtable(attendee=self.attendee, rounds_id=rounds_id, by=person, now=timezone.now())
        return Response(status=204)


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


class ProposalListView(OrganiserView):
    @extend_schema(operation_id="rounds_proposals", responses={200: ProposedRoundtableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The roundtables that attendees proposed and that wait for an organiser."""
        rows = proposals_for(self.event, timezone.now())
        return Response(ProposedRoundtableSerializer(rows, many=True).data)


class ProposalApproveView(RoundsChangeView):
    @extend_schema(operation_id="rounds_approve", request=None, responses={200: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Open a roundtable that an attendee proposed; its host is told."""
        return Response(RoundsSerializer(approve_roundtable(**self.target(rounds_id), now=timezone.now())).data)


class ProposalDeclineView(RoundsChangeView):
    @extend_schema(operation_id="rounds_decline", request=NeededReasonSerializer, responses={200: RoundsSerializer})
    def post(self, request: Request, slug: str, rounds_id: int) -> Response:  # noqa: ARG002
        """Decline it; its host reads the reason."""
        reason = validated(NeededReasonSerializer, request)["reason"]
        found = decline_roundtable(**self.target(rounds_id), reason=reason, now=timezone.now())
        return Response(RoundsSerializer(found).data)
