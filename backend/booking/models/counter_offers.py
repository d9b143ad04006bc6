"""Other times that one of the two offers instead: of a request, or to move an agreed meeting."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from backend.booking.models.meetings import MAX_TIMES, Meeting
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class CounterOfferQuerySet(models.QuerySet["CounterOffer"]):
    def open_at(self, now: dt.datetime) -> CounterOfferQuerySet:
        """Those that can be answered: of a request that waits, or of a meeting that has not begun."""
        waits = Q(meeting__state=Meeting.State.REQUESTED, meeting__expires_at__gt=now)
        to_come = Q(meeting__state=Meeting.State.ACCEPTED, meeting__period__startswith__gt=now)
        return self.filter(waits | to_come, state=CounterOffer.State.OPEN)

    def overtake(self, meeting: Meeting) -> None:
        """What was offered instead for this meeting no longer holds: it is agreed, moved or changed."""
        self.filter(meeting=meeting, state=CounterOffer.State.OPEN).update(state=CounterOffer.State.OVERTAKEN)


class CounterOffer(models.Model):
    """Up to three other times, instead of those asked for or agreed (RFC 5546: COUNTER).

    It blocks no time, and the request or meeting stays as it is until the other takes one of them.
    """

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"  # also by a later offer of the same attendee
        OVERTAKEN = "overtaken"  # the meeting was agreed, or moved, in another way

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="counter_offers")
    made_by = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)

    objects = CounterOfferQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=Q(state="open"), name="counter_offer_one_open"),
            models.UniqueConstraint(fields=["event", "id"], name="counter_offer_event_key"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "taken", "refused", "withdrawn", "overtaken"]),
                name="counter_offer_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"counter-offer {self.pk}"


class CounterOfferTime(models.Model):
    """One of up to three times of a counter-offer; it goes with its slot."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    counter_offer = models.ForeignKey(CounterOffer, on_delete=models.CASCADE, related_name="times")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["counter_offer", "slot"], name="counter_offer_time_once"),
            models.UniqueConstraint(fields=["counter_offer", "position"], name="counter_offer_time_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_TIMES), name="counter_offer_at_most_three"
            ),
        ]

    def __str__(self) -> str:
        return f"time {self.pk}"
