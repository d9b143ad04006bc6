"""What two people decide of a forum's move, and which files came here."""

from __future__ import annotations

from django.db import models

from backend.core.models import Numbered
from backend.events.models.events import Event
from backend.people.models import Person


class Approval(Numbered):
    """A safeguarding lead agrees that an administrator exports or deletes their forum: once, within a day."""

    class Kind(models.TextChoices):
        EXPORT = "export", "export"
        DELETE = "delete", "delete"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    approved_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["export", "delete"]), name="approval_kind_known")
        ]


class Arrival(Numbered):
    """A file that was imported here: it is not imported twice, as it may hold who was erased since."""

    mark = models.CharField(max_length=32, unique=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    arrived_at = models.DateTimeField()
