"""What became of the mail that carries a notice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.meetings.models.notice import Notice


class Delivery(models.Model):
    """The mail of one notice, from the moment it was to be sent; holds no address, no word of the server."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused for good")
        SKIPPED = "skipped", _("Overtaken, not sent")  # or no longer allowed: nobody is told which

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="delivery")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "skipped"]), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="delivery_was_tried",
            ),
        ]
        indexes = [
            models.Index(fields=["notice"], condition=Q(state="queued"), name="delivery_queued"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
