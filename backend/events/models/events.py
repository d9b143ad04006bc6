"""Editions of a forum with their themes and topics, and who met at one."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from backend.core.local_names import local_name
from backend.core.models import Numbered
from backend.people.models import Person

MAX_RETENTION_DAYS = 3650


class Event(models.Model):
    """One edition of a forum; its zone is the canonical one for every time in it.

    What its state allows is in `rules.states`: participants come in from `inviting` on.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        INVITING = "inviting", _("Inviting")
        OPEN = "open", _("Open")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        ARCHIVED = "archived", _("Archived")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    names = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `name`
    timezone = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    venue = models.CharField(max_length=200, blank=True)
    meetings_per_person = models.PositiveSmallIntegerField(default=5)
    interpreters = models.BooleanField(default=False)
    # Its people agreed, when they registered, to be shown to each other before they join.
    shows_unjoined = models.BooleanField(default=False)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)  # it is held in
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The forum that this copy with made-up people rehearses.
    rehearsal_of = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="rehearsal"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Days after its last day; of whoever is no known adult 30 at most.
    retention_days = models.PositiveSmallIntegerField(default=180)
    # Its share of the installation, which administrators set: `setup.services.quotas`.
    max_people = models.PositiveIntegerField(default=20_000, db_default=20_000)
    max_mails_a_day = models.PositiveIntegerField(default=50_000, db_default=50_000)
    max_pictures = models.PositiveIntegerField(default=20_000, db_default=20_000)
    max_picture_mb = models.PositiveIntegerField(default=1_000, db_default=1_000)

    class Meta:
        ordering = ["-starts_on", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "inviting", "open", "live", "closed", "archived"]),
                name="event_state_known",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="event_ends_after_start"),
            models.CheckConstraint(condition=Q(meetings_per_person__lte=50), name="event_meetings_sane"),
            models.CheckConstraint(
                condition=Q(retention_days__gte=1, retention_days__lte=MAX_RETENTION_DAYS), name="event_retention_sane"
            ),
            models.CheckConstraint(
                condition=~Q(previous=F("id")),
                name="event_not_its_own_previous",
                violation_error_message=_("An event cannot be its own previous edition."),
            ),
            models.CheckConstraint(condition=~Q(rehearsal_of=F("id")), name="event_not_its_own_rehearsal"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        return local_name(self.name, self.names)

    @property
    def zone(self) -> dt.tzinfo:
        return ZoneInfo(self.timezone)

    @property
    def is_rehearsal(self) -> bool:
        return self.rehearsal_of_id is not None

    @property
    def sends_mail(self) -> bool:
        """Whether a mail about this event may leave: of a rehearsal none does."""
        return not self.is_rehearsal


class Tie(Numbered):
    """Two people met at an earlier edition; the pair is stored once, lower id first."""

    edition = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="ties")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    met_on = models.DateField()
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "first", "second"], name="tie_once_per_edition"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="tie_lower_id_first"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="tie_weight_positive"),
        ]


class Theme(models.Model):
    """One of an event's themes, in the order the programme gives them."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="themes")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    names = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `name`
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="theme_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="theme_event_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        return local_name(self.name, self.names)


class Topic(models.Model):
    """A subject under a theme that attendees seek or offer."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="topics")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="topics")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    names = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `name`
    description = models.CharField(max_length=300, blank=True)
    descriptions = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `description`
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="topic_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="topic_event_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        return local_name(self.name, self.names)

    @property
    def local_description(self) -> str:
        """In the language being read; the first one only beside the first name."""
        return local_name(self.description if self.local_name == self.name else "", self.descriptions)
