"""For organisers: the themes of an event and the topics under each."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import CountSerializer, RowSerializer, TextField, id_field, validated
from backend.events import selectors
from backend.events.api.views import OrganiserView
from backend.events.models.events import Event
from backend.events.selectors import ThemeTopics, TopicCount
from backend.setup.services.topics import (
    TOPIC_NAME_LENGTH,
    add_theme,
    add_topic,
    change_topic,
    merge_topics,
    move_theme,
    move_topic,
    remove_theme,
    remove_topic,
    rename_theme,
)


class TopicCountSerializer(RowSerializer, row=TopicCount, fields="topic name description seekers offerers"):
    """A topic as organisers edit it; the counts are of adults."""


class ThemeTopicsSerializer(RowSerializer, row=ThemeTopics, fields="theme name topics"):
    topics = TopicCountSerializer(many=True)


class ThemeNameSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=TOPIC_NAME_LENGTH)


class TopicDataSerializer(serializers.Serializer[Any]):
    theme = id_field()
    name = TextField(max_length=TOPIC_NAME_LENGTH)
    description = TextField(max_length=300, allow_blank=True, default="")


class UpOrDownSerializer(serializers.Serializer[Any]):
    up = serializers.BooleanField(help_text="Towards the first place; false for towards the last.")


class MergeSerializer(serializers.Serializer[Any]):
    into = id_field(help_text="The topic that stays.")


def _themes(event: Event, status: int = 200) -> Response:
    return Response(ThemeTopicsSerializer(selectors.topic_counts_for(event), many=True).data, status=status)


THEMES = ThemeTopicsSerializer(many=True)


class ThemeListView(OrganiserView):
    """The themes of the event with their topics, as organisers edit them."""

    @extend_schema(operation_id="themes_list", responses={200: THEMES})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return _themes(self.event)

    @extend_schema(operation_id="themes_add", request=ThemeNameSerializer, responses={201: THEMES})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add a theme at the end."""
        add_theme(event=self.event, by=self.person, **validated(ThemeNameSerializer, request))
        return _themes(self.event, 201)


class ThemeView(OrganiserView):
    @extend_schema(operation_id="themes_rename", request=ThemeNameSerializer, responses={200: THEMES})
    def put(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Rename a theme."""
        values = validated(ThemeNameSerializer, request)
        rename_theme(event=self.event, theme_id=theme_id, by=self.person, **values)
        return _themes(self.event)

    @extend_schema(operation_id="themes_remove", responses={204: None})
    def delete(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Remove a theme without topics."""
        remove_theme(event=self.event, theme_id=theme_id, by=self.person)
        return Response(status=204)


class ThemeMoveView(OrganiserView):
    @extend_schema(operation_id="themes_move", request=UpOrDownSerializer, responses={200: THEMES})
    def post(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Move a theme by one place."""
        up = validated(UpOrDownSerializer, request)["up"]
        move_theme(event=self.event, theme_id=theme_id, up=up, by=self.person)
        return _themes(self.event)


class TopicListView(OrganiserView):
    @extend_schema(operation_id="topics_add", request=TopicDataSerializer, responses={201: THEMES})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add a topic at the end of a theme."""
        values = validated(TopicDataSerializer, request)
        add_topic(event=self.event, theme_id=values.pop("theme"), by=self.person, **values)
        return _themes(self.event, 201)


class TopicView(OrganiserView):
    @extend_schema(operation_id="topics_change", request=TopicDataSerializer, responses={200: THEMES})
    def put(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Change a topic; what people chose stays."""
        values = validated(TopicDataSerializer, request)
        change_topic(
            event=self.event,
            topic_id=topic_id,
            theme_id=values.pop("theme"),
            by=self.person,
            now=timezone.now(),
            **values,
        )
        return _themes(self.event)

    @extend_schema(operation_id="topics_remove", responses={204: None})
    def delete(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Remove a topic that nobody chose."""
        remove_topic(event=self.event, topic_id=topic_id, by=self.person)
        return Response(status=204)


class TopicMoveView(OrganiserView):
    @extend_schema(operation_id="topics_move", request=UpOrDownSerializer, responses={200: THEMES})
    def post(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Move a topic by one place within its theme."""
        up = validated(UpOrDownSerializer, request)["up"]
        move_topic(event=self.event, topic_id=topic_id, up=up, by=self.person)
        return _themes(self.event)


class TopicMergeView(OrganiserView):
    @extend_schema(operation_id="topics_merge", request=MergeSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Merge a topic into another; the number of people whose choice moved."""
        into_id = validated(MergeSerializer, request)["into"]
        count = merge_topics(event=self.event, topic_id=topic_id, into_id=into_id, by=self.person, now=timezone.now())
        return Response({"count": count})
