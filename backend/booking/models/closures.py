"""Times at which organisers close the venue or a room, and the meetings that moved or ended for it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event


class Closure(Numbered):
    """Nobody meets in [starts_at, ends_at): nowhere, or not in one room. Reopened, it no longer counts."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    room = models.CharField(max_length=200, blank=True)  # where tables stand, or one's label; empty: everywhere
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_ends_after_start")]


class DisplacedMeeting(Numbered):
    """A meeting that a closure moved or cancelled, and the slot and table it had before."""

    class Outcome(models.TextChoices):
        MOVED = "moved", _("Moved")
        CANCELLED = "cancelled", _("Cancelled")
        RESTORED = "restored", _("Back as before")

    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, related_name="displaced")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()  # the meeting's afterwards: a later change of it is kept
    outcome = models.CharField(max_length=10, choices=Outcome.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closure", "meeting"], name="displaced_once_by_a_closure"),
            models.CheckConstraint(
                condition=Q(outcome__in=["moved", "cancelled", "restored"]), name="displaced_outcome_known"
            ),
        ]
