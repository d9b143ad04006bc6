"""Notices about meetings, and the mails that carry them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class Notice(Numbered):
    """One message to one attendee about one meeting: shown in the app, and sent by mail.

    Of a roundtable that was declined there is no meeting: `facts` has its `rounds`.
    """

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("You are asked to meet")
        PROPOSED = "proposed", _("The organisers propose a meeting")
        CHANGED = "changed", _("A request was changed")
        ACCEPTED = "accepted", _("Your request was accepted")
        ARRANGED = "arranged", _("A meeting was arranged for you")
        MOVED = "moved", _("A meeting has another time or place")
        DECLINED = "declined", _("Your request was declined")
        WITHDRAWN = "withdrawn", _("A request was withdrawn")
        EXPIRED = "expired", _("A request expired")
        CANCELLED = "cancelled", _("A meeting was cancelled")
        TIME_TAKEN = "time_taken", _("A time you asked for was taken")
        TIME_FREED = "time_freed", _("A time you waited for fell free")
        COUNTERED = "countered", _("Other times are offered")
        COUNTER_REFUSED = "counter_refused", _("The other times do not suit")
        QUESTION = "question", _("A question about your request")
        REPLY = "reply", _("Your question is answered")
        REMINDER_HALF = "reminder_half", _("A request waits for your answer")
        REMINDER_DAY = "reminder_day", _("You meet tomorrow")
        REMINDER_SOON = "reminder_soon", _("You meet in a few minutes")
        TABLE_FREED = "table_freed", _("Your table was given free")
        ATTEST = "attest", _("Did the meeting take place?")
        CONTACT_OFFERED = "contact_offered", _("Somebody would like to stay in touch")
        CONNECTED = "connected", _("You are connected")
        FOLLOW_UP = "follow_up", _("A follow-up is due")
        OFFICE_HOUR = "office_hour", _("You are invited to an office hour")
        OFFICE_LEFT = "office_left", _("A guest does not come to your office hour")
        ROUNDS_PROPOSED = "rounds_proposed", _("The organisers propose you a place at tables")
        ROUNDTABLE_OPEN = "roundtable_open", _("Your roundtable is open")
        ROUNDTABLE_DECLINED = "roundtable_declined", _("Your roundtable was declined")

    ONCE = (
        Kind.REMINDER_HALF,
        Kind.REMINDER_DAY,
        Kind.REMINDER_SOON,
        Kind.ATTEST,
        Kind.CONTACT_OFFERED,
        Kind.CONNECTED,
        Kind.FOLLOW_UP,
    )

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="notices")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    sequence = models.PositiveIntegerField(default=0)  # the meeting's, when this was written
    facts = models.JSONField(default=dict, blank=True)  # ids and times only: names are asked of the policy
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "attendee", "kind"],
                condition=Q(
                    kind__in=[
                        "reminder_half",
                        "reminder_day",
                        "reminder_soon",
                        "attest",
                        "contact_offered",
                        "connected",
                        "follow_up",
                    ]
                ),
                name="notice_reminds_once",
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=False) | Q(kind="roundtable_declined"), name="notice_has_a_meeting"
            ),
        ]


class Delivery(Numbered):
    """The mail of one notice and its state; holds no address and no text of the mail server."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused for good")
        SKIPPED = "skipped", _("Overtaken, not sent")  # or no longer allowed; the state does not say which

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="delivery")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    due_at = models.DateTimeField(default=timezone.now)  # later than its notice in the reader's quiet hours
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
        indexes = [models.Index(fields=["notice"], condition=Q(state="queued"), name="delivery_queued")]
