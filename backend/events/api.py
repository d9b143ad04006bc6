"""Events I take part in, and my own profile in each."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, CountSerializer, TextField, id_field, validated
from backend.events import selectors, services
from backend.events.models import Attendee, Event
from backend.events.rules import TEXT_LIMIT, check_organiser
from backend.people.api import PersonView


class ParticipantView(PersonView):
    """A view of one event for its attendees; 404 to others."""

    @cached_property
    def attendee(self) -> Attendee:
        return selectors.attendee_for(self.person, self.kwargs["slug"])


class OrganiserView(ParticipantView):
    """A view of one event for its organisers; 403 to other attendees, 404 to others."""

    refuses = (403,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_organiser(self.person, self.attendee.event)

    @property
    def event(self) -> Event:
        return self.attendee.event


class EventSerializer(serializers.ModelSerializer[Event]):
    class Meta:
        model = Event
        fields = ("slug", "name", "timezone", "starts_on", "ends_on", "venue")


class EventListView(PersonView):
    """The events I take part in, newest first."""

    @extend_schema(operation_id="events_list", responses=EventSerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        events = [attendee.event for attendee in selectors.attendances_for(self.person)]
        return Response(EventSerializer(events, many=True).data)


class ProfileSerializer(serializers.Serializer[Any]):
    """My own profile. The age class can be read here, and is set by the organiser alone."""

    name = serializers.CharField(read_only=True)
    organisation = serializers.CharField(read_only=True)
    age_class = serializers.CharField(read_only=True)
    short_name = TextField(max_length=60, allow_blank=True, required=False)
    title = TextField(max_length=200, allow_blank=True)
    country = TextField(max_length=80, allow_blank=True)
    languages = BoundedListField(child=TextField(max_length=8), max_length=12)
    about = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    seeks = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    offers = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    seeks_topics = BoundedListField(child=serializers.SlugField(), max_length=100)
    offers_topics = BoundedListField(child=serializers.SlugField(), max_length=100)
    listed = serializers.BooleanField()


def profile_body(attendee: Attendee) -> dict[str, Any]:
    """The values of ProfileSerializer for an attendee."""
    topics = [topic for theme in selectors.profile_for(attendee).themes for topic in theme.topics]
    return {
        "name": selectors.shown_name(attendee),
        "short_name": attendee.short_name,
        "organisation": attendee.organisation.name if attendee.organisation else "",
        "age_class": attendee.age_class,
        "title": attendee.title,
        "country": attendee.country,
        "languages": attendee.languages,
        "about": attendee.about,
        "seeks": attendee.seeks,
        "offers": attendee.offers,
        "seeks_topics": [topic.key for topic in topics if topic.seeks],
        "offers_topics": [topic.key for topic in topics if topic.offers],
        "listed": attendee.visibility == Attendee.Visibility.LISTED,
    }


class ProfileView(ParticipantView):
    """My profile in an event."""

    @extend_schema(operation_id="profile_read", responses={200: ProfileSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(ProfileSerializer(profile_body(self.attendee)).data)

    @extend_schema(
        operation_id="profile_replace",
        request=ProfileSerializer,
        responses={200: ProfileSerializer},
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Replace my profile; my suggestions are recomputed in the background."""
        values = validated(ProfileSerializer, request)
        change = services.ProfileChange(
            **{name: values[name] for name in ("title", "country", "about", "seeks", "offers", "listed")},
            short_name=values.get("short_name", self.attendee.short_name),
            languages=tuple(values["languages"]),
            seeks_topics=frozenset(values["seeks_topics"]),
            offers_topics=frozenset(values["offers_topics"]),
        )
        services.update_profile(attendee=self.attendee, change=change, by=self.person, now=timezone.now())
        del self.attendee
        return Response(ProfileSerializer(profile_body(self.attendee)).data)


class TopicCountSerializer(serializers.Serializer[Any]):
    """A topic as organisers edit it; the counts are of adults."""

    topic = serializers.IntegerField(source="topic_id")
    name = serializers.CharField()
    description = serializers.CharField()
    seekers = serializers.IntegerField()
    offerers = serializers.IntegerField()


class ThemeTopicsSerializer(serializers.Serializer[Any]):
    theme = serializers.IntegerField(source="theme_id")
    name = serializers.CharField()
    topics = TopicCountSerializer(many=True)


class ThemeNameSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=services.TOPIC_NAME_LENGTH)


class TopicDataSerializer(serializers.Serializer[Any]):
    theme = id_field()
    name = TextField(max_length=services.TOPIC_NAME_LENGTH)
    description = TextField(max_length=300, allow_blank=True, default="")


class MoveSerializer(serializers.Serializer[Any]):
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
        services.add_theme(event=self.event, by=self.person, **validated(ThemeNameSerializer, request))
        return _themes(self.event, 201)


class ThemeView(OrganiserView):
    @extend_schema(operation_id="themes_rename", request=ThemeNameSerializer, responses={200: THEMES})
    def put(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Rename a theme."""
        values = validated(ThemeNameSerializer, request)
        services.rename_theme(event=self.event, theme_id=theme_id, by=self.person, **values)
        return _themes(self.event)

    @extend_schema(operation_id="themes_remove", responses={204: None})
    def delete(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Remove a theme without topics."""
        services.remove_theme(event=self.event, theme_id=theme_id, by=self.person)
        return Response(status=204)


class ThemeMoveView(OrganiserView):
    @extend_schema(operation_id="themes_move", request=MoveSerializer, responses={200: THEMES})
    def post(self, request: Request, slug: str, theme_id: int) -> Response:  # noqa: ARG002
        """Move a theme by one place."""
        up = validated(MoveSerializer, request)["up"]
        services.move_theme(event=self.event, theme_id=theme_id, up=up, by=self.person)
        return _themes(self.event)


class TopicListView(OrganiserView):
    @extend_schema(operation_id="topics_add", request=TopicDataSerializer, responses={201: THEMES})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add a topic at the end of a theme."""
        values = validated(TopicDataSerializer, request)
        services.add_topic(event=self.event, theme_id=values.pop("theme"), by=self.person, **values)
        return _themes(self.event, 201)


class TopicView(OrganiserView):
    @extend_schema(operation_id="topics_change", request=TopicDataSerializer, responses={200: THEMES})
    def put(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Change a topic; what people chose stays."""
        values = validated(TopicDataSerializer, request)
        services.change_topic(
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
        services.remove_topic(event=self.event, topic_id=topic_id, by=self.person)
        return Response(status=204)


class TopicMoveView(OrganiserView):
    @extend_schema(operation_id="topics_move", request=MoveSerializer, responses={200: THEMES})
    def post(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Move a topic by one place within its theme."""
        up = validated(MoveSerializer, request)["up"]
        services.move_topic(event=self.event, topic_id=topic_id, up=up, by=self.person)
        return _themes(self.event)


class TopicMergeView(OrganiserView):
    @extend_schema(operation_id="topics_merge", request=MergeSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str, topic_id: int) -> Response:  # noqa: ARG002
        """Merge a topic into another; the number of people whose choice moved."""
        into_id = validated(MergeSerializer, request)["into"]
        count = services.merge_topics(
            event=self.event, topic_id=topic_id, into_id=into_id, by=self.person, now=timezone.now()
        )
        return Response({"count": count})
