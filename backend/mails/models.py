"""What an event's organisers put on its mails, and test mails to themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Value

from backend.core.models import Numbered, QueuedMail
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class MailTexts(Numbered):
    """Sender, opening and signature of an event's mails; an event without a row has empty ones.

    Empty texts stand for Titian's own, an empty name for the event's. Mails about reports and roles have none
    of this.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="mail_texts")
    sender_name = models.CharField(max_length=80, blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    opening = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    # Of texts, by field and then by language code.
    translations = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)


class MailTest(QueuedMail):
    """A made-up mail of one kind that an organiser sends to themselves."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)

    class Meta:
        constraints = [QueuedMail.was_tried("mail_test_was_tried")]

    def __str__(self) -> str:
        return f"mail test {self.pk}"
