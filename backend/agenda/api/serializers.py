"""What agenda operations take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.agenda.selectors.agenda import AgendaItem
from backend.agenda.selectors.sessions import SessionRow
from backend.booking.api.serializers import MeetingSerializer
from backend.core.api import RowSerializer, TextField
from backend.roster.services.report import RefusedLine
from backend.safeguarding.api import PublicProfileSerializer


class AgendaItemSerializer(
    RowSerializer,
    row=AgendaItem,
    fields="starts_at ends_at title room stream_url session is_speaking meeting office_hour table",
):
    meeting = MeetingSerializer(allow_null=True)
    office_hour = serializers.IntegerField(
        source="office_hour.meeting_id", default=None, allow_null=True, help_text="One I am in."
    )
    table = serializers.IntegerField(
        source="round_table.meeting_id", default=None, allow_null=True, help_text="Of a round; I have a place."
    )


class AgendaDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    items = AgendaItemSerializer(many=True)


class AgendaNowSerializer(serializers.Serializer[Any]):
    current = AgendaItemSerializer(many=True)
    following = AgendaItemSerializer(allow_null=True)


class SessionSerializer(
    RowSerializer,
    row=SessionRow,
    fields="session title abstract room stream_url theme starts_at ends_at part meeting times speakers",
):
    """A session of the forum; `part` is bookmarked, speaking, or nothing."""

    help_texts = {"times": "My open times that it takes, or would take."}
    meeting = serializers.IntegerField(
        source="meeting.meeting_id", default=None, allow_null=True, help_text="One I agreed to during it."
    )
    speakers = PublicProfileSerializer(many=True)


class SessionDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    sessions = SessionSerializer(many=True)


class MeetingListsSerializer(serializers.Serializer[Any]):
    to_answer = MeetingSerializer(many=True)
    offered_times = MeetingSerializer(
        many=True, help_text="Requests to me that I answered with other times: they wait for the asker."
    )
    sent = MeetingSerializer(many=True)
    agreed = MeetingSerializer(many=True)


class FeedSerializer(serializers.Serializer[dict[str, str]]):
    """A secret address that gives read access to the calendar."""

    address = serializers.URLField()
    subscription = serializers.CharField(help_text="The same as a link that opens a calendar program.")


class ProgrammeSessionSerializer(serializers.Serializer[Any]):
    """A session as organisers edit it; `theme` is the key of a theme of the event, or empty."""

    session = serializers.IntegerField(source="pk", read_only=True)
    title = TextField(max_length=200)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    theme = TextField(max_length=60, allow_blank=True, default="", source="theme_key")
    room = TextField(max_length=80, allow_blank=True, default="")
    abstract = TextField(max_length=10_000, allow_blank=True, default="")
    stream_url = TextField(max_length=200, allow_blank=True, default="")


class ProgrammeFileSerializer(serializers.Serializer[Any]):
    """A programme as the text of its file: CSV, iCalendar, or schedule.json."""

    content = TextField(max_length=2_000_000, trim_whitespace=False)
    remove_missing = serializers.BooleanField(default=False, help_text="Also remove sessions not in the file.")
    dry_run = serializers.BooleanField(default=False, help_text="Only tell what it would change.")


class RefusedEntrySerializer(RowSerializer, row=RefusedLine, fields="line title reason"):
    help_texts = {"line": "The line of a CSV file, else the number of the entry."}
    title = serializers.CharField(source="what")


class ProgrammeChangesSerializer(serializers.Serializer[Any]):
    """What a file changes: titles of sessions, and the entries that are none."""

    added = serializers.ListField(child=serializers.CharField())
    moved = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    unchanged = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    refused = RefusedEntrySerializer(many=True)
