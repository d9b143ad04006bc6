"""Whose part in an event safeguarding leads have suspended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.people.models import Person


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def in_force(self) -> SuspensionQuerySet:
        """Those not lifted."""
        return self.filter(lifted_at=None)


class Suspension(Numbered):
    """A safeguarding lead closed everything of an event to an attendee, until a lead lifts it.

    Only safeguarding leads read it; to everybody else the attendee is hidden.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="suspensions")
    reason = models.TextField()
    suspended_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    suspended_at = models.DateTimeField()
    lifted_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee"], condition=Q(lifted_at=None), name="suspension_one_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_at__gte=models.F("suspended_at")),
                name="suspension_is_lifted_later",
            ),
        ]
