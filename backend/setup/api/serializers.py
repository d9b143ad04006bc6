"""What set-up operations take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.booking.selectors.closures import ClosureRow
from backend.core.api import BoundedIntegerField, BoundedListField, RowSerializer, TextField, id_field


class WindowSerializer(serializers.Serializer[Any]):
    opens = serializers.TimeField()
    closes = serializers.TimeField()


class SlotGridSerializer(serializers.Serializer[Any]):
    """Slots of one length on these days, within these hours of the event's zone."""

    days = BoundedListField(child=serializers.DateField(), max_length=60, not_empty=True)
    windows = BoundedListField(child=WindowSerializer(), max_length=20, not_empty=True)
    length_minutes = BoundedIntegerField(lowest=5, highest=480)
    break_minutes = BoundedIntegerField(lowest=0, highest=480, default=0)


class SlotIdsSerializer(serializers.Serializer[Any]):
    slots = BoundedListField(child=id_field(), max_length=500)


class TableDataSerializer(serializers.Serializer[Any]):
    label = TextField(max_length=60)  # type: ignore[assignment]
    place = TextField(max_length=200, allow_blank=True, default="")
    step_free = serializers.BooleanField(default=False)
    is_online = serializers.BooleanField(default=False)
    room_link = TextField(max_length=300, allow_blank=True, default="")


class TableSerializer(TableDataSerializer):
    table = serializers.IntegerField(source="pk", read_only=True)


class RulesSerializer(serializers.Serializer[Any]):
    open_requests = BoundedIntegerField(lowest=1, highest=100)
    expiry_hours = BoundedIntegerField(lowest=1, highest=720)
    proposal_hours = BoundedIntegerField(
        lowest=1, highest=720, required=False, help_text="How long organisers' proposals wait."
    )


class ClosureDataSerializer(serializers.Serializer[Any]):
    """A time to close; without a room, the whole venue."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    room = serializers.CharField(max_length=200, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ClosureSerializer(
    RowSerializer,
    row=ClosureRow,
    fields="closure starts_at ends_at room reason reopened_at moved cancelled restored waiting can_undo",
):
    """A closed time, and how many of its meetings moved, were cancelled, are back as before, or wait."""

    closure = serializers.IntegerField(source="closure.pk")
    starts_at = serializers.DateTimeField(source="closure.starts_at")
    ends_at = serializers.DateTimeField(source="closure.ends_at")
    room = serializers.CharField(source="closure.room")
    reason = serializers.CharField(source="closure.reason")
    reopened_at = serializers.DateTimeField(source="closure.reopened_at", allow_null=True)
