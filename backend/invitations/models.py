"""Invitations to an event by mail, and what its organisers decide about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person

MAX_VALID_DAYS = 60
MAX_REMINDERS = 2
MAX_REMINDER_DAYS = 90
BOUNCED = "bounced"  # the error of a mail that came back after it was sent


class InvitationRules(Numbered):
    """How an event invites; an event without a row has these defaults. Empty texts stand for Titian's own."""

    class Schedule(models.TextChoices):
        """What the days of the reminders are counted from."""

        NONE = "none", _("No reminders")
        AFTER = "after", _("Days after the invitation")
        BEFORE = "before", _("Days before the first day")

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="invitation_rules")
    subject = models.CharField(max_length=150, blank=True)
    text = models.TextField(blank=True)
    reminder_subject = models.CharField(max_length=150, blank=True)
    reminder_text = models.TextField(blank=True)
    # Of texts, by field and then by language code.
    translations = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    valid_days = models.PositiveSmallIntegerField(default=14)  # of a link
    schedule = models.CharField(max_length=6, choices=Schedule.choices, default=Schedule.NONE)
    first_reminder_days = models.PositiveSmallIntegerField(null=True)
    second_reminder_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_days__gte=1, valid_days__lte=MAX_VALID_DAYS), name="invitation_rules_days_sane"
            ),
            models.CheckConstraint(
                condition=Q(schedule__in=["none", "after", "before"]), name="invitation_rules_schedule_known"
            ),
        ]


class Invitation(Numbered):
    """One mail with a link that signs its reader in once; holds no address, no text and not the link.

    The link's token exists in the mail alone: it is made when the mail is sent, and its hash is kept.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        REMINDER = "reminder", _("Reminder")
        TEST = "test", _("Test")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused by the mail server")
        SKIPPED = "skipped", _("Not needed any more")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="invitations")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INVITATION)
    number = models.PositiveSmallIntegerField()  # the attendee's first, second, ... of this kind
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    queued_at = models.DateTimeField(db_index=True)
    address_hash = models.CharField(max_length=64)  # of the address it goes to
    token_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)  # of the link, since the mail was sent
    used_at = models.DateTimeField(null=True)  # by this link or a later one
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "kind", "number"], name="invitation_numbered_once"),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="invitation_token_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["invitation", "reminder", "test"]), name="invitation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "skipped"]), name="invitation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & (~Q(kind="reminder") | Q(number__lte=MAX_REMINDERS)),
                name="invitation_reminds_twice_at_most",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="invitation_was_tried",
            ),
        ]
