"""The figures of an event, for its organisers: every figure as JSON, and files with small counts withheld."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import AnyFormat, RefusalSerializer
from backend.core.audit import record_act
from backend.core.errors import NotFound, OrganisersOnly
from backend.core.models import Act
from backend.events.api import ParticipantView
from backend.stats.export import csv_of, graphml_of, workbook_of
from backend.stats.figures import EventStats
from backend.stats.headlines import Headline, headlines_for
from backend.stats.rules import can_read_stats
from backend.stats.selectors import event_stats
from backend.stats.tables import sheets_for

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@cache
def serializer_of(value: type) -> type[serializers.Serializer[Any]]:
    """The serializer of a frozen dataclass, so that the description of the API follows the figures."""
    hints = get_type_hints(value)
    named = {field.name: _field(hints[field.name]) for field in fields(value)}
    return type(
        f"Stats{value.__name__}Serializer", (serializers.Serializer,), {"__doc__": value.__doc__, **named}
    )


PLAIN = {
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
    bool: serializers.BooleanField,
}


def _field(hint: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    if isinstance(hint, UnionType):
        (inner,) = (one for one in get_args(hint) if one is not NoneType)
        return _field(inner, allow_null=True)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if is_dataclass(inner):
            return serializer_of(inner)(many=True, **options)  # type: ignore[arg-type]
        return serializers.ListField(child=_field(inner), **options)
    if get_origin(hint) is dict:
        return serializers.DictField(child=serializers.JSONField(), **options)
    if is_dataclass(hint):
        return serializer_of(hint)(**options)  # type: ignore[arg-type]
    named = {"date": serializers.DateField, "datetime": serializers.DateTimeField}
    kind: type[serializers.Field[Any, Any, Any, Any]] = PLAIN.get(hint) or named[hint.__name__]
    return kind(**options)


class StatsSerializer(serializer_of(EventStats)):  # type: ignore[misc]
    """Every figure of the event, and the sentences made of them."""

    headlines = serializer_of(Headline)(many=True)


class OrganiserView(ParticipantView):
    """A view of one event for its organisers: 403 to other attendees, 404 to anybody else."""

    @cached_property
    def stats(self) -> EventStats:
        event = self.attendee.event
        if not can_read_stats(self.person, event):
            raise OrganisersOnly(_("These figures are for the forum's organisers. Ask one of them."))
        return event_stats(event=event, now=timezone.now())

    def finalize_response(self, *given: Any, **named: Any) -> Response:
        response = super().finalize_response(*given, **named)
        response["Cache-Control"] = "private, no-store"
        return response


class StatsView(OrganiserView):
    """Every figure of the event as it stands."""

    @extend_schema(
        operation_id="stats_read",
        responses={200: StatsSerializer, 403: RefusalSerializer, 404: RefusalSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        sheets = sheets_for(self.stats)
        headlines = serializer_of(Headline)(headlines_for(self.stats, sheets), many=True)
        return Response({**serializer_of(EventStats)(self.stats).data, "headlines": headlines.data})


class StatsFileView(OrganiserView):
    """One file of figures: `tables.xlsx`, `network.graphml`, or a table as CSV, such as `funnel.csv`.

    Counts under five are withheld in tables, and more where a total would give one away. The network names
    nobody: numbers drawn for the file, with constituency, and sector and country where five or more share
    them.
    """

    content_negotiation_class = AnyFormat

    @extend_schema(
        operation_id="stats_file",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            403: RefusalSerializer,
            404: RefusalSerializer,
        },
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponse:  # noqa: ARG002
        content, kind = self._file(name)
        event = self.attendee.event
        record_act(event=event, by=self.person, kind=Act.Kind.TOOK, what=name, now=timezone.now())
        response = HttpResponse(content, content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
        return response

    def _file(self, name: str) -> tuple[bytes, str]:
        if name == "network.graphml":
            return graphml_of(self.stats), "application/graphml+xml"
        sheets = {sheet.name: sheet for sheet in sheets_for(self.stats)}
        if name == "tables.xlsx":
            return workbook_of(tuple(sheets.values()), self.stats), WORKBOOK
        sheet = sheets.get(name.removesuffix(".csv"))
        if sheet is None or not name.endswith(".csv"):
            known = ", ".join(f"{one}.csv" for one in sheets)
            raise NotFound(
                _("There is no such file. There are: %(names)s.")
                % {"names": f"tables.xlsx, network.graphml, {known}"}
            )
        return csv_of(sheet), "text/csv; charset=utf-8"
