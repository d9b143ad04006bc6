"""My own profile in an event."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, TextField, validated
from backend.events import selectors
from backend.events.api.views import ParticipantView
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TEXT_LIMIT
from backend.events.rules.consents import check_may_have_profile
from backend.events.services.profiles import ProfileChange, update_profile


class ProfileSerializer(serializers.Serializer[Any]):
    """My own profile. The age class can be read here, and is set by the organiser alone."""

    name = serializers.CharField(read_only=True)
    organisation = serializers.CharField(read_only=True)
    age_class = serializers.CharField(read_only=True)
    short_name = TextField(max_length=60, allow_blank=True, required=False)
    title = TextField(max_length=200, allow_blank=True)
    country = TextField(max_length=80, allow_blank=True)
    languages = BoundedListField(child=TextField(max_length=8), max_length=12)
    translating_device = serializers.BooleanField(
        required=False,
        help_text="Glad to meet, with a translating device, people who are glad of one and share no "
        "language with me; left out, it stays.",
    )
    about = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    seeks = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    offers = TextField(max_length=TEXT_LIMIT, allow_blank=True)
    seeks_topics = BoundedListField(child=serializers.SlugField(), max_length=100)
    offers_topics = BoundedListField(child=serializers.SlugField(), max_length=100)
    listed = serializers.BooleanField()
    shows_sessions = serializers.BooleanField(
        required=False, help_text="Others read which of their sessions I bookmarked, too; left out, it stays."
    )


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
        "translating_device": attendee.translating_device,
        "about": attendee.about,
        "seeks": attendee.seeks,
        "offers": attendee.offers,
        "seeks_topics": [topic.key for topic in topics if topic.seeks],
        "offers_topics": [topic.key for topic in topics if topic.offers],
        "listed": attendee.visibility == Attendee.Visibility.LISTED,
        "shows_sessions": attendee.shows_sessions,
    }


class ProfileView(ParticipantView):
    """My profile in an event."""

    @extend_schema(operation_id="profile_read", responses={200: ProfileSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        check_may_have_profile(self.attendee, timezone.now())
        return Response(ProfileSerializer(profile_body(self.attendee)).data)

    @extend_schema(operation_id="profile_replace", request=ProfileSerializer, responses={200: ProfileSerializer})
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Replace my profile; my suggestions are recomputed in the background."""
        values = validated(ProfileSerializer, request)
        change = ProfileChange(
            **{name: values[name] for name in ("title", "country", "about", "seeks", "offers", "listed")},
            short_name=values.get("short_name", self.attendee.short_name),
            shows_sessions=values.get("shows_sessions", self.attendee.shows_sessions),
            languages=tuple(values["languages"]),
            translating_device=values.get("translating_device", self.attendee.translating_device),
            seeks_topics=frozenset(values["seeks_topics"]),
            offers_topics=frozenset(values["offers_topics"]),
        )
        update_profile(attendee=self.attendee, change=change, by=self.person, now=timezone.now())
        del self.attendee
        return Response(ProfileSerializer(profile_body(self.attendee)).data)
