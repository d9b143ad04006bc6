"""Events I take part in; for organisers what describes one, and its state."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, TextField, validated
from backend.events import selectors
from backend.events.api.views import OrganiserView
from backend.events.models.events import MAX_RETENTION_DAYS, Event
from backend.events.rules.roles import Doer, opening_needs
from backend.events.services.about import change_about
from backend.events.services.opening import change_state, open_event
from backend.people.api.me import READ_OR_ORGANISE, PersonView


class EventSerializer(serializers.ModelSerializer[Event]):
    class Meta:
        model = Event
        fields = ("slug", "name", "timezone", "starts_on", "ends_on", "venue", "state")


class EventListView(PersonView):
    """The events I take part in, newest first."""

    token_scopes = READ_OR_ORGANISE

    @extend_schema(operation_id="events_list", responses=EventSerializer(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        events = [attendee.event for attendee in selectors.attendances_for(self.person)]
        return Response(EventSerializer(events, many=True).data)


class AboutSerializer(serializers.Serializer[Any]):
    """What describes an event."""

    name = TextField(max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    venue = TextField(max_length=200, allow_blank=True)
    timezone = TextField(max_length=60, help_text="Such as Asia/Bangkok; changed in a draft alone.")
    languages = BoundedListField(child=TextField(max_length=8), max_length=40)
    interpreters = serializers.BooleanField()
    shows_unjoined = serializers.BooleanField(
        help_text="Its people agreed, when they registered, to be shown before they join."
    )
    retention_days = serializers.IntegerField(
        min_value=1,
        max_value=MAX_RETENTION_DAYS,
        required=False,
        help_text="Days for which people's data is kept after the last day; of minors 30 at most.",
    )


class AboutView(OrganiserView):
    """What describes the event."""

    @extend_schema(operation_id="events_about_read", responses={200: AboutSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(AboutSerializer(self.event).data)

    @extend_schema(operation_id="events_about_replace", request=AboutSerializer, responses={200: AboutSerializer})
    def put(self, request: Request, slug: str) -> Response:
        """Change it; 409 for days that times or sessions lie outside of, and for the zone of no draft."""
        change_about(event=self.event, by=self.person, **validated(AboutSerializer, request))
        return Response(AboutSerializer(selectors.event_for(slug)).data)


class StateSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Event.State.choices)


class StateView(OrganiserView):
    """The state of the event: which comes next, or back by one."""

    @extend_schema(operation_id="events_state", request=StateSerializer, responses={200: EventSerializer})
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Change it; 409 for a state it cannot go to, and while a safeguarding lead is missing."""
        event, state = self.event, validated(StateSerializer, request)["state"]
        change_state(event=event, state=state, by=self.person, now=timezone.now())
        return Response(EventSerializer(event).data)


class OpeningNeedSerializer(serializers.Serializer[Any]):
    """One thing that the event lacks to be open."""

    who = serializers.ChoiceField(choices=Doer.choices, help_text="Who has to do it.")
    what = serializers.CharField()
    blocks = serializers.BooleanField(help_text="Nobody comes in without it; else only young people wait.")


class OpenEventView(OrganiserView):
    """Open a draft to its participants."""

    @extend_schema(operation_id="events_opening_needs", responses={200: OpeningNeedSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """All that the event lacks to be open, and who has to do it."""
        needs = opening_needs(self.event, timezone.now())
        return Response(OpeningNeedSerializer(needs, many=True).data)

    @extend_schema(operation_id="events_open", request=None, responses={200: EventSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Needs two confirmed safeguarding leads, or one and an outside contact."""
        event = self.event
        open_event(event=event, by=self.person, now=timezone.now())
        return Response(EventSerializer(event).data)
