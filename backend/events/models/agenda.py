"""When and where people can meet: sessions, slots and tables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from backend.core.local_names import local_name
from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme


class Session(models.Model):
    """An agenda item; the period is half-open."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    title = models.CharField(max_length=200)
    names = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `title`
    abstract = models.TextField(blank=True)
    room = models.CharField(max_length=80, blank=True)
    stream_url = models.URLField(blank=True)
    source_id = models.CharField(max_length=200, blank=True)  # its id in the file it was imported from
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="session_event_key"),
            models.UniqueConstraint(fields=["event", "title", "starts_at"], name="session_once"),
            models.UniqueConstraint(
                fields=["event", "source_id"], condition=~Q(source_id=""), name="session_source_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_name(self) -> str:
        return local_name(self.title, self.names)


class SessionPartQuerySet(models.QuerySet["SessionPart"]):
    def seen_by_others(self) -> SessionPartQuerySet:
        """Speakers are in the programme; a bookmark is its owner's, who may let others see it."""
        return self.filter(Q(part=SessionPart.Part.SPEAKING) | Q(attendee__shows_sessions=True))


class SessionPart(Numbered):
    """An attendee bookmarked a session of the same event, or speaks at it: busy then, either way."""

    class Part(models.TextChoices):
        BOOKMARKED = "bookmarked", _("Bookmarked")
        SPEAKING = "speaking", _("Speaking")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="session_parts")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=12, choices=Part.choices, default=Part.BOOKMARKED)

    objects = SessionPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "session"], name="session_part_once"),
            models.CheckConstraint(condition=Q(part__in=["bookmarked", "speaking"]), name="session_part_known"),
        ]


class Slot(Numbered):
    """A meeting time; the period is half-open. Slots of one event may overlap: people and tables may not."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "ends_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="slot_event_key"),
            models.UniqueConstraint(fields=["event", "starts_at", "ends_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
        ]


class Table(models.Model):
    """A place for one meeting at a time, or an online service with a room of its own for every meeting."""

    MEETING_MARK = "{meeting}"  # replaced in a room link by each meeting's own, unguessable mark

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="tables")
    label = models.CharField(max_length=60)
    place = models.CharField(max_length=200, blank=True)
    step_free = models.BooleanField(default=False)
    is_online = models.BooleanField(default=False)
    room_link = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="table_event_key"),
            models.UniqueConstraint(fields=["event", "id", "is_online"], name="table_kind_key"),
            models.UniqueConstraint(fields=["event", "label"], name="table_label_once"),
            models.CheckConstraint(condition=~Q(label=""), name="table_has_a_label"),
            models.CheckConstraint(
                condition=Q(is_online=False, room_link="")
                | Q(is_online=True, room_link__startswith="https://", room_link__contains="{meeting}"),
                name="table_online_has_a_room_for_each_meeting",
            ),
        ]

    def __str__(self) -> str:
        return self.label
