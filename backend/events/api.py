"""Events I take part in, and my own profile in each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, CountSerializer, TextField, id_field, validated
from backend.core.errors import NotFound, OrganisersOnly
from backend.events import selectors, services
from backend.events.models import Attendee, Event
from backend.events.rules import (
    LEAD,
    ORGANISER,
    TEXT_LIMIT,
    Doing,
    check_admission,
    check_allowed,
    check_organiser,
)
from backend.events.services.opening import EMAIL_LIMIT, NAME_LIMIT, PHONE_LIMIT
from backend.people.api import PersonView


class ParticipantView(PersonView):
    """A view of one event for its attendees; 404 to others, 403 to participants while it is a draft."""

    refuses: tuple[int, ...] = (403,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Admit before the body is looked at."""
        super().initial(request, *args, **kwargs)
        self.attendee  # noqa: B018 - refuses strangers, and participants of a draft

    def takes(self, request: Request) -> bool:
        """Whether the view has an operation of this method; any other is refused to everybody, with 405."""
        return hasattr(self, str(request.method).lower())

    @cached_property
    def attendee(self) -> Attendee:
        attendee = selectors.attendee_for(self.person, self.kwargs["slug"])
        check_admission(attendee)
        return attendee


class OrganiserView(ParticipantView):
    """A view of one event for its organisers; 403 to other attendees, 404 to others."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request):
            check_organiser(self.person, self.attendee.event)
            if request.method not in SAFE_METHODS:
                check_allowed(self.attendee.event, Doing.EDIT)

    @property
    def event(self) -> Event:
        return self.attendee.event


class TeamView(ParticipantView):
    """A view of one event for its organisers and leads; 403 to other attendees, 404 to others."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request) and self.attendee.permission not in (LEAD, ORGANISER):
            raise OrganisersOnly(_("Only the forum's organisers and safeguarding leads can do this."))

    @property
    def event(self) -> Event:
        return self.attendee.event


class EventSerializer(serializers.ModelSerializer[Event]):
    class Meta:
        model = Event
        fields = ("slug", "name", "timezone", "starts_on", "ends_on", "venue", "state")


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


class OpenEventView(OrganiserView):
    """Open a draft to its participants."""

    @extend_schema(operation_id="events_open", request=None, responses={200: EventSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Needs two confirmed safeguarding leads, or one and an outside contact."""
        event = self.event
        services.open_event(event=event, by=self.person, now=timezone.now())
        return Response(EventSerializer(event).data)


class AppointmentSerializer(serializers.Serializer[Any]):
    """Somebody who organises or leads the event, or is proposed to; what I may do about it."""

    appointment = serializers.IntegerField(source="appointment_id")
    name = serializers.CharField()
    organisation = serializers.CharField()
    permission = serializers.CharField()
    state = serializers.CharField()
    since = serializers.DateTimeField()
    by = serializers.CharField(help_text="Who confirmed or proposed it; empty where a command did.")
    may_confirm = serializers.BooleanField()
    may_refuse = serializers.BooleanField()
    may_end = serializers.BooleanField()


class ProposalSerializer(serializers.Serializer[Any]):
    attendee_id = id_field()
    permission = serializers.ChoiceField(choices=[ORGANISER.value, LEAD.value])


class AppointmentListView(TeamView):
    """Who organises and leads the event, and who is proposed to."""

    def _rows(self, event: Event, status: int = 200) -> Response:
        rows = selectors.appointments_for(event, self.person)
        return Response(AppointmentSerializer(rows, many=True).data, status=status)

    @extend_schema(operation_id="roles_list", responses={200: AppointmentSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return self._rows(self.event)

    @extend_schema(
        operation_id="roles_propose",
        request=ProposalSerializer,
        responses={201: AppointmentSerializer(many=True)},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Propose an adult; for organisers. Nothing changes until somebody else confirms it."""
        event = self.event
        data = validated(ProposalSerializer, request)
        services.propose_role(event=event, **data, by=self.person, now=timezone.now())
        return self._rows(event, 201)


class AppointmentDecisionView(AppointmentListView):
    """Base of the views that decide about one proposal, organiser or lead."""

    http_method_names = ["post", "options"]

    def decide(self, service: Callable[..., object], appointment_id: int) -> Response:
        event = self.event
        service(event=event, appointment_id=appointment_id, by=self.person, now=timezone.now())
        return self._rows(event)


class ConfirmRoleView(AppointmentDecisionView):
    """Confirm a proposal of somebody else."""

    @extend_schema(
        operation_id="roles_confirm", request=None, responses={200: AppointmentSerializer(many=True)}
    )
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(services.confirm_role, appointment_id)


class RefuseRoleView(AppointmentDecisionView):
    """Refuse a proposal, or withdraw one's own."""

    @extend_schema(
        operation_id="roles_refuse", request=None, responses={200: AppointmentSerializer(many=True)}
    )
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(services.refuse_role, appointment_id)


class EndRoleView(AppointmentDecisionView):
    """End an organiser or a lead."""

    @extend_schema(operation_id="roles_end", request=None, responses={200: AppointmentSerializer(many=True)})
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(services.end_role, appointment_id)


class OutsideContactSerializer(serializers.Serializer[Any]):
    """Whom to turn to outside the forum; a mail address or a phone number is needed."""

    name = TextField(max_length=NAME_LIMIT)
    phone = TextField(max_length=PHONE_LIMIT, allow_blank=True)
    email = TextField(max_length=EMAIL_LIMIT, allow_blank=True)


class OutsideContactView(TeamView):
    """The outside contact, for the event's safeguarding leads."""

    @extend_schema(operation_id="outside_contact_read", responses={200: OutsideContactSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        contact = selectors.outside_contact_for(self.event, self.person)
        if contact is None:
            raise NotFound(_("No outside contact is named, or it is not for you to read."))
        return Response(OutsideContactSerializer(contact).data)

    @extend_schema(
        operation_id="outside_contact_replace",
        request=OutsideContactSerializer,
        responses={200: OutsideContactSerializer},
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        event = self.event
        data = validated(OutsideContactSerializer, request)
        contact = services.set_outside_contact(event=event, **data, by=self.person, now=timezone.now())
        return Response(OutsideContactSerializer(contact).data)
