"""Serializers of meetings: request and response bodies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.api import BoundedListField, TextField, id_field
from backend.safeguarding.api import PublicProfileSerializer


class TimeSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(source="slot_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class PlaceSerializer(serializers.Serializer[Any]):
    """Where: a table, or online a link to a room that only this meeting has."""

    label = serializers.CharField()  # type: ignore[assignment]
    place = serializers.CharField()
    step_free = serializers.BooleanField()
    is_online = serializers.BooleanField()
    link = serializers.CharField()


class CounterOfferSerializer(serializers.Serializer[Any]):
    """Other times that one of the two offers instead: those still free for both."""

    by_me = serializers.BooleanField()
    times = TimeSerializer(many=True)


class QuestionSerializer(serializers.Serializer[Any]):
    """What the one who is asked to meet wants to know first."""

    text = serializers.CharField()
    answer = serializers.CharField(help_text="Empty while there is none.")


class FollowUpSerializer(serializers.Serializer[Any]):
    """What I noted after the meeting; nobody else reads it."""

    agreed = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    kept = serializers.BooleanField(allow_null=True, help_text="None: I have not said yet.")


class OpenOfficeHourSerializer(serializers.Serializer[Any]):
    office_hour = serializers.IntegerField(source="meeting_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class MeetingSerializer(serializers.Serializer[Any]):
    """A meeting as I may see it; `actions` are what I can do with it now."""

    meeting = serializers.IntegerField(source="meeting_id")
    uid = serializers.UUIDField()
    sequence = serializers.IntegerField()
    state = serializers.CharField()
    asked_by_me = serializers.BooleanField()
    by_organisers = serializers.BooleanField(
        help_text="The organisers proposed or arranged it; nobody asked, and the message is theirs."
    )
    other = PublicProfileSerializer()
    message = serializers.CharField()
    theme = serializers.CharField()
    any_time = serializers.BooleanField()
    is_online = serializers.BooleanField()
    needs_step_free = serializers.BooleanField()
    interpreter = serializers.CharField(help_text="Which interpreter we need, in words; empty where none.")
    times = TimeSerializer(many=True)
    counter_offer = CounterOfferSerializer(allow_null=True)
    question = QuestionSerializer(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    place = PlaceSerializer(allow_null=True)
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    reason = serializers.CharField()
    my_answer = serializers.CharField(help_text="To a proposal: yes, no, or nothing yet.")
    i_am_here = serializers.BooleanField(help_text="I said that I am at the table.")
    other_is_here = serializers.BooleanField()
    is_table_freed = serializers.BooleanField(
        help_text="Neither was there in time: others can have the table, until one of us says to be there."
    )
    my_word = serializers.CharField()
    my_usefulness = serializers.IntegerField(allow_null=True)
    actions = serializers.ListField(child=serializers.CharField())
    can_follow_up = serializers.BooleanField(help_text="We met, as far as is known.")
    follow_up = FollowUpSerializer(allow_null=True)
    my_assistant = serializers.CharField(
        allow_null=True,
        help_text="Who last answered or ended it for me; None: I did. Empty: not to be named.",
    )
    other_assistant = serializers.CharField(allow_null=True, help_text="The same of the other.")
    office_hours = OpenOfficeHourSerializer(
        many=True, help_text="My office hours with a place left that this request could be answered with."
    )


class MeetingRequestDataSerializer(serializers.Serializer[Any]):
    """What I ask for: up to three slots in the order I like them, or none for any time both are free."""

    slots = BoundedListField(child=id_field(), max_length=3, unique=True)
    message = TextField(max_length=1_000, allow_blank=True, default="")
    theme = TextField(max_length=60, allow_blank=True, default="")
    is_online = serializers.BooleanField(default=False)
    needs_step_free = serializers.BooleanField(default=False)


class MeetingRequestSerializer(MeetingRequestDataSerializer):
    other = id_field(help_text="The attendee I ask.")


class AcceptSerializer(serializers.Serializer[Any]):
    slot = id_field(required=False, allow_null=True, help_text="None: the first that is free.")


class OfferedTimesSerializer(serializers.Serializer[Any]):
    slots = BoundedListField(child=id_field(), max_length=3, not_empty=True, unique=True)


class OfferedTimeSerializer(serializers.Serializer[Any]):
    slot = id_field()


class CancelReasonSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=500, allow_blank=True, default="")


class NeededReasonSerializer(serializers.Serializer[Any]):
    """What a cancellation says; without a reason the service refuses it in a sentence of its own."""

    reason = TextField(max_length=500)


class MoveSerializer(serializers.Serializer[Any]):
    """Where an agreed meeting is to be; without a table its own, or the first that is free then."""

    slot = id_field()
    table = id_field(required=False, allow_null=True, default=None)


class QuestionTextSerializer(serializers.Serializer[Any]):
    """A question or its answer."""

    text = TextField(max_length=500)


class CellSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(source="slot_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    is_past = serializers.BooleanField()
    busy = serializers.CharField(help_text="session, meeting, or nothing")
    because = serializers.CharField()


class GridDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    cells = CellSerializer(many=True)


class SlotsChangeSerializer(serializers.Serializer[Any]):
    """Slots to open and slots to close; the rest stays as it is."""

    open = BoundedListField(child=id_field(), max_length=500, default=list)
    close = BoundedListField(child=id_field(), max_length=500, default=list)


class PeriodSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SlotSerializer(PeriodSerializer):
    slot = serializers.IntegerField(source="pk")
