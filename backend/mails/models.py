"""What an event's organisers put on its mails, and test mails to themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.events.models import Attendee, Event


class MailTexts(models.Model):
    """Sender, opening and signature of an event's mails; an event without a row has empty ones.

    Empty texts stand for Titian's own, an empty name for the event's. Mails about reports and roles have none
    of this.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="mail_texts")
    sender_name = models.CharField(max_length=80, blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    opening = models.TextField(blank=True)
    signature = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"mail texts {self.pk}"


class MailTest(models.Model):
    """A made-up mail of one kind that an organiser sends to themselves."""

    class State(models.TextChoices):
        QUEUED = "queued", _("not sent yet")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused by the mail server")
        SKIPPED = "skipped", _("no longer needed")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="mail_test_was_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"mail test {self.pk}"
