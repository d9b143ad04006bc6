"""The sources and webhooks of an event, for its organisers; an attendee's own calendar, for them alone."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet

from backend.booking.models.availability import BusyCalendar
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.attendees import has_joined
from backend.integrations.models import Source, Webhook, WebhookDelivery

MOST_SHOWN = 100  # messages of a webhook


def sources_for(event: Event) -> QuerySet[Source]:
    """The event's sources by name, each with how many `people` its rows name, or `sessions` its entries."""
    people = Count("registrations__attendee", filter=~Q(registrations__key=None), distinct=True)
    sessions = Count("entries__session", distinct=True)
    return Source.objects.filter(event=event).annotate(people=people, sessions=sessions).order_by("name")


def webhooks_for(event: Event) -> QuerySet[Webhook]:
    """The event's webhooks by address, each with how many of its messages are `waiting`."""
    waiting = Count("deliveries", filter=Q(deliveries__state=WebhookDelivery.State.QUEUED))
    return Webhook.objects.filter(event=event).annotate(waiting=waiting).order_by("address")


def deliveries_for(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """The newest messages of a webhook, newest first; their numbers are of meetings and attendees."""
    return WebhookDelivery.objects.filter(webhook=webhook).order_by("-pk")[:MOST_SHOWN]


def can_have_busy_calendar(attendee: Attendee, now: dt.datetime) -> bool:
    """Whether the attendee may have their own calendar read: a known adult who joined, in no rehearsal."""
    return _with_calendars(now).filter(pk=attendee.pk).exists()


def with_busy_calendar(now: dt.datetime, *, allowed: bool = True) -> QuerySet[BusyCalendar]:
    """The calendars that may be read; or, without `allowed`, those that may be no longer."""
    found = Q(attendee__in=_with_calendars(now))
    return BusyCalendar.objects.filter(found if allowed else ~found)


def busy_calendar_for(attendee: Attendee) -> BusyCalendar | None:
    """What is known of the attendee's own calendar; None where they gave none."""
    return BusyCalendar.objects.filter(attendee=attendee).first()


def _with_calendars(now: dt.datetime) -> QuerySet[Attendee]:
    return Attendee.objects.filter(is_known_adult(now), has_joined(), event__rehearsal_of=None, person__is_active=True)
