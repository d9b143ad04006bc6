"""The figures of an event, for its organisers: all of them as JSON, and files with small counts withheld."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import IgnoreAcceptHeader
from backend.events.api import OrganiserView
from backend.stats.selectors import EventStats, Headline, event_stats, headlines_for, worksheets_for
from backend.stats.services import FILE_KINDS, export_stats_file


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


class StatsView(OrganiserView):
    """Every figure of the event now."""

    @extend_schema(
        operation_id="stats_read",
        responses={200: StatsSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        stats = event_stats(event=self.event, now=timezone.now())
        headlines = serializer_of(Headline)(headlines_for(stats, worksheets_for(stats)), many=True)
        return Response({**serializer_of(EventStats)(stats).data, "headlines": headlines.data})


class StatsFileView(OrganiserView):
    """One file of figures: `tables.xlsx`, `network.graphml`, a report (`report-one-page.pdf` or
    `report-five-pages.pdf`), or a table as CSV, such as `funnel.csv`.

    Counts under five are withheld in tables and reports, and others where a total would give one away. The
    network names nobody: people are numbered at random, with constituency, and sector and country where five
    or more share them.
    """

    content_negotiation_class = IgnoreAcceptHeader

    @extend_schema(
        operation_id="stats_file",
        responses={(200, kind): OpenApiTypes.BINARY for kind in FILE_KINDS},
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponse:  # noqa: ARG002
        file = export_stats_file(event=self.event, name=name, by=self.person, now=timezone.now())
        response = HttpResponse(file.content, content_type=file.media_type)
        response["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
        return response
