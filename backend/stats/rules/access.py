"""The attendees an event's figures count."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.safeguarding.rules import matchable


def countable(event: Event) -> AttendeeQuerySet:
    """The attendees the figures count: those matching may read (no minors, unknown ages or hidden people).

    And adults who left after they had agreed to a meeting: it goes on counting, and their rows name nobody. A
    meeting counts when both of its people do.
    """
    met = Seat.objects.filter(attendee=OuterRef("pk"), meeting__state__in=Meeting.COUNTED_STATES)
    met = met.exclude(kind__in=(Meeting.Kind.OFFICE_HOURS, Meeting.Kind.ROUND))
    left = Q(left_at__isnull=False, age_class=Attendee.AgeClass.ADULT) & Q(Exists(met))
    return Attendee.with_left.filter(Q(pk__in=matchable(event).values("pk")) | left, event=event)
