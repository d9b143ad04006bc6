"""What an attendee has of their agenda elsewhere: a calendar's secret address, and mails about changes."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.core.models import Numbered, QueuedMail
from backend.events.models.attendees import Attendee


class CalendarFeed(Numbered):
    """One address of an attendee's calendar; at most one is open at a time.

    The address is `key` signed with the server's secret, so that the table alone opens no calendar. `etag`
    is the hash of the calendar as last read, `changed_at` when it was first read with that hash.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="calendar_feeds")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one_open"
            )
        ]


class SessionMail(QueuedMail):
    """A mail about changed sessions in somebody's agenda.

    `before` has, by the session's id, what its reader knew of it: title, room, and when. What is said is how
    the sessions differ from that once the mail is sent, so a later change is in the same mail while it waits.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [QueuedMail.was_tried("session_mail_was_tried")]

    def __str__(self) -> str:
        return f"session mail {self.pk}"
