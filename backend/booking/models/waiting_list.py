"""People who wait for a free time with somebody whose times are all taken."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered
from backend.core.period import single_id_range
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme


class WaitingListQuerySet(models.QuerySet["WaitingListEntry"]):
    """Filters for entries. None of these decides who may see one: the contact policy does."""

    def waiting(self) -> WaitingListQuerySet:
        return self.filter(state=WaitingListEntry.State.WAITING)

    def in_turn(self) -> WaitingListQuerySet:
        """The first who came is the first."""
        return self.order_by("created_at", "pk")

    def touching(self, attendee_ids: Collection[int]) -> WaitingListQuerySet:
        """Those of which one of these attendees is a side."""
        return self.filter(Q(attendee__in=attendee_ids) | Q(other__in=attendee_ids))

    def settle(self, meeting: Meeting) -> bool:
        """The request that an entry became is answered, changed or over: its time is given to nobody now."""
        asked = self.filter(meeting=meeting, state=WaitingListEntry.State.ASKED)
        return bool(asked.update(state=WaitingListEntry.State.ENDED))

    def wait_again(self, meeting: Meeting) -> bool:
        """The time was taken by somebody else before the answer: the entry has its old place again."""
        asked = self.filter(meeting=meeting, state=WaitingListEntry.State.ASKED)
        return bool(asked.update(state=WaitingListEntry.State.WAITING, meeting=None, period=None))

    def end_between(self, attendee_ids: Collection[int]) -> None:
        """These two meet: neither waits for the other any more."""
        between = self.filter(attendee__in=attendee_ids, other__in=attendee_ids)
        between.filter(state__in=WaitingListEntry.LIVE_STATES).update(state=WaitingListEntry.State.ENDED)


class WaitingListEntry(Numbered):
    """One attendee waits for a time with another, and with what they would ask.

    It blocks no time. When one falls free the first whose times fit is `asked`: the entry becomes an ordinary
    request for exactly that time, and `period` says which was given. It is `ended` when that is over, or when
    a rule ends it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"
        LEFT = "left"
        ENDED = "ended"

    LIVE_STATES = (State.WAITING, State.ASKED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="waiting_for")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="waited_for_by")
    message = models.TextField(blank=True)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_online = models.BooleanField(default=False)
    needs_step_free = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    meeting = models.ForeignKey(  # the request it became
        Meeting, null=True, blank=True, on_delete=models.CASCADE, related_name="waited"
    )
    period = DateTimeRangeField(null=True, blank=True)  # the time that was given

    objects = WaitingListQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["other", "created_at"], condition=Q(state="waiting"), name="waiting_list_in_turn")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "other"], condition=Q(state="waiting"), name="waiting_list_once"
            ),
            models.CheckConstraint(condition=~Q(attendee=F("other")), name="waiting_list_of_two"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "left"], meeting__isnull=True, period__isnull=True)
                | Q(state="asked", meeting__isnull=False, period__isnull=False)
                | Q(state="ended"),
                name="waiting_list_asked_has_a_request",
            ),
            ExclusionConstraint(
                name="waiting_list_time_given_once",
                expressions=[(single_id_range("other"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state="asked"),
            ),
        ]
