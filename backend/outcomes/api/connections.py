"""A person's connections: what both gave, what waits, and files for address books and spreadsheets."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import IgnoreAcceptHeader, RowSerializer, TextField, validated
from backend.events.api.views import ParticipantView
from backend.outcomes.selectors.connections import (
    ConnectedPerson,
    ConnectionRow,
    ContactDetails,
    OfferRow,
    connections_csv,
    connections_for,
    connections_vcf,
)
from backend.outcomes.services.connections import ContactData, end_connection, share_contact

VCARD = "text/vcard"


class ContactDataSerializer(serializers.Serializer[Any]):
    """How I can be reached; what is left empty is not given."""

    email = TextField(max_length=254, allow_blank=True, default="")
    phone = TextField(max_length=40, allow_blank=True, default="")
    link = TextField(max_length=300, allow_blank=True, default="")


class ContactDetailsSerializer(RowSerializer, row=ContactDetails, fields="email phone link"): ...


class ConnectedPersonSerializer(
    RowSerializer, row=ConnectedPerson, fields="attendee name title organisation constituency"
):
    help_texts = {"attendee": "At that event; 0 where its time of keeping is over."}


class ConnectionSerializer(RowSerializer, row=ConnectionRow, fields="connection other theirs mine event since here"):
    """A connection both agreed to; `connection` is the number by which I end it."""

    help_texts = {"here": "The other at this event, where we connected at another; else 0."}
    other = ConnectedPersonSerializer()
    theirs = ContactDetailsSerializer()
    mine = ContactDetailsSerializer()
    event = serializers.CharField(source="event_slug")


class ContactOfferSerializer(RowSerializer, row=OfferRow, fields="connection other mine event given_at"):
    """One of us gave something; `connection` is 0 where it was the other, and what they gave is not shown."""

    other = ConnectedPersonSerializer()
    mine = ContactDetailsSerializer()
    event = serializers.CharField(source="event_slug")


class ConnectionListsSerializer(serializers.Serializer[Any]):
    connections = ConnectionSerializer(many=True)
    to_answer = ContactOfferSerializer(many=True)
    waiting = ContactOfferSerializer(many=True)


class ConnectionListView(ParticipantView):
    """My connections at all events, who waits for my details, and whose I wait for."""

    @extend_schema(operation_id="connections_list", responses={200: ConnectionListsSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found = connections_for(self.person, timezone.now(), at=self.attendee)
        return Response(ConnectionListsSerializer(found).data)


class ConnectionView(ParticipantView):
    """One connection of mine, or what I gave without an answer."""

    @extend_schema(operation_id="connections_end", responses={204: None})
    def delete(self, request: Request, slug: str, connection_id: int) -> Response:  # noqa: ARG002
        """Take back what I gave: the connection ends for both."""
        end_connection(connection_id=connection_id, by=self.person)
        return Response(status=204)


class ContactShareView(ParticipantView):
    """How somebody I met can reach me; they read it once they give me something, too."""

    @extend_schema(
        operation_id="contact_share", request=ContactDataSerializer, responses={200: ConnectionListsSerializer}
    )
    def put(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        """Give it, or change what I gave."""
        data = ContactData(**validated(ContactDataSerializer, request))
        now = timezone.now()
        share_contact(attendee=self.attendee, other_id=attendee_id, data=data, by=self.person, now=now)
        return Response(ConnectionListsSerializer(connections_for(self.person, now)).data)


class ConnectionFileView(ParticipantView):
    """A file of my connections."""

    content_negotiation_class = IgnoreAcceptHeader

    def file(self, body: bytes, kind: str, name: str) -> HttpResponse:
        response = HttpResponse(body, f"{kind}; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class ConnectionTableView(ConnectionFileView):
    @extend_schema(operation_id="connections_table", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> HttpResponse:  # noqa: ARG002
        """My connections for a spreadsheet."""
        body = connections_csv(self.person, timezone.now())
        return self.file(body, "text/csv", "connections.csv")


class AddressBookView(ConnectionFileView):
    @extend_schema(operation_id="connections_cards", responses={(200, VCARD): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> HttpResponse:  # noqa: ARG002
        """My connections for an address book."""
        return self.file(connections_vcf(self.person, timezone.now()), VCARD, "connections.vcf")


class ConnectionCardView(ConnectionFileView):
    @extend_schema(operation_id="connections_card", responses={(200, VCARD): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, connection_id: int) -> HttpResponse:  # noqa: ARG002
        """One connection for an address book."""
        body = connections_vcf(self.person, timezone.now(), connection_id)
        return self.file(body, VCARD, "contact.vcf")
