"""For organisers: slots, tables, and the rules of booking."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import PeriodSerializer, SlotSerializer
from backend.booking.selectors.availability import rules_for
from backend.booking.services.joining import add_slots
from backend.booking.services.meeting_rules import set_rules
from backend.core.api import CountSerializer, validated
from backend.core.period import Period
from backend.events.api.views import OrganiserView
from backend.events.models.events import Event
from backend.events.rules.slot_grid import SlotGrid, periods_of
from backend.events.selectors import slots_for, tables_for
from backend.events.services import venue
from backend.setup.api.serializers import (
    RulesSerializer,
    SlotGridSerializer,
    SlotIdsSerializer,
    TableDataSerializer,
    TableSerializer,
)
from backend.setup.services.tables import change_table


def _periods_in(request: Request, event: Event) -> list[Period]:
    data = validated(SlotGridSerializer, request)
    grid = SlotGrid(
        days=tuple(data["days"]),
        windows=tuple((window["opens"], window["closes"]) for window in data["windows"]),
        length_minutes=data["length_minutes"],
        break_minutes=data["break_minutes"],
    )
    return list(periods_of(grid, event.zone))


class SlotPreviewView(OrganiserView):
    @extend_schema(
        operation_id="slots_preview", request=SlotGridSerializer, responses={200: PeriodSerializer(many=True)}
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The slots a grid would make; nothing is saved."""
        return Response(PeriodSerializer(_periods_in(request, self.event), many=True).data)


class SlotListView(OrganiserView):
    """The event's meeting slots."""

    @extend_schema(operation_id="slots_list", responses={200: SlotSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        slots = slots_for(self.event)
        return Response(SlotSerializer(slots, many=True).data)

    @extend_schema(operation_id="slots_add", request=SlotGridSerializer, responses={201: CountSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Lay a grid of slots; those there already stay."""
        added = add_slots(event=self.event, periods=_periods_in(request, self.event), by=self.attendee.person)
        return Response({"count": added}, status=201)

    @extend_schema(operation_id="slots_remove", request=SlotIdsSerializer, responses={200: CountSerializer})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Remove unused slots."""
        data = validated(SlotIdsSerializer, request)
        removed = venue.remove_slots(event=self.event, slot_ids=data["slots"], by=self.attendee.person)
        return Response({"count": removed})


class TableListView(OrganiserView):
    """The event's tables and online rooms."""

    @extend_schema(operation_id="tables_list", responses={200: TableSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        tables = tables_for(self.event)
        return Response(TableSerializer(tables, many=True).data)

    @extend_schema(operation_id="tables_add", request=TableDataSerializer, responses={201: TableSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = venue.TableData(**validated(TableDataSerializer, request))
        table = venue.add_table(event=self.event, data=data, by=self.attendee.person)
        return Response(TableSerializer(table).data, status=201)


class TableView(OrganiserView):
    """One table or online room."""

    @extend_schema(operation_id="tables_change", request=TableDataSerializer, responses={200: TableSerializer})
    def put(self, request: Request, slug: str, table_id: int) -> Response:  # noqa: ARG002
        """Change it; both people of a meeting that takes place elsewhere then get a notice."""
        data = venue.TableData(**validated(TableDataSerializer, request))
        table = change_table(
            event=self.event, table_id=table_id, data=data, by=self.attendee.person, now=timezone.now()
        )
        return Response(TableSerializer(table).data)

    @extend_schema(operation_id="tables_remove", responses={204: None})
    def delete(self, request: Request, slug: str, table_id: int) -> Response:  # noqa: ARG002
        venue.remove_table(event=self.event, table_id=table_id, by=self.attendee.person)
        return Response(status=204)


class RulesView(OrganiserView):
    """How many requests one may have waiting, and how long they wait."""

    @extend_schema(operation_id="meeting_rules_read", responses={200: RulesSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(RulesSerializer(rules_for(self.event.pk)).data)

    @extend_schema(operation_id="meeting_rules_replace", request=RulesSerializer, responses={200: RulesSerializer})
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = validated(RulesSerializer, request)
        rules = set_rules(event=self.event, **data, by=self.attendee.person)
        return Response(RulesSerializer(rules).data)
