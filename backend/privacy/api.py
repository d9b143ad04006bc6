"""My data over the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import validated
from backend.events.api.views import ParticipantView
from backend.events.services.second_factors import check_fresh_proof
from backend.people.api.me import READ_OR_ACT, PersonView
from backend.privacy.selectors import export_for
from backend.privacy.services.leaving import erase_account, leave_event


class MyDataSerializer(serializers.Serializer[Any]):
    """What is stored of me: of my account, and at every forum. Others are named where I may see them."""

    made_at = serializers.DateTimeField()
    account = serializers.DictField(child=serializers.JSONField(allow_null=True))
    forums = serializers.ListField(child=serializers.DictField(child=serializers.JSONField(allow_null=True)))


class MyDataView(PersonView):
    """All that is stored of me."""

    token_scopes = READ_OR_ACT

    @extend_schema(operation_id="my_data_read", responses={200: MyDataSerializer})
    def get(self, request: Request) -> Response:  # noqa: ARG002
        _check_fresh_proof(self)
        return Response(MyDataSerializer(export_for(self.person, timezone.now())).data)


class ConfirmSerializer(serializers.Serializer[Any]):
    """That it is meant: it cannot be undone."""

    is_confirmed = serializers.BooleanField()


class LeaveView(ParticipantView):
    """My part in the event. No token erases it: the person themself does."""

    token_scopes = {}
    even_paused = True

    @extend_schema(operation_id="events_leave", request=ConfirmSerializer, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Leave: my part is erased at once, meetings to come are cancelled, and an open case is held."""
        _check_fresh_proof(self)
        data = validated(ConfirmSerializer, request)
        leave_event(attendee=self.attendee, **data, by=self.person, now=timezone.now())
        return Response(status=204)


class EraseAccountView(PersonView):
    """My account. No token erases it: the person themself does."""

    @extend_schema(operation_id="me_erase", request=ConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Erase my account and my part in every event, at once; I am signed out."""
        _check_fresh_proof(self)
        data = validated(ConfirmSerializer, request)
        erase_account(person=self.person, **data, by=self.person, now=timezone.now())
        return Response(status=204)


def _check_fresh_proof(view: PersonView) -> None:
    """A browser's session proves anew who it is, as on the pages; a token has its scopes."""
    if view.request.auth is None:
        check_fresh_proof(person=view.person, request=view.request._request, now=timezone.now())
