"""Nudges to people who need help, wishes to meet people without an open time, and mails about times."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.events.models import Attendee, Event


class Nudge(models.Model):
    """A mail that invites an attendee to take part: at most one a day in the event's zone."""

    class State(models.TextChoices):
        QUEUED = "queued", _("not sent yet")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused by the mail server")
        SKIPPED = "skipped", _("no longer needed")  # a meeting or a profile came first

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "day"], name="nudge_once_a_day"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="nudge_was_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"nudge {self.pk}"


class WishToMeet(models.Model):
    """One attendee would like to meet another who has no open time: it blocks nothing, and once is enough."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    asker = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="wishes_to_meet")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "other"], name="wish_once_per_pair"),
            models.CheckConstraint(condition=~Q(asker=models.F("other")), name="wish_for_another"),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk}"


class TimesMail(models.Model):
    """A mail about an attendee's meeting times: at most one of each kind a day in the event's zone."""

    class Kind(models.TextChoices):
        WISHED = "wished", _("Somebody would like to meet you")
        OPENED = "opened", _("The organisers opened your times")

    class State(models.TextChoices):
        QUEUED = "queued", _("not sent yet")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused by the mail server")
        SKIPPED = "skipped", _("no longer needed")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    day = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "kind", "day"], name="times_mail_once_a_day"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="times_mail_was_tried",
            ),
        ]

    def __str__(self) -> str:
        return f"times mail {self.pk}"
