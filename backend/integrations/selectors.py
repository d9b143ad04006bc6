"""The sources and webhooks of an event, for its organisers."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from backend.events.models.events import Event
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
