"""Organisers and safeguarding leads of an event, and its outside contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import RowSerializer, TextField, id_field, validated
from backend.core.errors import NotFound
from backend.events import selectors
from backend.events.api.views import TeamView
from backend.events.models.events import Event
from backend.events.rules.roles import LEAD, ORGANISER
from backend.events.selectors import AppointmentRow
from backend.events.services.opening import EMAIL_LIMIT, NAME_LIMIT, PHONE_LIMIT, set_outside_contact
from backend.roles.services.appointments import confirm_role, end_role, propose_role, refuse_role


class AppointmentSerializer(
    RowSerializer,
    row=AppointmentRow,
    fields="appointment name organisation permission state since by may_confirm may_refuse may_end",
):
    """Somebody who organises or leads the event, or is proposed to; what I may do about it."""

    help_texts = {"by": "Who confirmed or proposed it; empty where a command did."}


class ProposalSerializer(serializers.Serializer[Any]):
    attendee_id = id_field()
    permission = serializers.ChoiceField(choices=[ORGANISER.value, LEAD.value])


class AppointmentListView(TeamView):
    """Who organises and leads the event, and who is proposed to."""

    fresh_proof_for = ("POST",)

    def _rows(self, event: Event, status: int = 200) -> Response:
        rows = selectors.appointments_for(event, self.person)
        return Response(AppointmentSerializer(rows, many=True).data, status=status)

    @extend_schema(operation_id="roles_list", responses={200: AppointmentSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return self._rows(self.event)

    @extend_schema(
        operation_id="roles_propose", request=ProposalSerializer, responses={201: AppointmentSerializer(many=True)}
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Propose an adult; for organisers. Nothing changes until somebody else confirms it."""
        event = self.event
        data = validated(ProposalSerializer, request)
        propose_role(event=event, **data, by=self.person, now=timezone.now())
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

    @extend_schema(operation_id="roles_confirm", request=None, responses={200: AppointmentSerializer(many=True)})
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(confirm_role, appointment_id)


class RefuseRoleView(AppointmentDecisionView):
    """Refuse a proposal, or withdraw one's own."""

    @extend_schema(operation_id="roles_refuse", request=None, responses={200: AppointmentSerializer(many=True)})
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(refuse_role, appointment_id)


class EndRoleView(AppointmentDecisionView):
    """End an organiser or a lead."""

    @extend_schema(operation_id="roles_end", request=None, responses={200: AppointmentSerializer(many=True)})
    def post(self, request: Request, slug: str, appointment_id: int) -> Response:  # type: ignore[override]  # noqa: ARG002
        return self.decide(end_role, appointment_id)


class OutsideContactSerializer(serializers.Serializer[Any]):
    """Whom to turn to outside the forum; a mail address or a phone number is needed."""

    name = TextField(max_length=NAME_LIMIT)
    phone = TextField(max_length=PHONE_LIMIT, allow_blank=True)
    email = TextField(max_length=EMAIL_LIMIT, allow_blank=True)


class OutsideContactView(TeamView):
    """The outside contact, for the event's safeguarding leads."""

    fresh_proof_for = ("PUT",)

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
        contact = set_outside_contact(event=event, **data, by=self.person, now=timezone.now())
        return Response(OutsideContactSerializer(contact).data)
