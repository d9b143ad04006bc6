"""Long jobs: requests about many people that a worker answers, and the answers until they are fetched."""

from __future__ import annotations

import datetime as dt

from django.db import models

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person

LONG_JOB_LIFE = dt.timedelta(hours=1)


class LongJob(Numbered):
    """A request that a worker answers, for the person who asked while they have the same permission.

    `request` and `answer` are encrypted; the first goes when the job ends, the second when it is fetched, and
    the row an hour after either. `key` tells the same request of the same person.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        FETCHED = "fetched"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    permission = models.CharField(max_length=20, choices=Attendee.Permission.choices)
    needs_proof = models.BooleanField()
    is_of_program = models.BooleanField()
    title = models.CharField(max_length=200)
    back = models.CharField(max_length=300)
    file_name = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    request = models.BinaryField(null=True)
    answer = models.BinaryField(null=True)
    shown = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
