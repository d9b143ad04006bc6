"""What one side noted after a meeting: what was agreed, and by when to follow it up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee


class FollowUp(models.Model):
    """One side's own note of a meeting, which nobody else reads; organisers read counts alone.

    `kept` says whether what was to be done by `due_on` was done; null: not said yet.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="follow_ups")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="follow_ups")
    agreed = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True, blank=True)
    kept = models.BooleanField(null=True, blank=True)
    noted_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "attendee"], name="follow_up_once"),
            models.CheckConstraint(condition=~Q(agreed="", due_on=None), name="follow_up_says_something"),
            models.CheckConstraint(
                condition=Q(kept=None, answered_at=None)
                | Q(kept__isnull=False, answered_at__isnull=False, due_on__isnull=False),
                name="follow_up_answered_has_a_date",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(kept=None), name="follow_up_by_due_day")]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"
