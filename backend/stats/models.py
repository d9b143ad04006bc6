"""Releases: what of an event's figures has left the desk, and what stays withheld for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.core.spreadsheets import Worksheet
from backend.events.models.events import Event


class Release(models.Model):
    """The figures of an event as they left its desk.

    Every file, printed page and answer of the API is made of the latest one.

    `content`: worksheets and headlines. `record`: all counts it was made of, how they add up, and which were
    shown or withheld; it never leaves. `checked_on`: the last day on which a newer one was tried.
    """

    class Phase(models.TextChoices):
        RUNNING = "running", "the forum runs"
        OVER = "over", "the forum is over, and its reports come in"
        FINAL = "final", "its reports are in"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    phase = models.CharField(max_length=7, choices=Phase.choices)
    made_at = models.DateTimeField()
    checked_on = models.DateField()
    content = models.JSONField()
    record = models.JSONField()

    class Meta:
        ordering = ["event", "number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="release_number_once"),
            models.CheckConstraint(condition=Q(phase__in=["running", "over", "final"]), name="release_phase_known"),
        ]

    def __str__(self) -> str:
        return f"release {self.number} of event {self.event_id}"

    @property
    def worksheets(self) -> tuple[Worksheet, ...]:
        """The tables, in the order of the workbook."""
        return tuple(
            Worksheet(one["name"], tuple(one["columns"]), tuple(tuple(row) for row in one["rows"]))
            for one in self.content["worksheets"]
        )
