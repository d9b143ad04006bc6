"""The sources of an event, for its organisers."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from backend.events.models.events import Event
from backend.integrations.models import Source


def sources_for(event: Event) -> QuerySet[Source]:
    """The event's sources by name, each with how many `people` its rows name, or `sessions` its entries."""
    people = Count("registrations__attendee", filter=~Q(registrations__key=None), distinct=True)
    sessions = Count("entries__session", distinct=True)
    return Source.objects.filter(event=event).annotate(people=people, sessions=sessions).order_by("name")
