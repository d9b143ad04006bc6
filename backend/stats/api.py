"""The figures of an event for its organisers' programs: the release of which its files are made."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import IgnoreAcceptHeader, RowSerializer
from backend.core.spreadsheets import Worksheet
from backend.events.api.views import LongJobSerializer, OrganiserView
from backend.stats.models import Release
from backend.stats.selectors.headlines import Headline, released_headlines
from backend.stats.selectors.overview import Overview, overview_for
from backend.stats.selectors.worksheets import NOTE
from backend.stats.services import export_stats_file, release_for


class WorksheetSerializer(RowSerializer, row=Worksheet, fields="name columns rows"):
    """One table: its rows hold a value for each of its columns; `*` is a count withheld."""

    rows = serializers.ListField(child=serializers.ListField(child=serializers.JSONField()))


class HeadlineSerializer(RowSerializer, row=Headline, fields="code text facts"):
    """A sentence with its code and the facts it states."""

    facts = serializers.DictField(child=serializers.JSONField())


class ReleaseSerializer(serializers.Serializer[Release]):
    """The figures as they leave the desk. `made_at`: as of when they are; `rule`: what is withheld."""

    made_at = serializers.DateTimeField()
    phase = serializers.ChoiceField(choices=Release.Phase.choices)
    rule = serializers.SerializerMethodField()
    worksheets = WorksheetSerializer(many=True, source="content.worksheets")
    headlines = serializers.SerializerMethodField()

    def get_rule(self, release: Release) -> str:  # noqa: ARG002
        return str(NOTE)

    @extend_schema_field(HeadlineSerializer(many=True))
    def get_headlines(self, release: Release) -> Any:
        return HeadlineSerializer(released_headlines(release), many=True).data


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

    @extend_schema(operation_id="stats_file", responses={202: LongJobSerializer})
    def get(self, request: Request, slug: str, name: str) -> HttpResponse:  # noqa: ARG002
        self.answer_later(_("A file of the figures"))
        file = export_stats_file(event=self.event, name=name, by=self.person, now=timezone.now())
        response = HttpResponse(file.content, content_type=file.media_type)
        response["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
        return response


class OverviewSerializer(
    RowSerializer,
    row=Overview,
    fields="people people_joined people_with_open_slots people_without_meeting waiting accepted declined "
    "withdrawn expired proposed not_agreed cancelled held held_by_one not_held not_held_by_one "
    "disputed answer_hours mails_waiting mails_in_trouble follow_ups follow_ups_kept office_hours "
    "office_hour_guests",
):
    """The figures of this moment."""

    help_texts = {
        "proposed": "By the organisers, and open.",
        "not_agreed": "Proposals of which nothing came.",
        "mails_in_trouble": "Refused for good, or stuck.",
        "follow_ups": "With a day; null: fewer than five.",
        "follow_ups_kept": "Null: fewer than five, or fewer than five that are not.",
        "office_hours": "To come and over; in no other figure.",
    }


class OverviewView(OrganiserView):
    @extend_schema(operation_id="meetings_overview", responses={200: OverviewSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The figures of all meetings at this moment."""
        return Response(OverviewSerializer(overview_for(self.event, timezone.now())).data)
