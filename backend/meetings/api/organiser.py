"""For organisers: slots, tables, speakers, rules, figures, disputes and mails."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import CountSerializer, validated
from backend.core.period import Period
from backend.events.api.views import OrganiserView
from backend.events.models.events import Event
from backend.events.rules.slot_grid import SlotGrid, periods_of
from backend.events.selectors import slots_for, tables_for
from backend.events.services import venue
from backend.meetings.api import serializers as shapes
from backend.meetings.selectors.availability import rules_for
from backend.meetings.selectors.deliveries import delivery_figures_for
from backend.meetings.selectors.disputes import dispute_row, disputes_for
from backend.meetings.selectors.overview import overview_for
from backend.meetings.services.joining import add_slots
from backend.meetings.services.meetings import cancel_for_both, change_table
from backend.meetings.services.moving import move_meeting
from backend.meetings.services.notices import resend_mails
from backend.meetings.services.rules import set_rules
from backend.meetings.services.sessions import assign_speaker, remove_speaker

MAX_DISPUTES = 500


def _periods_in(request: Request, event: Event) -> list[Period]:
    data = validated(shapes.SlotGridSerializer, request)
    grid = SlotGrid(
        days=tuple(data["days"]),
        windows=tuple((window["opens"], window["closes"]) for window in data["windows"]),
        length_minutes=data["length_minutes"],
        break_minutes=data["break_minutes"],
    )
    return list(periods_of(grid, event.zone))


class CancelForBothView(OrganiserView):
    @extend_schema(
        operation_id="meetings_cancel_for_both",
        request=shapes.NeededReasonSerializer,
        responses={204: None},
    )
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Cancel an agreed meeting of two others; both read the reason."""
        cancel_for_both(
            event=self.event,
            meeting_id=meeting_id,
            reason=validated(shapes.CancelReasonSerializer, request)["reason"],
            by=self.attendee.person,
            now=timezone.now(),
        )
        return Response(status=204)


class MoveView(OrganiserView):
    @extend_schema(operation_id="meetings_move", request=shapes.MoveSerializer, responses={204: None})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """Give an agreed meeting of two others another time both have, or another table; both are told."""
        data = validated(shapes.MoveSerializer, request)
        move_meeting(
            event=self.event,
            meeting_id=meeting_id,
            slot_id=data["slot"],
            table_id=data["table"],
            by=self.attendee.person,
            now=timezone.now(),
        )
        return Response(status=204)


