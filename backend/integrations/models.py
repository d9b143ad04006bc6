"""Sources: where people register and programmes are kept. Webhooks: addresses told of what changes."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class Source(Numbered):
    """A list of people or sessions on another server, read again and again.

    `token` is encrypted and shown to nobody.
    """

    class Kind(models.TextChoices):
        TABLE = "table", _("A table (CSV or Excel)")
        PRETIX = "pretix", _("A pretix shop")
        INDICO = "indico", _("Registrations in Indico")
        PRETALX = "pretalx", _("A programme in pretalx")
        INDICO_SESSIONS = "indico_sessions", _("A programme in Indico")
        PROGRAMME = "programme", _("A programme (iCalendar, schedule.xml, schedule.json or CSV)")

    OF_A_PROGRAMME = (Kind.PRETALX, Kind.INDICO_SESSIONS, Kind.PROGRAMME)

    class Schedule(models.TextChoices):
        OFF = "off", _("Only by hand")
        HOURLY = "hourly", _("Every hour")
        NIGHTLY = "nightly", _("Every night")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500)
    token = models.BinaryField(null=True, editable=False)
    columns = models.JSONField(default=dict, blank=True)  # by heading, as `column_key` has it
    products = models.JSONField(default=list, blank=True)  # numbers in pretix, of forms in Indico; empty: all
    minor_products = models.JSONField(default=list, blank=True)  # whose holders are minors
    takes_unpaid = models.BooleanField(default=False, db_default=False)  # in pretix and Indico: who has yet to pay
    schedule = models.CharField(max_length=8, choices=Schedule.choices, default=Schedule.OFF)
    tried_at = models.DateTimeField(null=True, editable=False)
    ran_at = models.DateTimeField(null=True, editable=False)  # the last time to its end
    error = models.CharField(max_length=300, blank=True, editable=False)  # of the last time, in one sentence
    result = models.JSONField(default=dict, blank=True, editable=False)  # of `ran_at`: how many of what

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="source_name_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(address=""), name="source_says_where"),
            models.CheckConstraint(
                condition=Q(kind__in=["table", "pretix", "indico", "pretalx", "indico_sessions", "programme"]),
                name="source_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(schedule__in=["off", "hourly", "nightly"]), name="source_schedule_known"
            ),
        ]

    @property
    def has_token(self) -> bool:
        return self.token is not None

    @property
    def is_programme(self) -> bool:
        return self.kind in self.OF_A_PROGRAMME


class ProgrammeEntry(Numbered):
    """An entry of a programme elsewhere, by its own id there, and its session; None once removed here.

    `said` has a keyed hash of each value as it was read last: the same again leaves what stands here.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="entries")
    session = models.OneToOneField(Session, null=True, on_delete=models.SET_NULL, related_name="entry")
    key = models.CharField(max_length=200)
    said = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="programme_entry_once"),
            models.CheckConstraint(condition=~Q(key=""), name="programme_entry_has_a_key"),
        ]


class Webhook(Numbered):
    """An address that is told what changes at an event (standardwebhooks.com); its secrets are encrypted."""

    class Type(models.TextChoices):
        """What it can be told of, as messages name it."""

        ATTENDEE_JOINED = "attendee.joined", _("Somebody joined, and is listed as an adult")
        MEETING_ACCEPTED = "meeting.accepted", _("A meeting was agreed")
        MEETING_MOVED = "meeting.moved", _("An agreed meeting has another time or table")
        MEETING_CANCELLED = "meeting.cancelled", _("An agreed meeting was cancelled")
        MEETING_HELD = "meeting.held", _("A meeting took place")
        FORUM_OPENED = "forum.opened", _("The forum was opened")
        FORUM_CLOSED = "forum.closed", _("The forum was closed")

    class State(models.TextChoices):
        ON = "on", _("On")
        OFF = "off", _("Off")
        GONE = "gone", _("Off: it answered that it is gone (410)")
        FAILING = "failing", _("Off: it failed for five days")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="webhooks")
    address = models.CharField(max_length=500)
    types = ArrayField(models.CharField(max_length=20))
    state = models.CharField(max_length=8, choices=State.choices, default=State.ON)
    secret = models.BinaryField(editable=False)
    former_secret = models.BinaryField(null=True, editable=False)  # signs, too, until it is ended
    failing_since = models.DateTimeField(null=True, editable=False)
    waits_until = models.DateTimeField(null=True, editable=False)  # as its server asked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "address"], name="webhook_address_once"),
            models.CheckConstraint(condition=~Q(address="") & ~Q(types=[]), name="webhook_says_what_and_where"),
            models.CheckConstraint(condition=Q(state__in=["on", "off", "gone", "failing"]), name="webhook_state_known"),
        ]

    @property
    def is_on(self) -> bool:
        return self.state == self.State.ON

    @property
    def has_former_secret(self) -> bool:
        return self.former_secret is not None


