"""Nudges, wishes to meet people without an open time, mails about times, and what a search reads."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from backend.core.models import Numbered, QueuedMail
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event, Topic


class Nudge(QueuedMail):
    """A mail that invites an attendee to take part: at most one a day in the event's zone."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "day"], name="nudge_once_a_day"),
            QueuedMail.was_tried("nudge_was_tried"),
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


class ProfileVisit(Numbered):
    """An attendee last read another's page at `seen_at`; for themself alone, and the latest twenty."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "other"], name="profile_visit_once_per_pair"),
            models.CheckConstraint(condition=~Q(attendee=models.F("other")), name="profile_visit_of_another"),
        ]


class TimesMail(QueuedMail):
    """A mail about an attendee's meeting times: at most one of each kind a day in the event's zone."""

    class Kind(models.TextChoices):
        WISHED = "wished", _("Somebody would like to meet you")
        OPENED = "opened", _("The organisers opened your times")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "kind", "day"], name="times_mail_once_a_day"),
            QueuedMail.was_tried("times_mail_was_tried"),
        ]

    def __str__(self) -> str:
        return f"times mail {self.pk}"


class SearchName(Numbered):
    """The keys by which one person, organisation, topic or session is found; null: still to be read.

    Triggers add the row and set `keys` to null whenever a name changes, whatever code changes it. Reading
    names is `services.read_names`. It holds no name that lists of the event would not show: of whoever is no
    adult the name to be called. Only rows that the contact policy lets through may be searched.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.OneToOneField(Attendee, null=True, on_delete=models.CASCADE, related_name="search_name")
    organisation = models.OneToOneField(Organisation, null=True, on_delete=models.CASCADE, related_name="search_name")
    topic = models.OneToOneField(Topic, null=True, on_delete=models.CASCADE, related_name="search_name")
    session = models.OneToOneField(Session, null=True, on_delete=models.CASCADE, related_name="search_name")
    keys = ArrayField(models.TextField(), null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["keys"], name="search_name_by_key"),
            models.Index(fields=["event"], condition=Q(keys=None), name="search_name_unread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    Q(attendee__isnull=False, organisation=None, topic=None, session=None)
                    | Q(attendee=None, organisation__isnull=False, topic=None, session=None)
                    | Q(attendee=None, organisation=None, topic__isnull=False, session=None)
                    | Q(attendee=None, organisation=None, topic=None, session__isnull=False)
                ),
                name="search_name_of_one_thing",
            )
        ]


class SearchText(Numbered):
    """What somebody seeks, offers or says of themselves as a centred unit vector; the words are not repeated.

    It stands for `field` where that text still has this hash. Only people whom matching may read have rows.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="search_texts")
    model = models.CharField(max_length=200)
    field = models.CharField(max_length=10)
    text_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=3, blank=True)  # as it was centred; empty where uncertain
    profile_changed_at = models.DateTimeField()
    vector = VectorField()

    class Meta:
        indexes = [models.Index(fields=["event", "id"], name="search_text_newest")]
        constraints = [
            models.UniqueConstraint(fields=["attendee", "field"], name="search_text_once"),
            models.CheckConstraint(condition=Q(field__in=["seeks", "offers", "about"]), name="search_text_field_known"),
        ]
