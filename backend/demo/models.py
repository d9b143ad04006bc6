"""The demo's outbox."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class OutgoingMail(models.Model):
    """A mail that demo mode kept instead of sending."""

    sender = models.CharField(max_length=320)
    recipients = ArrayField(models.CharField(max_length=320))
    subject = models.TextField()
    body = models.TextField()
    source = models.BinaryField(default=b"")  # the whole message as it would have gone out (RFC 5322)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"mail {self.pk}"
