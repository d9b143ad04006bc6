"""What became of an event's mails, for its organisers: counts, and those that are stuck or given up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from backend.events.models import Event
from backend.meetings.models import Delivery


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in trouble. Names whose it is by attendee id: the organiser's list says who that is.

    `error` is an SMTP code or one of timeout, no_server, unknown_host, disconnected, network, smtp.
    """

    notice_id: int
    attendee_id: int
    kind: str
    state: str
    attempts: int
    error: str
    tried_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MailFigures:
    """How many mails are in each state, and the newest of those in trouble."""

    queued: int
    sent: int
    failed: int
    skipped: int
    in_trouble: tuple[MailRow, ...]


def mails_for(event: Event, *, limit: int = 100) -> MailFigures:
    """The figures of this moment; whoever shows them admits organisers only."""
    deliveries = Delivery.objects.filter(notice__event=event)
    counts = dict(deliveries.values_list("state").annotate(count=Count("pk")).order_by())
    trouble = deliveries.filter(
        Q(state=Delivery.State.FAILED) | Q(state=Delivery.State.QUEUED, attempts__gte=1)
    ).select_related("notice")
    return MailFigures(
        queued=counts.get(Delivery.State.QUEUED, 0),
        sent=counts.get(Delivery.State.SENT, 0),
        failed=counts.get(Delivery.State.FAILED, 0),
        skipped=counts.get(Delivery.State.SKIPPED, 0),
        in_trouble=tuple(
            MailRow(
                delivery.notice_id,
                delivery.notice.attendee_id,
                delivery.notice.kind,
                delivery.state,
                delivery.attempts,
                delivery.error,
                delivery.tried_at,
            )
            for delivery in trouble.order_by("-tried_at", "-pk")[:limit]
        ),
    )
