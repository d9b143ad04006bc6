"""An edition of a forum, and the ties its people made there."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.people.models import Person


class Event(models.Model):
    """One edition of a forum; its zone is the canonical one for every time in it."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    venue = models.CharField(max_length=200, blank=True)
    meetings_per_person = models.PositiveSmallIntegerField(default=5)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-starts_on", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="event_ends_after_start"),
            models.CheckConstraint(condition=Q(meetings_per_person__lte=50), name="event_meetings_sane"),
            models.CheckConstraint(
                condition=~Q(previous=F("id")),
                name="event_not_its_own_previous",
                violation_error_message=_("An event cannot be its own previous edition."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> dt.tzinfo:
        return ZoneInfo(self.timezone)


class Tie(models.Model):
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

    def __str__(self) -> str:
        return f"tie {self.pk}"
