"""What became of an event's mails, for its organisers: counts, and those that are stuck or given up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from backend.events.models import Event
from backend.events.selectors import name_in_lists
from backend.meetings.models import Delivery

UNTRIED = dt.timedelta(minutes=10)  # a mail nobody has tried after this: the worker does not run
STATE = Delivery.State


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail that is not out. `name` is as the organiser's list has it: of a minor the first name only.

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
        return self.state == STATE.FAILED


@dataclass(frozen=True, slots=True)
class MailFigures:
    """How many mails are in each state, and the newest of those in trouble."""

    queued: int
    sent: int
    failed: int
    skipped: int
    in_trouble: tuple[MailRow, ...]


def in_trouble(event: Event, now: dt.datetime) -> QuerySet[Delivery]:
    """The event's mails that were refused for good, that failed once already, or that nobody has tried."""
    late = Q(attempts__gte=1) | Q(notice__created_at__lte=now - UNTRIED)
    return _of(event).filter(Q(state=STATE.FAILED) | Q(state=STATE.QUEUED) & late)


def unsent(event: Event) -> QuerySet[Delivery]:
    """The event's mails that wait or were refused for good; these first, and the newest of each first."""
    waiting = _of(event).filter(state__in=[STATE.FAILED, STATE.QUEUED])
    return waiting.order_by("state", "-notice__created_at", "-pk")


def mail_row(delivery: Delivery) -> MailRow:
    """One of `unsent` or `in_trouble`, without further queries; whoever shows it admits organisers only."""
    notice = delivery.notice
    return MailRow(
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


def mails_for(event: Event, now: dt.datetime, *, limit: int = 100) -> MailFigures:
    """The figures of this moment; whoever shows them admits organisers only."""
    counts = dict(_of(event).values_list("state").annotate(count=Count("pk")).order_by())
    return MailFigures(
        queued=counts.get(STATE.QUEUED, 0),
        sent=counts.get(STATE.SENT, 0),
        failed=counts.get(STATE.FAILED, 0),
        skipped=counts.get(STATE.SKIPPED, 0),
        in_trouble=tuple(map(mail_row, in_trouble(event, now).order_by("-tried_at", "-pk")[:limit])),
    )


def _of(event: Event) -> QuerySet[Delivery]:
    return Delivery.objects.filter(notice__event=event).select_related("notice__attendee__person")
