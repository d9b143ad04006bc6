"""What rows and mails of a queue have; acts of organisers and leads that change no traced row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Numbered(models.Model):
    """A row that is called by its kind and number: in logs, no name or address of a person stands."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        concrete = self._meta.concrete_model or type(self)
        return f"{concrete._meta.verbose_name} {self.pk}"


class Act(Numbered):
    """Something done to an event that changes no traced row.

    A file was downloaded, lists were rebuilt or their weights chosen, the forum was opened, an organiser or
    safeguarding lead was proposed or refused, invitations were sent, times were opened for people, two groups
    were parted or let meet again, two entries of one person were made one, a source was read, a webhook was
    added, changed, switched or deleted, the limits of the forum were set.
    """

    class Kind(models.TextChoices):
        DOWNLOADED = "took", "took a file away"
        REBUILD_REQUESTED = "ordered", "ordered new lists"
        WEIGHTS_RESET = "reset", "reset the learned weights"
        LEARNING_REQUESTED = "learn_now", "had weights learned at once"
        LEARNING_ON = "learn_on", "had weights learned every night"
        LEARNING_OFF = "learn_off", "stopped learning weights every night"
        OPENED = "opened", "opened the forum"
        STATE_CHANGED = "state", "changed the state of the forum"
        STARTED = "started", "started the forum"
        INVITED = "invited", "sent invitations"
        TIMES_OPENED = "times", "opened meeting times for people"
        PARTED = "parted", "parted two groups"
        REJOINED = "rejoined", "let two groups meet again"
        ROLE_PROPOSED = "proposed", "proposed an organiser or lead"
        ROLE_REFUSED = "refused", "refused a proposed organiser or lead"
        MERGED = "merged", "made two entries of one person one"
        SYNCED = "synced", "read a source of people"
        WEBHOOK = "webhook", "added or changed a webhook"
        QUOTA_SET = "quota", "set the limits of the forum"

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = models.CharField(max_length=120, blank=True)
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["event", "done_at"], name="act_of_event")]


class UseCount(models.Model):
    """How often something was done within a time; the key is a keyed hash, and names nobody.

    The table is not logged: after a crash of the database the counts begin anew.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} uses"


class MailDay(models.Model):
    """How many mails of an event that may wait for the next day have left on its newest day, by its own clock."""

    event = models.OneToOneField("events.Event", primary_key=True, on_delete=models.CASCADE, related_name="mail_day")
    day = models.DateField()
    sent = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.sent} mails of event {self.event_id} on {self.day}"


class StepFailure(models.Model):
    """On how many rows a step of a job has failed, ever, and when last; it names none of them."""

    step = models.CharField(max_length=80, primary_key=True)
    failed = models.PositiveBigIntegerField()
    failed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.step}: {self.failed} failed"


class AbandonedJob(models.Model):
    """How often, with no day between, a job was unfinished when its worker ended.

    Counted under its queueing lock, as another with the same does the same. `job` is set once it is given up:
    it then waits for an administrator, and keeps others with its queueing lock from being queued.
    """

    key = models.CharField(max_length=200, primary_key=True)  # the queueing lock, or which job
    times = models.PositiveSmallIntegerField()
    abandoned_at = models.DateTimeField()
    job = models.BigIntegerField(null=True, unique=True)  # of procrastinate
    lock = models.TextField(null=True)  # noqa: DJ001 - as procrastinate has it: what it holds once it is tried

    def __str__(self) -> str:
        return f"{self.key}: {self.times} times"


class QueuedMail(models.Model):
    """A mail that waits, and what came of it; holds no address and no text of the mail server."""

    class State(models.TextChoices):
        QUEUED = "queued", _("not sent yet")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused by the mail server")
        SKIPPED = "skipped", _("no longer needed")

    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=16, blank=True)  # of the last attempt: an SMTP code, or one word
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def was_tried(name: str) -> models.CheckConstraint:
        """The constraint that what was sent or refused was tried, and when."""
        tried = ~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False)
        return models.CheckConstraint(condition=tried, name=name)
