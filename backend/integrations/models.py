"""Sources: where the people of an event register, and where its programme is kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.core.models import Numbered
from backend.events.models.agenda import Session
from backend.events.models.events import Event


class Source(Numbered):
    """A list of people or sessions on another server, read again and again.

    `token` is encrypted and shown to nobody.
    """

    class Kind(models.TextChoices):
        TABLE = "table", _("A table (CSV or Excel)")
        PRETIX = "pretix", _("A pretix shop")
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
    products = models.JSONField(default=list, blank=True)  # numbers in pretix; empty: all
    minor_products = models.JSONField(default=list, blank=True)  # whose holders are minors
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
                condition=Q(kind__in=["table", "pretix", "pretalx", "indico_sessions", "programme"]),
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