class WebhookDelivery(Numbered):
    """One message to one webhook: written by triggers in the transaction of the change, sent by the worker.

    It holds numbers and states; what is sent is made of them, and the policy asked, when it is sent.
    """

    TEST = "webhook.test"

    class State(models.TextChoices):
        QUEUED = "queued", _("Waits")
        SENT = "sent", _("Taken")
        FAILED = "failed", _("Given up")
        SKIPPED = "skipped", _("Not sent: somebody in it is shown to nobody now")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.UUIDField(db_default=RandomUUID())  # the same at each try, so that it counts once
    type = models.CharField(max_length=20)
    attendee = models.ForeignKey(Attendee, null=True, on_delete=models.CASCADE, related_name="webhook_deliveries")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.CASCADE, related_name="webhook_deliveries")
    created_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State.choices, db_default="queued")
    attempts = models.PositiveSmallIntegerField(db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, db_default="")  # the last: an HTTP status, or one word

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "skipped"]), name="webhook_delivery_state_known"
            )
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="queued"), name="webhook_delivery_due")]

    @property
    def header_id(self) -> str:
        return f"msg_{self.message_id.hex}"


# A row for each webhook that is on and wants to be told; in the transaction, whatever code changes the row.
_ANNOUNCE = """
    IF said IS NOT NULL THEN
        INSERT INTO integrations_webhookdelivery (webhook_id, type{column})
        SELECT hook.id, said{value} FROM integrations_webhook hook
        WHERE hook.event_id = NEW.{event} AND hook.state = 'on' AND said = ANY (hook.types){once};
    END IF;
    RETURN NULL;
"""
_NOT_TOLD = """ AND NOT EXISTS (
            SELECT FROM integrations_webhookdelivery told
            WHERE told.webhook_id = hook.id AND told.attendee_id = NEW.id AND told.state <> 'skipped'
        )"""


def _announcing(*columns: str, on_insert: bool, said: str, subject: str = "", once: str = "") -> pgtrigger.Trigger:
    """A trigger that tells webhooks what the SQL expression `said` names, where it names anything."""
    operation = pgtrigger.UpdateOf(*columns)  # type: ignore[no-untyped-call]
    text = _ANNOUNCE.format(
        column=f", {subject}" if subject else "",
        value=", NEW.id" if subject else "",
        event="event_id" if subject else "id",
        once=once,
    )
    return pgtrigger.Trigger(
        name="announce",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | operation if on_insert else operation,
        declare=[("said", f"text := {said}")],
        func=text,
    )


class AnnouncedAttendee(Attendee):
    """Whoever has joined, and is a listed adult, for the first time."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _announcing(
                "agreed_at", "age_class", "visibility",
                on_insert=True,
                said="""CASE WHEN NEW.agreed_at IS NOT NULL AND NEW.age_class = 'adult'
                    AND NEW.visibility = 'listed'
                    AND NOT coalesce(OLD.agreed_at IS NOT NULL AND OLD.age_class = 'adult'
                        AND OLD.visibility = 'listed', false) THEN 'attendee.joined' END""",
                subject="attendee_id",
                once=_NOT_TOLD,
            )
        ]  # fmt: skip


class AnnouncedMeeting(Meeting):
    """What is agreed, and what becomes of it; of kinds named here, so of no session in which minors sit."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _announcing(
                "state", "slot_id", "table_id",
                on_insert=True,
                said="""CASE
                    WHEN NEW.kind NOT IN ('one_to_one', 'office_hours') THEN NULL
                    WHEN NEW.state = 'accepted' AND OLD.state = 'accepted' THEN
                        CASE WHEN (NEW.slot_id, NEW.table_id) IS DISTINCT FROM (OLD.slot_id, OLD.table_id)
                            THEN 'meeting.moved' END
                    WHEN NEW.state = OLD.state THEN NULL
                    WHEN NEW.state IN ('accepted', 'cancelled', 'held') THEN 'meeting.' || NEW.state END""",
                subject="meeting_id",
            )
        ]  # fmt: skip


class AnnouncedEvent(Event):
    """The forum opened, by whichever state, and closed."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _announcing(
                "state",
                on_insert=False,
                said="""CASE
                    WHEN OLD.state IN ('draft', 'inviting') AND NEW.state IN ('open', 'live')
                        THEN 'forum.opened'
                    WHEN OLD.state IN ('open', 'live') AND NEW.state = 'closed' THEN 'forum.closed' END""",
            )
        ]
