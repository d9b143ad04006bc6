"""Meetings from the request to the attestations; constraints refuse double bookings."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.core.period import single_id_range
from backend.events.models import Attendee, Event, Slot, Table, Theme

MAX_TIMES = 3


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Filters for meetings. None of these decides who may see one: the contact policy does."""

    def of(self, attendee: Attendee) -> MeetingQuerySet:
        return self.filter(seats__attendee=attendee.pk)

    def requests(self) -> MeetingQuerySet:
        """Asked and not answered; some may be past their expiry, until the job has seen them."""
        return self.filter(state=Meeting.State.REQUESTED)

    def without_result(self) -> MeetingQuerySet:
        """Requests that led to no meeting: not answered, declined, withdrawn or expired."""
        return self.filter(state__in=Meeting.NEVER_CONFIRMED_STATES)

    def open_at(self, now: dt.datetime) -> MeetingQuerySet:
        """Requests that can still be answered."""
        return self.requests().filter(expires_at__gt=now)

    def to_come(self, now: dt.datetime) -> MeetingQuerySet:
        """Accepted and not over."""
        return self.filter(state=Meeting.State.ACCEPTED, period__endswith__gt=now)

    def answered(self) -> MeetingQuerySet:
        """Requests that a person accepted or declined; arranged meetings have no answer."""
        return self.filter(state__in=Meeting.ANSWERED_STATES, answered_at__gt=F("asked_at"))


class Meeting(models.Model):
    """A request to meet, and the meeting it became."""

    class Kind(models.TextChoices):
        ONE_TO_ONE = "one_to_one", _("One to one")
        GROUP = "group", _("Group")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Asked")
        ACCEPTED = "accepted", _("Agreed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Did not take place")
        DISPUTED = "disputed", _("The two reports differ")

    NEVER_CONFIRMED_STATES = (State.REQUESTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
    CONFIRMED_STATES = (State.ACCEPTED, State.HELD, State.NOT_HELD, State.DISPUTED)  # both seats are active
    EVER_CONFIRMED_STATES = (*CONFIRMED_STATES, State.CANCELLED)
    ANSWERED_STATES = (*EVER_CONFIRMED_STATES, State.DECLINED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ONE_TO_ONE)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    asker = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="meetings_asked")
    message = models.TextField(blank=True)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    any_time = models.BooleanField(default=False)
    is_online = models.BooleanField(default=False)
    needs_step_free = models.BooleanField(default=False)

    slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.RESTRICT, related_name="meetings")
    table = models.ForeignKey(
        Table, null=True, blank=True, on_delete=models.RESTRICT, related_name="meetings"
    )
    period = DateTimeRangeField(null=True, blank=True)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)  # raised by each change after the acceptance (RFC 5545)
    key = models.CharField(max_length=64, blank=True)  # idempotency key of the asker's client
    asked_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # or when it was withdrawn or ran out
    ended_by = models.ForeignKey(  # who declined, withdrew or cancelled; null where a rule did
        Attendee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["event", "state"], name="meeting_by_state"),
            models.Index(
                fields=["expires_at"], condition=Q(state="requested"), name="meeting_waiting_by_expiry"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="meeting_event_key"),
            models.UniqueConstraint(fields=["id", "kind"], name="meeting_kind_key"),
            models.UniqueConstraint(
                fields=["asker", "key"], condition=~Q(key=""), name="meeting_once_per_key"
            ),
            models.CheckConstraint(condition=Q(kind__in=["one_to_one", "group"]), name="meeting_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["requested", "declined", "withdrawn", "expired"],
                    slot__isnull=True,
                    table__isnull=True,
                    period__isnull=True,
                )
                | Q(
                    state__in=["accepted", "held", "not_held", "disputed", "cancelled"],
                    slot__isnull=False,
                    table__isnull=False,
                    period__isnull=False,
                ),
                name="meeting_has_a_place_once_accepted",
            ),
            ExclusionConstraint(
                name="meeting_one_per_table_at_a_time",
                expressions=[
                    (single_id_range("table"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["accepted", "held", "not_held", "disputed"], is_online=False),
            ),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"


class RequestedTime(models.Model):
    """One of up to three times a request offers; a request for any time has none."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="times")
    slot = models.ForeignKey(Slot, on_delete=models.RESTRICT, related_name="requested")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "slot"], name="requested_time_once"),
            models.UniqueConstraint(fields=["meeting", "position"], name="requested_time_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_TIMES), name="requested_times_at_most_three"
            ),
        ]

    def __str__(self) -> str:
        return f"requested time {self.pk}"


class Seat(models.Model):
    """An attendee's part in a meeting; two active seats of one attendee cannot overlap."""

    class Part(models.TextChoices):
        ASKER = "asker", _("Asked")
        INVITED = "invited", _("Invited")

    class Word(models.TextChoices):
        """The attendee's report on whether the meeting took place."""

        HELD = "held", _("It took place")
        NOT_HELD = "not_held", _("It did not take place")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(max_length=12, choices=Meeting.Kind.choices, default=Meeting.Kind.ONE_TO_ONE)
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="seats")
    part = models.CharField(max_length=8, choices=Part.choices)
    period = DateTimeRangeField(null=True, blank=True)
    is_active = models.BooleanField(default=False)
    word = models.CharField(max_length=8, choices=Word.choices, blank=True)
    usefulness = models.PositiveSmallIntegerField(null=True, blank=True)
    attested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["attendee_id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "attendee"], name="seat_once"),
            # With seat_once: two different attendees, one asker and one invited.
            models.UniqueConstraint(
                fields=["meeting", "part"], condition=Q(kind="one_to_one"), name="seat_one_to_one_has_two"
            ),
            models.CheckConstraint(condition=Q(part__in=["asker", "invited"]), name="seat_part_known"),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(period__isnull=False), name="seat_active_has_a_period"
            ),
            models.CheckConstraint(
                condition=Q(word="", attested_at__isnull=True)
                | Q(word__in=["held", "not_held"], attested_at__isnull=False),
                name="seat_word_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(usefulness__isnull=True) | Q(word="held", usefulness__gte=1, usefulness__lte=5),
                name="seat_usefulness_of_a_held_meeting",
            ),
            ExclusionConstraint(
                name="seat_one_per_attendee_at_a_time",
                expressions=[
                    (single_id_range("attendee"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk}"
