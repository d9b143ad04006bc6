"""Open slots of attendees, and an event's rules for requests."""

from __future__ import annotations

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
