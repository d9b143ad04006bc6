"""My account, and the base of every view for those who are signed in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.api import TextField, validated
from backend.core.limits import Kind, count_use
from backend.people.api.scopes import HasScope, token_scopes
from backend.people.models import ApiToken, Person
from backend.people.services import change_account

READ_OR_ACT = token_scopes(reading=ApiToken.Scope.READ.value, writing=ApiToken.Scope.ACT.value)
READ_OR_ORGANISE = token_scopes(reading=ApiToken.Scope.READ.value, writing=ApiToken.Scope.ORGANISE.value)
ORGANISE = token_scopes(reading=ApiToken.Scope.ORGANISE.value, writing=ApiToken.Scope.ORGANISE.value)


class PersonView(APIView):
    """A view for those who are signed in."""

    permission_classes = (IsAuthenticated, HasScope)
    token_scopes: Mapping[str, str] = {}  # by method; a token opens no operation that is not named
    counts: Mapping[str, Kind] = {}  # by method: as what the operation is counted

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count before the body is looked at."""
        super().initial(request, *args, **kwargs)
        if kind := self.counts.get(str(request.method)):
            count_use(kind, account=self.person.pk)

    @property
    def person(self) -> Person:
        return cast(Person, self.request.user)  # IsAuthenticated has let them through

    def finalize_response(self, *given: Any, **named: Any) -> Response:
        response = super().finalize_response(*given, **named)
        response["Cache-Control"] = "private, no-store"
        return response


class ClockField(serializers.CharField):
    """A time of day such as 22:00, without a date or a zone."""

    described: ClassVar[dict[str, str]] = {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}

    def to_internal_value(self, data: Any) -> dt.time:  # type: ignore[override]
        text = super().to_internal_value(data)
        if not re.fullmatch(self.described["pattern"].strip("^$"), text):
            raise serializers.ValidationError(_("Write the time as 22:00."))
        return dt.time.fromisoformat(text)

    def to_representation(self, value: dt.time) -> str:  # type: ignore[override]
        return f"{value:%H:%M}"


class MeSerializer(serializers.Serializer[Any]):
    """What holds for me at every event.

    The name is the account's; each event knows me by its own. My zone is shown beside the event's own; empty:
    that alone. Between `quiet_from` and `quiet_until`, in that zone, mails that can wait do; both null: at no
    hour. With a `digest` mails that can wait come together. `language`: of my pages and mails; empty: as my
    browser asks for. What is left out but the zone stays.
    """

    name = TextField(max_length=200, required=False)
    timezone = TextField(source="own_timezone", max_length=60, allow_blank=True)
    quiet_from = ClockField(required=False, allow_null=True)
    quiet_until = ClockField(required=False, allow_null=True)
    digest = serializers.ChoiceField(choices=Person.Digest.choices, required=False, allow_blank=True)
    language = TextField(max_length=10, required=False, allow_blank=True)


class MeView(PersonView):
    """My account, whatever the event."""

    token_scopes = READ_OR_ACT

    @extend_schema(operation_id="me_read", responses=MeSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(MeSerializer(self.person).data)

    @extend_schema(operation_id="me_replace", request=MeSerializer, responses={200: MeSerializer})
    def put(self, request: Request) -> Response:
        """Choose the zone I read times in, when mails come and in which language, and what I am called."""
        data = validated(MeSerializer, request)
        change_account(
            person=self.person,
            timezone=data["own_timezone"],
            quiet_from=data.get("quiet_from", self.person.quiet_from),
            quiet_until=data.get("quiet_until", self.person.quiet_until),
            digest=data.get("digest", self.person.digest),
            name=data.get("name"),
            language=data.get("language", self.person.language),
        )
        return self.get(request)
