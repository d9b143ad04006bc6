"""My account, and the base of every view for those who are signed in."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.api import TextField, validated
from backend.people.models import Person
from backend.people.services import set_own_timezone


class PersonView(APIView):
    """A view for those who are signed in."""

    permission_classes = (IsAuthenticated,)

    @property
    def person(self) -> Person:
        return cast(Person, self.request.user)  # IsAuthenticated has let them through

    def finalize_response(self, *given: Any, **named: Any) -> Response:
        response = super().finalize_response(*given, **named)
        response["Cache-Control"] = "private, no-store"
        return response


class MeSerializer(serializers.Serializer[Any]):
    """What holds for me at every event. My zone is shown beside the event's own; empty: that alone."""

    name = serializers.CharField(read_only=True)
    timezone = TextField(source="own_timezone", max_length=60, allow_blank=True)


class MeView(PersonView):
    """My account, whatever the event."""

    @extend_schema(operation_id="me_read", responses=MeSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(MeSerializer(self.person).data)

    @extend_schema(operation_id="me_replace", request=MeSerializer, responses={200: MeSerializer})
    def put(self, request: Request) -> Response:
        """Choose the zone I read times in."""
        data = validated(MeSerializer, request)
        set_own_timezone(person=self.person, timezone=data["own_timezone"])
        return self.get(request)
