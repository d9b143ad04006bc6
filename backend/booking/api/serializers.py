"""Serializers of meetings: request and response bodies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.booking.selectors.availability import SlotCell, SlotChoice
from backend.booking.selectors.meetings import FollowUpRow, MeetingRow, OpenOfficeHour, QuestionRow
from backend.booking.selectors.places import Place
from backend.core.api import BoundedListField, RowSerializer, TextField, id_field
from backend.safeguarding.api import PublicProfileSerializer


class TimeSerializer(RowSerializer, row=SlotChoice, fields="slot starts_at ends_at"): ...


class PlaceSerializer(RowSerializer, row=Place, fields="label place step_free is_online link"):
    """Where: a table, or a room of this meeting alone; its `link` is there from ten minutes before."""


class CounterOfferSerializer(serializers.Serializer[Any]):
    """Other times that one of the two offers instead: those still free for both."""

    by_me = serializers.BooleanField()
    times = TimeSerializer(many=True)


class QuestionSerializer(RowSerializer, row=QuestionRow, fields="text answer"):
    """What the one who is asked to meet wants to know first."""

    help_texts = {"answer": "Empty while there is none."}


class FollowUpSerializer(RowSerializer, row=FollowUpRow, fields="agreed due_on kept"):
    """What I noted after the meeting; nobody else reads it."""

    help_texts = {"kept": "None: I have not said yet."}


class OpenOfficeHourSerializer(RowSerializer, row=OpenOfficeHour, fields="office_hour starts_at ends_at"):
    office_hour = serializers.IntegerField(source="meeting_id")


class MeetingSerializer(
    RowSerializer,
    row=MeetingRow,
    fields="meeting uid sequence state asked_by_me by_organisers other message theme any_time is_online "
    "needs_step_free interpreter times counter_offer question starts_at ends_at place asked_at "
    "expires_at reason my_answer i_am_here other_is_here is_table_freed my_word my_usefulness "
    "actions can_follow_up follow_up my_assistant other_assistant office_hours",
):
    """A meeting as I may see it; `actions` are what I can do with it now."""

    help_texts = {
        "by_organisers": "The organisers proposed or arranged it; nobody asked, and the message is theirs.",
        "interpreter": "Which interpreter or translating device we need, in words; empty where none.",
        "my_answer": "To a proposal: yes, no, or nothing yet.",
        "i_am_here": "I said that I am at the table.",
        "is_table_freed": "Neither was there in time: others can have the table, until one of us says to be there.",
        "can_follow_up": "We met, as far as is known.",
        "my_assistant": "Who last answered or ended it for me; None: I did. Empty: not to be named.",
        "other_assistant": "The same of the other.",
    }
    other = PublicProfileSerializer()
    times = TimeSerializer(many=True)
    counter_offer = CounterOfferSerializer(allow_null=True)
    question = QuestionSerializer(allow_null=True)
    place = PlaceSerializer(allow_null=True)
    follow_up = FollowUpSerializer(allow_null=True)
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


class CellSerializer(RowSerializer, row=SlotCell, fields="slot starts_at ends_at is_open is_past busy because"):
    help_texts = {"busy": "session, meeting, or nothing"}


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
