"""For organisers: the sectors of an event, each with the constituency it counts for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import CountSerializer, RowSerializer, TextField, id_field, validated
from backend.events import selectors
from backend.events.api.views import OrganiserView
from backend.events.models.events import Event
from backend.events.selectors import SectorCount
from backend.events.services.sectors import (
    SECTOR_NAME_LENGTH,
    add_sector,
    change_sector,
    merge_sectors,
    move_sector,
    remove_sector,
)
from backend.people.models import Constituency
from backend.setup.api.topics import UpOrDownSerializer


class SectorSerializer(RowSerializer, row=SectorCount, fields="sector key name constituency organisations people"):
    """A sector as organisers edit it; the counts are of organisations, and of their attendees."""


class SectorDataSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=SECTOR_NAME_LENGTH)
    constituency = serializers.ChoiceField(choices=Constituency.choices)


class SectorMergeSerializer(serializers.Serializer[Any]):
    into = id_field(help_text="The sector that stays.")


def _sectors(event: Event, status: int = 200) -> Response:
    return Response(SectorSerializer(selectors.sector_counts_for(event), many=True).data, status=status)


SECTORS = SectorSerializer(many=True)


class SectorListView(OrganiserView):
    """The sectors of the event, in its order."""

    @extend_schema(operation_id="sectors_list", responses={200: SECTORS})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return _sectors(self.event)

    @extend_schema(operation_id="sectors_add", request=SectorDataSerializer, responses={201: SECTORS})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add a sector at the end."""
        add_sector(event=self.event, by=self.person, **validated(SectorDataSerializer, request))
        return _sectors(self.event, 201)


class SectorView(OrganiserView):
    @extend_schema(operation_id="sectors_change", request=SectorDataSerializer, responses={200: SECTORS})
    def put(self, request: Request, slug: str, sector_id: int) -> Response:  # noqa: ARG002
        """Rename a sector, or set the constituency it counts for; its organisations stay in it."""
        values = validated(SectorDataSerializer, request)
        change_sector(event=self.event, sector_id=sector_id, by=self.person, now=timezone.now(), **values)
        return _sectors(self.event)

    @extend_schema(operation_id="sectors_remove", responses={204: None})
    def delete(self, request: Request, slug: str, sector_id: int) -> Response:  # noqa: ARG002
        """Remove a sector without organisations; 409 for the one for all others."""
        remove_sector(event=self.event, sector_id=sector_id, by=self.person)
        return Response(status=204)


class SectorMoveView(OrganiserView):
    @extend_schema(operation_id="sectors_move", request=UpOrDownSerializer, responses={200: SECTORS})
    def post(self, request: Request, slug: str, sector_id: int) -> Response:  # noqa: ARG002
        """Move a sector by one place."""
        up = validated(UpOrDownSerializer, request)["up"]
        move_sector(event=self.event, sector_id=sector_id, up=up, by=self.person)
        return _sectors(self.event)


class SectorMergeView(OrganiserView):
    @extend_schema(operation_id="sectors_merge", request=SectorMergeSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str, sector_id: int) -> Response:  # noqa: ARG002
        """Merge a sector into another; the number of organisations that moved."""
        into_id = validated(SectorMergeSerializer, request)["into"]
        count = merge_sectors(
            event=self.event, sector_id=sector_id, into_id=into_id, by=self.person, now=timezone.now()
        )
        return Response({"count": count})
