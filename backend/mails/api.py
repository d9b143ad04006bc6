"""What an event's organisers put on its mails."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import RowSerializer, TextField, validated
from backend.events.api.views import OrganiserView
from backend.mails import selectors, services
from backend.mails.rules import OPENING_LIMIT, SENDER_LIMIT, SIGNATURE_LIMIT
from backend.mails.selectors import Letter


class LetterSerializer(RowSerializer, row=Letter, fields="sender reply_to subject body"):
    """A mail as its reader has it."""


class MailTextsSerializer(serializers.Serializer[Any]):
    """What the event's mails have. Empty texts stand for Titian's own, an empty name for the event's."""

    sender_name = TextField(max_length=SENDER_LIMIT, allow_blank=True)
    reply_to = TextField(max_length=254, allow_blank=True)
    opening = TextField(max_length=OPENING_LIMIT, allow_blank=True, help_text="May hold {name} and {forum}.")
    signature = TextField(max_length=SIGNATURE_LIMIT, allow_blank=True, help_text="May hold {name} and {forum}.")


class MailTextsView(OrganiserView):
    """Sender, opening and signature of the event's mails."""

    @extend_schema(operation_id="mail_texts_read", responses={200: MailTextsSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(MailTextsSerializer(selectors.mail_texts_for(self.event)).data)

    @extend_schema(operation_id="mail_texts_replace", request=MailTextsSerializer, responses={200: MailTextsSerializer})
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        data = services.MailTextsData(**validated(MailTextsSerializer, request))
        return Response(MailTextsSerializer(services.set_mail_texts(event=self.event, data=data, by=self.person)).data)

    @extend_schema(operation_id="mail_texts_reset", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Go back to Titian's own words and the event's name."""
        services.reset_mail_texts(event=self.event, by=self.person)
        return Response(status=204)
