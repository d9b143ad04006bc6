"""For organisers: the sources of their event's people and programme."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, RowSerializer, TextField, id_field, validated
from backend.events.api.views import LongJobSerializer, OrganiserView
from backend.integrations.models import Source
from backend.integrations.selectors import sources_for
from backend.integrations.services.programmes import ProgrammeReport, SessionToDecide
from backend.integrations.services.rows import CHOICES
from backend.integrations.services.runs import Decisions, SyncCounts
from backend.integrations.services.sources import (
    MAX_COLUMNS_CHOSEN,
    MAX_HEADING,
    MAX_PRODUCTS,
    MAX_TOKEN,
    SourceData,
    add_source,
    change_source,
    choose_columns,
    delete_source,
    reading_words,
    source_of,
)
from backend.integrations.services.speakers import SpeakerToDecide
from backend.integrations.services.syncing import PersonToDecide, SyncReport, sync_source
from backend.roster.services.report import RefusedLine
from backend.roster.services.rows import Heading

MAX_DECIDED = 500
COUNTS = "added updated unchanged taken_out to_decide left_out"


class SourceDataSerializer(serializers.Serializer[Any]):
    """Where people register, or a programme is kept.

    The token is written, and read by nobody; left empty, the one there is stays.
    """

    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    name = TextField(max_length=80)
    address = TextField(max_length=500)
    token = TextField(max_length=MAX_TOKEN, allow_blank=True, default="", write_only=True)
    schedule = serializers.ChoiceField(choices=Source.Schedule.choices, default=Source.Schedule.OFF)
    products = BoundedListField(child=id_field(), max_length=MAX_PRODUCTS, default=())
    minor_products = BoundedListField(child=id_field(), max_length=MAX_PRODUCTS, default=())
    takes_unpaid = serializers.BooleanField(default=False, help_text="In pretix and Indico: who has yet to pay.")

    def data_of(self) -> SourceData:
        values = self.validated_data
        lists = {name: tuple(values[name]) for name in ("products", "minor_products")}
        return SourceData(**{**values, **lists})


class CountsSerializer(RowSerializer, row=SyncCounts, fields=COUNTS):
    """How many people or sessions came, changed, stayed and went, and how many wait or are left out."""


class SourceSerializer(SourceDataSerializer):
    source_id = serializers.IntegerField(source="pk", read_only=True)
    has_token = serializers.BooleanField(read_only=True)
    columns = serializers.DictField(child=serializers.CharField(), read_only=True)
    people = serializers.IntegerField(read_only=True)
    sessions = serializers.IntegerField(read_only=True)
    tried_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ran_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True, help_text="Of the last time, in one sentence.")
    result = serializers.DictField(child=serializers.IntegerField(), read_only=True)


class ColumnsSerializer(serializers.Serializer[Any]):
    """By heading, in small letters without spaces and punctuation, the column it is read as, or nothing."""

    columns = serializers.DictField(
        child=serializers.ChoiceField(choices=[("", ""), *((one, one) for one in CHOICES)], allow_blank=True)
    )

    def validate_columns(self, columns: dict[str, str]) -> dict[str, str]:
        if len(columns) > MAX_COLUMNS_CHOSEN or any(not 0 < len(key) <= MAX_HEADING for key in columns):
            raise serializers.ValidationError(_("Choose one of the columns of the list."))
        return columns


class DecisionsSerializer(serializers.Serializer[Any]):
    """Of a preview: attendees, or sessions, to take out, rows of adults who share a mailbox, and speakers."""

    taken_out = BoundedListField(child=id_field(), max_length=MAX_DECIDED, default=())
    sharing = BoundedListField(child=TextField(max_length=64), max_length=MAX_DECIDED, default=())
    speakers = BoundedListField(child=TextField(max_length=221), max_length=MAX_DECIDED, default=())


class LineSerializer(RowSerializer, row=RefusedLine, fields="line what reason"):
    pass


class HeadingSerializer(RowSerializer, row=Heading, fields="position text column"):
    pass


class PersonToDecideSerializer(RowSerializer, row=PersonToDecide, fields="attendee_id name"):
    pass


class SharingSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField(source="row.name")
    email = serializers.CharField(source="row.email")


class SyncReportSerializer(
    RowSerializer,
    row=SyncReport,
    fields="dry_run counts notes headings left_out leaving passed_on sharing has_to_be_confirmed",
):
    """What a run did, or would do; `leaving`, `passed_on` and `sharing` are for organisers to decide."""

    counts = CountsSerializer()
    headings = HeadingSerializer(many=True)
    left_out = LineSerializer(many=True)
    leaving = PersonToDecideSerializer(many=True)
    passed_on = PersonToDecideSerializer(many=True)
    sharing = SharingSerializer(many=True)


class SessionToDecideSerializer(RowSerializer, row=SessionToDecide, fields="session_id title starts_at ends_at"):
    pass


class SpeakerToDecideSerializer(RowSerializer, row=SpeakerToDecide, fields="key attendee_id name title"):
    """An attendee whose address a session there names; `key` confirms that they speak."""


class ProgrammeReportSerializer(
    RowSerializer,
    row=ProgrammeReport,
    fields="dry_run counts notes added moved changed left_out leaving speakers has_to_be_confirmed",
):
    """What a run did with sessions, or would do, by title; `leaving` are those the programme has no more."""

    speakers = SpeakerToDecideSerializer(many=True)

    counts = CountsSerializer()
    added = serializers.ListField(child=serializers.CharField())
    moved = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    left_out = LineSerializer(many=True)
    leaving = SessionToDecideSerializer(many=True)


class SourceListView(OrganiserView):
    """Where the event's people register, and its programme is kept."""

    @extend_schema(operation_id="sources_list", responses={200: SourceSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(SourceSerializer(sources_for(self.event), many=True).data)

    @extend_schema(operation_id="sources_add", request=SourceDataSerializer, responses={201: SourceSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """A source, which is not read yet."""
        data = _data_of(request)
        source = add_source(event=self.event, data=data, by=self.person, now=timezone.now())
        return Response(_body(source), status=201)


class SourceView(OrganiserView):
    @extend_schema(operation_id="sources_read", responses={200: SourceSerializer})
    def get(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        return Response(_body(source_of(self.event, source_id)))

    @extend_schema(operation_id="sources_replace", request=SourceDataSerializer, responses={200: SourceSerializer})
    def put(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        """Another address or kind is another source: its rows are no known ones, and people read it first."""
        data, now = _data_of(request), timezone.now()
        source = change_source(event=self.event, source_id=source_id, data=data, by=self.person, now=now)
        return Response(_body(source))

    @extend_schema(operation_id="sources_delete", responses={204: None})
    def delete(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        """Forget the source; its people stay."""
        delete_source(event=self.event, source_id=source_id, by=self.person)
        return Response(status=204)


class SourceColumnsView(OrganiserView):
    @extend_schema(operation_id="sources_columns", request=ColumnsSerializer, responses={200: SourceSerializer})
    def put(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        """Say as what headings of the source are read."""
        columns = validated(ColumnsSerializer, request)["columns"]
        source = choose_columns(event=self.event, source_id=source_id, columns=columns, by=self.person)
        return Response(_body(source))


class SourcePreviewView(OrganiserView):
    @extend_schema(operation_id="sources_preview", request=None, responses={202: LongJobSerializer})
    def post(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        """What reading the source would do (`SyncReport`, or `ProgrammeReport`); nothing is saved."""
        source = source_of(self.event, source_id)
        self.answer_later(reading_words(source))
        return _told(sync_source(source=source, by=self.person, now=timezone.now(), dry_run=True))


class SourceRunView(OrganiserView):
    @extend_schema(operation_id="sources_run", request=DecisionsSerializer, responses={202: LongJobSerializer})
    def post(self, request: Request, slug: str, source_id: int) -> Response:  # noqa: ARG002
        """Read the source and bring the list, or the agenda, up to it (`SyncReport`, `ProgrammeReport`)."""
        values, source = validated(DecisionsSerializer, request), source_of(self.event, source_id)
        self.answer_later(reading_words(source))
        decisions = Decisions(**values)
        return _told(sync_source(source=source, by=self.person, now=timezone.now(), decisions=decisions))


def _told(report: SyncReport | ProgrammeReport) -> Response:
    if isinstance(report, ProgrammeReport):
        return Response(ProgrammeReportSerializer(report).data)
    return Response(SyncReportSerializer(report).data)


def _data_of(request: Request) -> SourceData:
    serializer = SourceDataSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.data_of()


def _body(source: Source) -> dict[str, Any]:
    return dict(SourceSerializer(sources_for(source.event).get(pk=source.pk)).data)
