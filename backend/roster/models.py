"""What an event's organisers chose for the columns of its lists."""

from __future__ import annotations

from django.db import models

from backend.core.models import Numbered
from backend.events.models.events import Event


class ColumnChoice(Numbered):
    """How a column of the event's lists is read, where somebody chose it; without a `column` it is left out.

    `heading` is the heading under `column_key`.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="column_choices")
    heading = models.CharField(max_length=120)
    column = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "heading"], name="column_choice_once"),
            models.CheckConstraint(condition=~models.Q(heading=""), name="column_choice_has_heading"),
        ]
