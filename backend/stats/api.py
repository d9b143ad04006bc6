"""The figures of an event for its organisers' programs: the release of which its files are made."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import IgnoreAcceptHeader
from backend.events.api.views import LongJobSerializer, OrganiserView
from backend.stats.models import Release
from backend.stats.selectors.overview import overview_for
from backend.stats.selectors.worksheets import NOTE
from backend.stats.services import export_stats_file, release_for


class WorksheetSerializer(serializers.Serializer[dict[str, object]]):
    """One table: its rows hold a value for each of its columns; `*` is a count withheld."""

    name = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.JSONField()))


class HeadlineSerializer(serializers.Serializer[dict[str, object]]):
    """A sentence with its code and the facts it states."""

    code = serializers.CharField()
    text = serializers.CharField()
    facts = serializers.DictField(child=serializers.JSONField())


class ReleaseSerializer(serializers.Serializer[Release]):
    """The figures as they leave the desk. `made_at`: as of when they are; `rule`: what is withheld."""

    made_at = serializers.DateTimeField()
    phase = serializers.ChoiceField(choices=Release.Phase.choices)
    rule = serializers.SerializerMethodField()
    worksheets = WorksheetSerializer(many=True, source="content.worksheets")
    headlines = HeadlineSerializer(many=True, source="content.headlines")

    def get_rule(self, release: Release) -> str:  # noqa: ARG002
        return str(NOTE)


class StatsView(OrganiserView):
    """The released figures of the event: its tables, and the sentences made of them."""

    @extend_schema(operation_id="stats_read", responses={200: ReleaseSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        release = release_for(event=self.event, by=self.person, now=timezone.now())
        return Response(ReleaseSerializer(release).data)


class StatsFileView(OrganiserView):
    """One file of the release: `tables.xlsx`, `network.graphml`, a report (`report-one-page.pdf` or
    `report-five-pages.pdf`), or a table as CSV, such as `funnel.csv`.

    No count from 1 to 4 can be worked out from them. The network is one of constituencies: nobody is in it.
    """

    content_negotiation_class = IgnoreAcceptHeader

    @extend_schema(
        operation_id="stats_file",
        responses={202: LongJobSerializer},
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponse:  # noqa: ARG002
        self.answer_later(_("A file of the figures"))
        file = export_stats_file(event=self.event, name=name, by=self.person, now=timezone.now())
        response = HttpResponse(file.content, content_type=file.media_type)
        response["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
        return response


class OverviewSerializer(serializers.Serializer[Any]):
    """The figures of this moment."""

    people = serializers.IntegerField()
    people_joined = serializers.IntegerField()
    people_with_open_slots = serializers.IntegerField()
    people_without_meeting = serializers.IntegerField()
    waiting = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    expired = serializers.IntegerField()
    proposed = serializers.IntegerField(help_text="By the organisers, and open.")
    not_agreed = serializers.IntegerField(help_text="Proposals of which nothing came.")
    cancelled = serializers.IntegerField()
    held = serializers.IntegerField()
    held_by_one = serializers.IntegerField()
    not_held = serializers.IntegerField()
    not_held_by_one = serializers.IntegerField()
    disputed = serializers.ListField(child=serializers.IntegerField())
    answer_hours = serializers.FloatField(allow_null=True)
    mails_waiting = serializers.IntegerField()
    mails_in_trouble = serializers.IntegerField(help_text="Refused for good, or stuck.")
    follow_ups = serializers.IntegerField(allow_null=True, help_text="With a day; null: fewer than five.")
    follow_ups_kept = serializers.IntegerField(
        allow_null=True, help_text="Null: fewer than five, or fewer than five that are not."
    )
    office_hours = serializers.IntegerField(help_text="To come and over; in no other figure.")
    office_hour_guests = serializers.IntegerField()


class OverviewView(OrganiserView):
    @extend_schema(operation_id="meetings_overview", responses={200: OverviewSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The figures of all meetings at this moment."""
        return Response(OverviewSerializer(overview_for(self.event, timezone.now())).data)
