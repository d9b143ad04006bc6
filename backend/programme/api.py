"""Programmes over HTTP, for organisers: the same services, selectors and refusals as the pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.participant import KEY
from backend.booking.api.serializers import SlotSerializer
from backend.booking.models.meetings import MAX_TIMES
from backend.booking.services.proposals import withdraw_proposal
from backend.core.api import (
    BoundedIntegerField,
    BoundedListField,
    RowSerializer,
    ShareField,
    TextField,
    id_field,
    validated,
)
from backend.events.api.views import OrganiserView
from backend.people.models import Constituency, Person
from backend.programme.models import Plan
from backend.programme.rules.options import MAX_SECONDS, MAX_SEED, PlanOptions
from backend.programme.rules.planning_data import PlannableAttendee
from backend.programme.selectors.by_hand import ByHand, Choosable, one_by_hand, put_forward_by_hand, times_for
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import (
    Entry,
    Figures,
    LeftOut,
    PlanPage,
    confirms_at_once,
    entry_in,
    plan_for,
    plan_page_for,
    plans_for,
)
from backend.programme.services.by_hand import put_forward
from backend.programme.services.drafting import draft_plan, replan, stop_planning
from backend.programme.services.editing import change_planned, drop_planned
from backend.programme.services.publishing import publish_plan, set_publishing, withdraw_plan


class PlanOptionsSerializer(serializers.Serializer[Any]):
    """What is asked of a plan; constituencies only with scope "between"."""

    scope = TextField(one_of=Plan.Scope.values, default="everyone")
    first_constituency = TextField(one_of=("", *Constituency.values), default="", allow_blank=True)
    second_constituency = TextField(one_of=("", *Constituency.values), default="", allow_blank=True)
    least = BoundedIntegerField(lowest=0, highest=50, default=0)
    most = BoundedIntegerField(lowest=1, highest=50, default=5)
    cross_share = ShareField(default=0.0)
    seconds = BoundedIntegerField(lowest=1, highest=MAX_SECONDS, default=20)
    seed = BoundedIntegerField(lowest=0, highest=MAX_SEED, default=1)


class PlanSerializer(PlanOptionsSerializer):
    """A plan in a list, and how far it is: `value_so_far` of at most `bound_so_far` while the planner works.

    What its meetings are worth as they stand, and what is proven of that, say the figures of the plan itself.
    """

    plan = serializers.IntegerField(source="pk")
    state = serializers.CharField()
    work = serializers.CharField()
    stop_asked = serializers.BooleanField()
    progress = serializers.IntegerField()
    value_so_far = serializers.FloatField(allow_null=True)
    bound_so_far = serializers.FloatField(allow_null=True)
    made_at = serializers.DateTimeField()
    planned_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class PlannableAttendeeSerializer(
    RowSerializer, row=PlannableAttendee, fields="attendee_id name title organisation constituency country"
): ...


class PlanEntrySerializer(
    RowSerializer,
    row=Entry,
    fields="planned meeting first second slot starts_at ends_at table table_label state value locked "
    "moved_by_hand crosses refusal interpreter",
):
    """A meeting of the plan (`planned` is its id) or a fixed one beside it (null)."""

    help_texts = {"interpreter": "Which interpreter or translating device they need, in words; empty where none."}
    first = PlannableAttendeeSerializer()
    second = PlannableAttendeeSerializer()
    slot = serializers.IntegerField(source="slot.pk")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    ends_at = serializers.DateTimeField(source="slot.ends_at")
    table = serializers.IntegerField(source="table.pk")
    table_label = serializers.CharField(source="table.label")
    locked = serializers.BooleanField(source="is_locked")


class LeftOutSerializer(RowSerializer, row=LeftOut, fields="person why most"):
    person = PlannableAttendeeSerializer()


class PlanFiguresSerializer(
    RowSerializer,
    row=Figures,
    fields="value bound gap planned standing people least median most cross_share waiting out_of_sight unlisted "
    "groups people_in_groups pairs_in_groups",
):
    """Of meetings of two, and last of the small groups that were published before them."""

    standing = serializers.IntegerField(source="fixed")


class PlanPageSerializer(serializers.Serializer[Any]):
    """One plan with all its meetings, by time."""

    plan = PlanSerializer()
    figures = PlanFiguresSerializer()
    meetings = PlanEntrySerializer(many=True, source="entries")
    without = LeftOutSerializer(many=True)
    short = LeftOutSerializer(many=True)
    reasons = serializers.ListField(child=serializers.CharField())


class PlannedMeetingChangeSerializer(serializers.Serializer[Any]):
    """What is to change of a planned meeting; a slot without a table takes its own, or the first free one."""

    slot = id_field(required=False)
    table = id_field(required=False)
    locked = serializers.BooleanField(required=False)
    needs_one_of = ("slot", "table", "locked")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Say what is to change: slot, table or locked."))
        return attrs


class ChoosableSerializer(RowSerializer, row=Choosable, fields="attendee name organisation"): ...


class TimesOfTwoSerializer(serializers.Serializer[Any]):
    """The times two people both have."""

    first = ChoosableSerializer()
    second = ChoosableSerializer()
    times = SlotSerializer(many=True)


class PutForwardSerializer(serializers.Serializer[Any]):
    """Two people, one to three times both have, and perhaps a table and why."""

    first = id_field()
    second = id_field()
    slots = BoundedListField(child=id_field(), max_length=MAX_TIMES, unique=True)
    table = id_field(required=False, allow_null=True, default=None)
    because = TextField(max_length=500, allow_blank=True, default="")


class ByHandSerializer(RowSerializer, row=ByHand, fields="meeting people state slot table can_withdraw can_move"):
    """A meeting put forward by hand: proposed, withdrawn, expired, or what it became once agreed."""

    people = ChoosableSerializer(many=True)
    slot = serializers.IntegerField(source="slot.pk", allow_null=True, default=None)
    table = serializers.IntegerField(source="table.pk", allow_null=True, default=None)


class PublishingSerializer(serializers.Serializer[Any]):
    confirms = serializers.BooleanField()


class PlansApiView(OrganiserView):
    """What every view of plans shares."""

    def page(self, plan_id: int) -> PlanPage:
        plan = plan_for(self.event, plan_id)
        return plan_page_for(plan, read_planning_data(self.event, timezone.now()))

    @property
    def by(self) -> Person:
        return self.attendee.person


class PlanListView(PlansApiView):
    """The event's plans."""

    @extend_schema(operation_id="plans_list", responses={200: PlanSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(PlanSerializer(plans_for(self.event), many=True).data)

    @extend_schema(operation_id="plans_draft", request=PlanOptionsSerializer, responses={202: PlanSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Order a draft; read it until its work is ready."""
        event = self.event
        options = PlanOptions(**validated(PlanOptionsSerializer, request))
        plan = draft_plan(event=event, options=options, by=self.by, now=timezone.now())
        return Response(PlanSerializer(plan).data, status=202)


class PlanView(PlansApiView):
    @extend_schema(operation_id="plans_read", responses={200: PlanPageSerializer})
    def get(self, request: Request, slug: str, plan_id: int) -> Response:  # noqa: ARG002
        """One plan with its meetings, those that stand beside it, and its figures."""
        return Response(PlanPageSerializer(self.page(plan_id)).data)


class PlanAgainView(PlansApiView):
    @extend_schema(operation_id="plans_again", request=None, responses={202: PlanSerializer})
    def post(self, request: Request, slug: str, plan_id: int) -> Response:  # noqa: ARG002
        """Plan a draft again around its locked meetings; of any other plan, draft a new one beside it."""
        plan = replan(event=self.event, plan_id=plan_id, by=self.by, now=timezone.now())
        return Response(PlanSerializer(plan).data, status=202)


class PlanStopView(PlansApiView):
    @extend_schema(operation_id="plans_stop", request=None, responses={202: PlanSerializer})
    def post(self, request: Request, slug: str, plan_id: int) -> Response:  # noqa: ARG002
        """Have the planner end within seconds, with the best plan so far; read it until its work is ready."""
        plan = stop_planning(event=self.event, plan_id=plan_id, by=self.by)
        return Response(PlanSerializer(plan).data, status=202)


class PlanPublishView(PlansApiView):
    @extend_schema(operation_id="plans_publish", request=None, responses={202: PlanSerializer})
    def post(self, request: Request, slug: str, plan_id: int) -> Response:  # noqa: ARG002
        """Propose a draft's meetings to the two, or arrange them where the event says so."""
        plan = publish_plan(event=self.event, plan_id=plan_id, by=self.by, now=timezone.now())
        return Response(PlanSerializer(plan).data, status=202)


class PlanWithdrawView(PlansApiView):
    @extend_schema(operation_id="plans_withdraw", request=None, responses={202: PlanSerializer})
    def post(self, request: Request, slug: str, plan_id: int) -> Response:  # noqa: ARG002
        """Withdraw a plan and its open proposals; what is agreed stays."""
        plan = withdraw_plan(event=self.event, plan_id=plan_id, by=self.by, now=timezone.now())
        return Response(PlanSerializer(plan).data, status=202)


class PlannedView(PlansApiView):
    """One planned meeting of a draft."""

    @extend_schema(
        operation_id="planned_change", request=PlannedMeetingChangeSerializer, responses={200: PlanEntrySerializer}
    )
    def patch(self, request: Request, slug: str, plan_id: int, planned_id: int) -> Response:  # noqa: ARG002
        """Move it, lock it, or let it go again; all of it or nothing."""
        changes = validated(PlannedMeetingChangeSerializer, request)
        change_planned(
            event=self.event,
            plan_id=plan_id,
            planned_id=planned_id,
            slot_id=changes.get("slot"),
            table_id=changes.get("table"),
            locked=changes.get("locked"),
            by=self.by,
            now=timezone.now(),
        )
        return Response(PlanEntrySerializer(entry_in(self.page(plan_id), planned_id)).data)

    @extend_schema(operation_id="planned_drop", responses={204: None})
    def delete(self, request: Request, slug: str, plan_id: int, planned_id: int) -> Response:  # noqa: ARG002
        drop_planned(event=self.event, plan_id=plan_id, planned_id=planned_id, by=self.by)
        return Response(status=204)


class PublishingView(PlansApiView):
    """Whether publishing arranges meetings at once, or proposes them."""

    @extend_schema(operation_id="publishing_read", responses={200: PublishingSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response({"confirms": confirms_at_once(self.event)})

    @extend_schema(
        operation_id="publishing_replace", request=PublishingSerializer, responses={200: PublishingSerializer}
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        values = validated(PublishingSerializer, request)
        rules = set_publishing(event=self.event, by=self.by, **values)
        return Response({"confirms": rules.confirms})


class ByHandView(PlansApiView):
    """Meetings of two named people, put forward by hand."""

    @extend_schema(operation_id="by_hand_list", responses={200: ByHandSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        rows = put_forward_by_hand(self.event, timezone.now())
        return Response(ByHandSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="by_hand_put_forward",
        parameters=[KEY],
        request=PutForwardSerializer,
        responses={201: ByHandSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Propose that two people meet, or arrange it where the forum's plans are arranged at once."""
        data, now = validated(PutForwardSerializer, request), timezone.now()
        meeting = put_forward(
            event=self.event,
            pair=(data["first"], data["second"]),
            slot_ids=data["slots"],
            table_id=data["table"],
            because=data["because"],
            key=request.headers.get("Idempotency-Key", ""),
            by=self.by,
            now=now,
        )
        return Response(ByHandSerializer(one_by_hand(meeting, now)).data, status=201)


class ByHandTimesView(PlansApiView):
    @extend_schema(operation_id="by_hand_times", responses={200: TimesOfTwoSerializer})
    def get(self, request: Request, slug: str, first_id: int, second_id: int) -> Response:  # noqa: ARG002
        """The times two people both have; two who may not be in touch have none."""
        now = timezone.now()
        found = times_for(event=self.event, first_id=first_id, second_id=second_id, now=now)
        return Response(TimesOfTwoSerializer(found).data)


class ByHandWithdrawView(PlansApiView):
    @extend_schema(operation_id="proposals_withdraw", request=None, responses={204: None})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Take a proposal back; the two are told nothing before it would have expired."""
        withdraw_proposal(event=self.event, meeting_id=meeting_id, by=self.by, now=timezone.now())
        return Response(status=204)
