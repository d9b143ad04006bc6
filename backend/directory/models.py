"""What organisers send to people who stand apart."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from backend.events.models import Attendee


class Nudge(models.Model):
    """A mail that invites somebody to take part: at most one a day in the event's zone."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "day"], name="nudge_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"nudge {self.pk}"
