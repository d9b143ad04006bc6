"""Invitations of an event, for its organisers: who has joined, how it invites, a preview and the sending."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, CountSerializer, RowSerializer, TextField, id_field, validated
from backend.events.api.views import LongJobSerializer, OrganiserView
from backend.invitations import selectors
from backend.invitations.models import MAX_REMINDER_DAYS, MAX_VALID_DAYS, InvitationRules
from backend.invitations.rules import LETTER_LIMIT
from backend.invitations.selectors import InvitationFigures, InvitedPerson
from backend.invitations.services.bounces import mark_bounced
from backend.invitations.services.rules import InvitationRulesData, set_invitation_rules
from backend.invitations.services.sending import (
    InvitationPreview,
    preview_invitations,
    send_invitations,
    send_test_invitation,
)
from backend.mails.api import LetterSerializer
from backend.mails.rules import SUBJECT_LIMIT

MAX_CHOSEN = 5_000
MAX_CONFIRMATION = 100_000


class InvitationFiguresSerializer(
    RowSerializer, row=InvitationFigures, fields="people not_invited queued sent failed joined of_unknown_age"
):
    """How many people have each status; those of unknown age are not among them and not invited."""


class InvitedPersonSerializer(
    RowSerializer,
    row=InvitedPerson,
    fields="attendee name organisation status mailed_at reminders error needs_new_link signed_in_at",
):
    help_texts = {
        "status": f"One of {', '.join(selectors.STATUSES)}.",
        "error": "An SMTP code or one word; empty where there was none.",
        "signed_in_at": "When a link was last used.",
    }


class InvitationListSerializer(serializers.Serializer[Any]):
    figures = InvitationFiguresSerializer()
    people = InvitedPersonSerializer(many=True)


class SelectionSerializer(serializers.Serializer[Any]):
    """Whom to invite; null: everybody who was never invited and has not joined."""

    attendees = BoundedListField(child=id_field(), max_length=MAX_CHOSEN, allow_null=True)


class ReturnedSerializer(serializers.Serializer[Any]):
    attendees = BoundedListField(child=id_field(), max_length=MAX_CHOSEN)
    returned = serializers.BooleanField(default=True, help_text="false: they did not come back after all.")


class InvitationPreviewSerializer(
    RowSerializer, row=InvitationPreview, fields="count joined have_a_link others example confirmation"
):
    """What would be sent. Sending takes the `confirmation`, within the hour."""

    help_texts = {"others": "Not set as adults, or organisers or leads."}
    example = LetterSerializer()


class ConfirmationSerializer(serializers.Serializer[Any]):
    confirmation = TextField(max_length=MAX_CONFIRMATION)


class InvitationRulesSerializer(serializers.Serializer[Any]):
    """How the event invites; empty texts stand for Titian's own."""

    subject = TextField(max_length=SUBJECT_LIMIT, allow_blank=True)
    text = TextField(max_length=LETTER_LIMIT, allow_blank=True)
    reminder_subject = TextField(max_length=SUBJECT_LIMIT, allow_blank=True)
    reminder_text = TextField(max_length=LETTER_LIMIT, allow_blank=True)
    valid_days = serializers.IntegerField(min_value=1, max_value=MAX_VALID_DAYS)
    schedule = serializers.ChoiceField(choices=InvitationRules.Schedule.choices)
    first_reminder_days = serializers.IntegerField(min_value=1, max_value=MAX_REMINDER_DAYS, allow_null=True)
    second_reminder_days = serializers.IntegerField(min_value=1, max_value=MAX_REMINDER_DAYS, allow_null=True)


class InvitationListView(OrganiserView):
    """Who is invited, what became of each mail, and who has joined."""

    @extend_schema(
        operation_id="invitations_list",
        parameters=[OpenApiParameter("show", OpenApiTypes.STR, enum=list(selectors.FILTERS), required=False)],
        responses={200: InvitationListSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        people = selectors.people_to_invite(self.event)
        if (show := request.query_params.get("show", "")) in selectors.FILTERS:
            people = people.filter(status__in=selectors.FILTERS[show])
        body = {
            "figures": selectors.invitation_figures(self.event),
            "people": selectors.invited_people(people, timezone.now()),
        }
        return Response(InvitationListSerializer(body).data)

    @extend_schema(operation_id="invitations_send", request=ConfirmationSerializer, responses={202: LongJobSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Send what a preview showed; the number of mails queued (`count`)."""
        values = validated(ConfirmationSerializer, request)
        self.answer_later(_("Sending invitations"))
        count = send_invitations(event=self.event, by=self.person, now=timezone.now(), **values)
        return Response({"count": count})


class InvitationPreviewView(OrganiserView):
    @extend_schema(operation_id="invitations_preview", request=SelectionSerializer, responses={202: LongJobSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many mails would be sent, and one of them; sends nothing.

        The answer holds `count`, those left out (`joined`, `have_a_link`, `others`), the `example`, and the
        `confirmation` that sends them.
        """
        ids = validated(SelectionSerializer, request)["attendees"]
        self.answer_later(_("A preview of invitations"))
        preview = preview_invitations(event=self.event, attendee_ids=ids, by=self.person, now=timezone.now())
        return Response(InvitationPreviewSerializer(preview).data)


class ReturnedView(OrganiserView):
    @extend_schema(operation_id="invitations_returned", request=ReturnedSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Say that the newest mails to these people came back after they were sent; how many changed."""
        values = validated(ReturnedSerializer, request)
        count = mark_bounced(
            event=self.event, attendee_ids=values["attendees"], bounced=values["returned"], by=self.person
        )
        return Response(CountSerializer({"count": count}).data)


class InvitationTestView(OrganiserView):
    @extend_schema(operation_id="invitations_test", request=None, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Mail me the invitation as it is saved; its link signs nobody in."""
        send_test_invitation(event=self.event, by=self.person, now=timezone.now())
        return Response(status=204)


class InvitationRulesView(OrganiserView):
    """Texts, days and reminders of the event's invitations."""

    @extend_schema(operation_id="invitation_rules_read", responses={200: InvitationRulesSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(InvitationRulesSerializer(selectors.rules_for(self.event)).data)

    @extend_schema(
        operation_id="invitation_rules_replace",
        request=InvitationRulesSerializer,
        responses={200: InvitationRulesSerializer},
    )
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = InvitationRulesData(**validated(InvitationRulesSerializer, request))
        rules = set_invitation_rules(event=self.event, data=data, by=self.person)
        return Response(InvitationRulesSerializer(rules).data)
