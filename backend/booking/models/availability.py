"""Open slots of attendees, their own calendars that close some, and an event's rules for requests."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.core.models import Numbered
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class MeetingRules(Numbered):
    """An event's limits for requests and proposals; an event without a row has these defaults."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="meeting_rules")
    open_requests = models.PositiveSmallIntegerField(default=8)  # the most one attendee may have unanswered
    expiry_hours = models.PositiveSmallIntegerField(default=48)
    proposal_hours = models.PositiveSmallIntegerField(default=72)  # how long organisers' proposals wait

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(open_requests__gte=1, open_requests__lte=100), name="rules_open_requests_sane"
            ),
            models.CheckConstraint(condition=Q(expiry_hours__gte=1, expiry_hours__lte=720), name="rules_expiry_sane"),
            models.CheckConstraint(
                condition=Q(proposal_hours__gte=1, proposal_hours__lte=720), name="rules_proposal_hours_sane"
            ),
        ]


class Availability(Numbered):
    """A slot an attendee opened for requests, of the same event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="availability")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="availability")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attendee", "slot"], name="availability_once")]


class BusyCalendar(Numbered):
    """An attendee's own calendar on another server, and what is kept of it: which slots it says are busy.

    `busy` and `closed` have ids of slots: `closed` are those that it closed, and opens again. `address` is
    encrypted and shown to nobody; `error` is the code of the last refusal, empty where it was read.
    """

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="busy_calendar")
    address = models.BinaryField(editable=False)
    busy = ArrayField(models.BigIntegerField(), default=list)
    closed = ArrayField(models.BigIntegerField(), default=list)
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=40, blank=True)
