"""The deliveries of an event's mails, for its organisers: counts, and those not sent or failing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from backend.booking.models.notices import Delivery
from backend.events.models.events import Event
from backend.events.selectors import name_in_lists

UNTRIED_LIMIT = dt.timedelta(minutes=10)  # a mail due and not tried after this: the worker does not run
State = Delivery.State


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One mail that is not sent. `name` is as organisers' lists have it: of a minor the first name only.

    `error` is an SMTP code or one of timeout, no_server, unknown_host, disconnected, network, smtp, and
    nothing before the first attempt.
    """

    notice_id: int
    attendee_id: int
    name: str
    kind: str
    state: str
    created_at: dt.datetime
    attempts: int
    error: str
    tried_at: dt.datetime | None

    @property
    def is_refused(self) -> bool:
        return self.state == State.FAILED


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """How many mails are in each state, and the newest of those that are failing."""

    queued: int
    sent: int
    failed: int
    skipped: int
    in_trouble: tuple[DeliveryRow, ...]


def failing_deliveries(event: Event, now: dt.datetime) -> QuerySet[Delivery]:
    """The event's mails that were refused for good, failed at least once, or were not tried once due."""
    late = Q(attempts__gte=1) | Q(due_at__lte=now - UNTRIED_LIMIT)
    return _of(event).filter(Q(state=State.FAILED) | Q(state=State.QUEUED) & late)


def unsent_deliveries(event: Event) -> QuerySet[Delivery]:
    """The event's mails that wait or were refused for good; these first, and the newest of each first."""
    waiting = _of(event).filter(state__in=[State.FAILED, State.QUEUED])
    return waiting.order_by("state", "-notice__created_at", "-pk")


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """A delivery with its reader, without further queries. For organisers only."""
    notice = delivery.notice
    return DeliveryRow(
        notice_id=notice.pk,
        attendee_id=notice.attendee_id,
        name=name_in_lists(notice.attendee),
        kind=notice.kind,
        state=delivery.state,
        created_at=notice.created_at,
        attempts=delivery.attempts,
        error=delivery.error,
        tried_at=delivery.tried_at,
    )


def delivery_figures_for(event: Event, now: dt.datetime, *, limit: int = 100) -> DeliveryFigures:
    """The figures at this moment. For organisers only."""
    counts = dict(_of(event).values_list("state").annotate(count=Count("pk")).order_by())
    return DeliveryFigures(
        queued=counts.get(State.QUEUED, 0),
        sent=counts.get(State.SENT, 0),
        failed=counts.get(State.FAILED, 0),
        skipped=counts.get(State.SKIPPED, 0),
        in_trouble=tuple(map(delivery_row, failing_deliveries(event, now).order_by("-tried_at", "-pk")[:limit])),
    )


def _of(event: Event) -> QuerySet[Delivery]:
    return Delivery.objects.filter(notice__event=event).select_related("notice__attendee")