class SlotPreviewView(OrganiserView):
    @extend_schema(
        operation_id="slots_preview",
        request=shapes.SlotGridSerializer,
        responses={200: shapes.PeriodSerializer(many=True)},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The slots a grid would make; nothing is saved."""
        return Response(shapes.PeriodSerializer(_periods_in(request, self.event), many=True).data)


class SlotListView(OrganiserView):
    """The event's meeting slots."""

    @extend_schema(operation_id="slots_list", responses={200: shapes.SlotSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        slots = slots_for(self.event)
        return Response(shapes.SlotSerializer(slots, many=True).data)

    @extend_schema(
        operation_id="slots_add",
        request=shapes.SlotGridSerializer,
        responses={201: CountSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Lay a grid of slots; those there already stay."""
        added = add_slots(event=self.event, periods=_periods_in(request, self.event), by=self.attendee.person)
        return Response({"count": added}, status=201)

    @extend_schema(
        operation_id="slots_remove",
        request=shapes.SlotIdsSerializer,
        responses={200: CountSerializer},
    )
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Remove unused slots."""
        data = validated(shapes.SlotIdsSerializer, request)
        removed = venue.remove_slots(event=self.event, slot_ids=data["slots"], by=self.attendee.person)
        return Response({"count": removed})


class TableListView(OrganiserView):
    """The event's tables and online rooms."""

    @extend_schema(operation_id="tables_list", responses={200: shapes.TableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        tables = tables_for(self.event)
        return Response(shapes.TableSerializer(tables, many=True).data)

    @extend_schema(
        operation_id="tables_add",
        request=shapes.TableDataSerializer,
        responses={201: shapes.TableSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = venue.TableData(**validated(shapes.TableDataSerializer, request))
        table = venue.add_table(event=self.event, data=data, by=self.attendee.person)
        return Response(shapes.TableSerializer(table).data, status=201)


class TableView(OrganiserView):
    """One table or online room."""

    @extend_schema(
        operation_id="tables_change",
        request=shapes.TableDataSerializer,
        responses={200: shapes.TableSerializer},
    )
    def put(self, request: Request, slug: str, table_id: int) -> Response:  # noqa: ARG002
        """Change it; both people of a meeting that takes place elsewhere then get a notice."""
        data = venue.TableData(**validated(shapes.TableDataSerializer, request))
        table = change_table(
            event=self.event, table_id=table_id, data=data, by=self.attendee.person, now=timezone.now()
        )
        return Response(shapes.TableSerializer(table).data)

    @extend_schema(operation_id="tables_remove", responses={204: None})
    def delete(self, request: Request, slug: str, table_id: int) -> Response:  # noqa: ARG002
        venue.remove_table(event=self.event, table_id=table_id, by=self.attendee.person)
        return Response(status=204)


class SpeakerView(OrganiserView):
    """An attendee who speaks at a session, and is busy then."""

    @extend_schema(operation_id="speakers_name", request=None, responses={204: None})
    def put(self, request: Request, slug: str, session_id: int, attendee_id: int) -> Response:  # noqa: ARG002
        """Have them speak; their open requests lose its time."""
        named = {"session_id": session_id, "attendee_id": attendee_id}
        assign_speaker(event=self.event, **named, by=self.attendee.person, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="speakers_drop", responses={204: None})
    def delete(self, request: Request, slug: str, session_id: int, attendee_id: int) -> Response:  # noqa: ARG002
        """Have them speak no longer."""
        named = {"session_id": session_id, "attendee_id": attendee_id}
        remove_speaker(event=self.event, **named, by=self.attendee.person)
        return Response(status=204)


class RulesView(OrganiserView):
    """How many requests one may have waiting, and how long they wait."""

    @extend_schema(operation_id="meeting_rules_read", responses={200: shapes.RulesSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(shapes.RulesSerializer(rules_for(self.event.pk)).data)

    @extend_schema(
        operation_id="meeting_rules_replace",
        request=shapes.RulesSerializer,
        responses={200: shapes.RulesSerializer},
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = validated(shapes.RulesSerializer, request)
        rules = set_rules(event=self.event, **data, by=self.attendee.person)
        return Response(shapes.RulesSerializer(rules).data)


class OverviewView(OrganiserView):
    @extend_schema(operation_id="meetings_overview", responses={200: shapes.OverviewSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The figures of all meetings at this moment."""
        return Response(shapes.OverviewSerializer(overview_for(self.event, timezone.now())).data)


class DisputeListView(OrganiserView):
    @extend_schema(operation_id="meetings_told", responses={200: shapes.DisputeSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Meetings on which the two reports differ, then those reported by one side only; at most 500."""
        rows = [dispute_row(meeting) for meeting in disputes_for(self.event)[:MAX_DISPUTES]]
        return Response(shapes.DisputeSerializer(rows, many=True).data)


class MailListView(OrganiserView):
    """What became of the forum's mails."""

    @extend_schema(operation_id="mails_overview", responses={200: shapes.DeliveryFiguresSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(
            shapes.DeliveryFiguresSerializer(delivery_figures_for(self.event, timezone.now())).data
        )

    @extend_schema(
        operation_id="mails_resend",
        request=shapes.ResendSerializer,
        responses={200: CountSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Try the mails that were refused for good again, or one of them."""
        event, notice_id = self.event, validated(shapes.ResendSerializer, request).get("notice")
        by, now = self.attendee.person, timezone.now()
        return Response({"count": resend_mails(event=event, notice_id=notice_id, by=by, now=now)})
