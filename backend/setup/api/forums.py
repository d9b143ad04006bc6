"""Starting a forum, and its rehearsal, over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, TextField, validated
from backend.core.errors import NotFound
from backend.events.api import forum
from backend.events.api.forum import EventSerializer
from backend.events.api.views import OrganiserView
from backend.events.selectors import rehearsal_of
from backend.setup.services.forums import FROM_EDITION, FROM_NOTHING, FROM_SHIPPED, ForumData
from backend.setup.services.rehearsals import end_rehearsal
from backend.setup.services.rehearsing import start_rehearsal
from backend.setup.services.starting import start_forum


class NewForumSerializer(serializers.Serializer[Any]):
    """A forum to start; its first organiser and first safeguarding lead are two others than who starts it."""

    slug = TextField(max_length=60, help_text="Letters, digits and hyphens: the name in addresses.")
    name = TextField(max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    timezone = TextField(max_length=60, help_text="Such as Asia/Bangkok.")
    venue = TextField(max_length=200, allow_blank=True, default="")
    languages = BoundedListField(child=TextField(max_length=8), max_length=40, default=())
    interpreters = serializers.BooleanField(default=False)
    basis = serializers.ChoiceField(
        choices=[FROM_NOTHING, FROM_SHIPPED, FROM_EDITION],
        help_text="What it starts from: nothing, the topics of the first forum, or an earlier `edition`.",
    )
    edition = TextField(
        max_length=60, allow_blank=True, default="", help_text="The slug of that edition; empty otherwise."
    )
    organiser_name = TextField(max_length=200)
    organiser_email = TextField(max_length=254)
    lead_name = TextField(max_length=200)
    lead_email = TextField(max_length=254)


class EventListView(forum.EventListView):
    """The events I take part in; starting one, for those the administrator allows to."""

    @extend_schema(operation_id="events_start", request=NewForumSerializer, responses={201: EventSerializer})
    def post(self, request: Request) -> Response:
        """A new draft; 403 where you may start none, 404 for an edition that is not yours to start from."""
        values = validated(NewForumSerializer, request)
        data = ForumData(**values | {"languages": tuple(values["languages"])})
        event = start_forum(data=data, by=self.person, now=timezone.now())
        return Response(EventSerializer(event).data, status=201)


class RehearsalView(OrganiserView):
    """The event's rehearsal: a copy with made-up people, which no mail leaves."""

    @extend_schema(operation_id="rehearsal_read", responses={200: EventSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """404 where the event has none."""
        found = rehearsal_of(self.event)
        if found is None:
            raise NotFound(_("This forum has no rehearsal."))
        return Response(EventSerializer(found).data)

    @extend_schema(operation_id="rehearsal_start", request=None, responses={201: EventSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """409 where the event has one, or is one."""
        started = start_rehearsal(event=self.event, by=self.person, now=timezone.now())
        return Response(EventSerializer(started).data, status=201)

    @extend_schema(operation_id="rehearsal_end", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Delete it with everything in it."""
        end_rehearsal(event=self.event, by=self.person)
        return Response(status=204)
