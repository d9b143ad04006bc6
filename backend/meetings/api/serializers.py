"""Serializers of meetings: request and response bodies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.core.api import BoundedIntegerField, BoundedListField, TextField, id_field
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


class AttestationSerializer(serializers.Serializer[Any]):
    """Whether it took place and, if so, how useful it was: 1 to 5."""

    took_place = serializers.BooleanField()
    usefulness = BoundedIntegerField(lowest=1, highest=5, required=False, allow_null=True, default=None)


class QuestionTextSerializer(serializers.Serializer[Any]):
    """A question or its answer."""

    text = TextField(max_length=500)


class FollowUpDataSerializer(serializers.Serializer[Any]):
    """What we agreed, in one line, and the day to follow it up; with neither the note goes."""

    agreed = TextField(max_length=300, allow_blank=True, default="")
    due_on = serializers.DateField(allow_null=True, default=None)


class FollowUpKeptSerializer(serializers.Serializer[Any]):
    kept = serializers.BooleanField()


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


class AgendaItemSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    title = serializers.CharField()
    room = serializers.CharField()
    stream_url = serializers.CharField()
    session = serializers.IntegerField(source="session_id", allow_null=True)
    is_speaking = serializers.BooleanField()
    meeting = MeetingSerializer(allow_null=True)
    office_hour = serializers.IntegerField(
        source="office_hour.meeting_id",
        default=None,
        allow_null=True,
        help_text="One I am in.",
    )


class AgendaDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    items = AgendaItemSerializer(many=True)


class AgendaNowSerializer(serializers.Serializer[Any]):
    current = AgendaItemSerializer(many=True)
    following = AgendaItemSerializer(allow_null=True)


class SessionSerializer(serializers.Serializer[Any]):
    """A session of the forum; `part` is bookmarked, speaking, or nothing."""

    session = serializers.IntegerField(source="session_id")
    title = serializers.CharField()
    abstract = serializers.CharField()
    room = serializers.CharField()
    stream_url = serializers.CharField()
    theme = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    part = serializers.CharField()
    meeting = serializers.IntegerField(
        source="meeting.meeting_id", default=None, allow_null=True, help_text="One I agreed to during it."
    )
    times = serializers.IntegerField(help_text="My open times that it takes, or would take.")
    speakers = PublicProfileSerializer(many=True)


class SessionDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    sessions = SessionSerializer(many=True)


class MeetingListsSerializer(serializers.Serializer[Any]):
    to_answer = MeetingSerializer(many=True)
    sent = MeetingSerializer(many=True)
    agreed = MeetingSerializer(many=True)


class NoticeSerializer(serializers.Serializer[Any]):
    notice = serializers.IntegerField(source="notice_id")
    kind = serializers.CharField()
    facts = serializers.DictField(child=serializers.JSONField())
    created_at = serializers.DateTimeField()
    is_read = serializers.BooleanField()
    meeting = MeetingSerializer(allow_null=True, help_text="None: one I may no longer see is off.")
    office_hour = serializers.IntegerField(
        source="office_hour.meeting_id", default=None, allow_null=True, help_text="What it is about, instead."
    )


class PeriodSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SlotSerializer(PeriodSerializer):
    slot = serializers.IntegerField(source="pk")


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


class OverviewSerializer(serializers.Serializer[Any]):
    """The figures of this moment."""

    people = serializers.IntegerField()
    people_joined = serializers.IntegerField()
    people_with_open_slots = serializers.IntegerField()
    people_without_meeting = serializers.IntegerField()
    waiting = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    expired = serializers.IntegerField()
    proposed = serializers.IntegerField(help_text="By the organisers, and open.")
    not_agreed = serializers.IntegerField(help_text="Proposals of which nothing came.")
    cancelled = serializers.IntegerField()
    held = serializers.IntegerField()
    held_by_one = serializers.IntegerField()
    not_held = serializers.IntegerField()
    not_held_by_one = serializers.IntegerField()
    disputed = serializers.ListField(child=serializers.IntegerField())
    answer_hours = serializers.FloatField(allow_null=True)
    mails_waiting = serializers.IntegerField()
    mails_in_trouble = serializers.IntegerField(help_text="Refused for good, or stuck.")
    follow_ups = serializers.IntegerField(allow_null=True, help_text="With a day; null: fewer than five.")
    follow_ups_kept = serializers.IntegerField(
        allow_null=True, help_text="Null: fewer than five, or fewer than five that are not."
    )
    office_hours = serializers.IntegerField(help_text="To come and over; in no other figure.")
    office_hour_guests = serializers.IntegerField()


class DeliverySerializer(serializers.Serializer[Any]):
    """One mail that waits after a failure, was not tried for ten minutes, or failed permanently."""

    notice = serializers.IntegerField(source="notice_id")
    attendee = serializers.IntegerField(source="attendee_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField(help_text="An SMTP code, or a word such as timeout or no_server.")
    tried_at = serializers.DateTimeField(allow_null=True)


class DeliveryFiguresSerializer(serializers.Serializer[Any]):
    queued = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    in_trouble = DeliverySerializer(many=True)


class ResendSerializer(serializers.Serializer[Any]):
    notice = id_field(
        required=False, help_text="The mail of this notice; without it, all that were given up."
    )


class DisputeSideSerializer(serializers.Serializer[Any]):
    attendee = serializers.IntegerField(source="attendee_id")
    name = serializers.CharField(help_text="Of a minor the first name only.")
    organisation = serializers.CharField()
    word = serializers.CharField(help_text="held, not_held, or nothing.")


class DisputeSerializer(serializers.Serializer[Any]):
    """One meeting, and what each of the two reported of it; the asker comes first."""

    meeting = serializers.IntegerField(source="meeting_id")
    is_disputed = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    table = serializers.CharField()
    sides = DisputeSideSerializer(many=True)


class FeedSerializer(serializers.Serializer[dict[str, str]]):
    """A secret address that gives read access to the calendar."""

    address = serializers.URLField()
    subscription = serializers.CharField(help_text="The same as a link that opens a calendar program.")


class ProgrammeSessionSerializer(serializers.Serializer[Any]):
    """A session as organisers edit it; `theme` is the key of a theme of the event, or empty."""

    session = serializers.IntegerField(source="pk", read_only=True)
    title = TextField(max_length=200)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    theme = TextField(max_length=60, allow_blank=True, default="", source="theme_key")
    room = TextField(max_length=80, allow_blank=True, default="")
    abstract = TextField(max_length=10_000, allow_blank=True, default="")
    stream_url = TextField(max_length=200, allow_blank=True, default="")


class ProgrammeFileSerializer(serializers.Serializer[Any]):
    """A programme as the text of its file: CSV, iCalendar, or schedule.json."""

    content = TextField(max_length=2_000_000, trim_whitespace=False)
    remove_missing = serializers.BooleanField(
        default=False, help_text="Also remove sessions not in the file."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only tell what it would change.")


class RefusedEntrySerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="The line of a CSV file, else the number of the entry.")
    title = serializers.CharField(source="what")
    reason = serializers.CharField()


class ProgrammeChangesSerializer(serializers.Serializer[Any]):
    """What a file changes: titles of sessions, and the entries that are none."""

    added = serializers.ListField(child=serializers.CharField())
    moved = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    unchanged = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    refused = RefusedEntrySerializer(many=True)


class ClosureDataSerializer(serializers.Serializer[Any]):
    """A time to close; without a room, the whole venue."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    room = serializers.CharField(max_length=200, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ClosureSerializer(serializers.Serializer[Any]):
    """A closed time, and how many of its meetings moved, were cancelled, are back as before, or wait."""

    closure = serializers.IntegerField(source="closure.pk")
    starts_at = serializers.DateTimeField(source="closure.starts_at")
    ends_at = serializers.DateTimeField(source="closure.ends_at")
    room = serializers.CharField(source="closure.room")
    reason = serializers.CharField(source="closure.reason")
    reopened_at = serializers.DateTimeField(source="closure.reopened_at", allow_null=True)
    moved = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    restored = serializers.IntegerField()
    waiting = serializers.IntegerField()
    can_undo = serializers.BooleanField()
