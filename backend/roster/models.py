"""What organisers chose for the columns of lists; whom a source names, and whom none brings back."""

from __future__ import annotations

from django.db import models

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
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


class Registration(Numbered):
    """That a row of a source names this attendee, and what it said last: as keyed hashes, no text.

    `key` is of the row's own number; null once that row names somebody else.
    """

    source = models.ForeignKey("integrations.Source", on_delete=models.CASCADE, related_name="registrations")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="registrations")
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unique where there is one
    said = models.JSONField(default=dict)  # by column

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="registration_once_per_row"),
            models.CheckConstraint(
                condition=models.Q(key=None) | models.Q(key__regex="^[0-9a-f]{64}$"), name="registration_key_is_a_hash"
            ),
        ]


class Departure(Numbered):
    """That whoever had this address, or this row of a source, left the event: no source brings them back.

    `key` is a keyed hash; it goes with the event's time of keeping.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="departure_once"),
            models.CheckConstraint(condition=models.Q(key__regex="^[0-9a-f]{64}$"), name="departure_key_is_a_hash"),
        ]
