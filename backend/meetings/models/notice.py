"""What somebody is told of a meeting."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.events.models import Attendee, Event
from backend.meetings.models.meeting import Meeting


class Notice(models.Model):
    """One thing one attendee is told of one meeting: shown in the app, and sent by mail."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("You are asked to meet")
        CHANGED = "changed", _("A request was changed")
        ACCEPTED = "accepted", _("Your request was accepted")
        ARRANGED = "arranged", _("A meeting was arranged for you")
        MOVED = "moved", _("A meeting has another place")
        DECLINED = "declined", _("Your request was declined")
        WITHDRAWN = "withdrawn", _("A request was withdrawn")
        EXPIRED = "expired", _("A request expired")
        CANCELLED = "cancelled", _("A meeting was cancelled")
        TIME_TAKEN = "time_taken", _("A time you asked for was taken")
        REMINDER_HALF = "reminder_half", _("A request waits for your answer")
        REMINDER_DAY = "reminder_day", _("You meet tomorrow")
        REMINDER_SOON = "reminder_soon", _("You meet in a few minutes")
        ATTEST = "attest", _("Did the meeting take place?")

    ONCE = (Kind.REMINDER_HALF, Kind.REMINDER_DAY, Kind.REMINDER_SOON, Kind.ATTEST)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="notices")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    sequence = models.PositiveIntegerField(default=0)  # the meeting's, when this was said
    facts = models.JSONField(default=dict, blank=True)  # ids and times only: names are asked of the policy
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "attendee", "kind"],
                condition=Q(kind__in=["reminder_half", "reminder_day", "reminder_soon", "attest"]),
                name="notice_reminds_once",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
