"""Two entries of one event's list that are one person, made one."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person

MERGE_LIFE = dt.timedelta(days=14)  # in which both addresses say yes


class MergeQuerySet(models.QuerySet["Merge"]):
    def waiting(self, now: dt.datetime) -> MergeQuerySet:
        """Those that wait for a yes of one of the two addresses, or of both."""
        return self.filter(done_at=None, ended_at=None, proposed_at__gt=now - MERGE_LIFE)


class Merge(Numbered):
    """An organiser, or a lead, says that two attendees of an event are one person: `kept` takes over.

    Where both have joined, both addresses say yes first. `ended_at`: one of them said no, or another merge
    took the place of this one.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    duplicate = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    kept_agreed_at = models.DateTimeField(null=True)
    duplicate_agreed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("duplicate")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(done_at=None, ended_at=None), name="merge_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(ended_at=None), name="merge_is_done_or_ended"),
        ]
