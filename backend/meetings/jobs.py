"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.isolation import for_each
from backend.core.queue import CLOCK, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.meetings import services

DEADLINES: tuple[Callable[..., int], ...] = (
    services.end_refused_meetings,
    services.end_refused_seats,
    services.end_broken_sessions,
    services.displace_meetings,
    services.expire_requests,
    services.end_refused_waiting,
    services.offer_freed_times,
    services.remind_people,
    services.free_absent_tables,
    services.ask_whether_held,
    services.settle_unattested,
    services.remind_follow_ups,
)


@app.task(name=services.SEND_NOTICE, queue=MAIL, retry=Backoff())
def send_notice(notice_id: int) -> None:
    """Mail one notice."""
    services.deliver_notice(notice_id=notice_id, now=timezone.now())


@app.task(name=services.SEND_ASSISTANT_MAIL, queue=MAIL, retry=Backoff())
def send_assistant_mail(assistant_id: int, change: str) -> None:
    """Mail one of the two that somebody is asked to act for another, agreed, or that it ended."""
    services.send_assistant_mail(assistant_id=assistant_id, change=change, now=timezone.now())


@app.task(name=services.SEND_DELEGATION_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_delegation_mail(session_id: int, attendee_id: int, change: str) -> None:
    """Mail one of those in a session with a delegation, or a lead."""
    services.send_delegation_mail(session_id=session_id, attendee_id=attendee_id, change=change)


@app.task(name=services.DISPLACE_MEETINGS, queue=CLOCK)
def displace_meetings() -> None:
    """Move or cancel the meetings of closed times."""
    services.displace_meetings(now=timezone.now())


@app.task(name=services.OFFER_FREED_TIMES, queue=CLOCK)
def offer_freed_times(event_id: int, attendee_id: int) -> None:
    """Offer what fell free to who waits: for one attendee, or for all of the event."""
    services.offer_freed_times(now=timezone.now(), event_id=event_id, attendee_id=attendee_id)


@app.periodic(cron="* * * * *")
@app.task(
    name="meetings.run_meeting_deadlines",
    queue=CLOCK,
    lock="meetings.run_meeting_deadlines",
    queueing_lock="meetings.run_meeting_deadlines",
)
def run_meeting_deadlines(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: end refused meetings, move those of closed times, expire requests, offer what
    fell free to who waits, remind, give tables free, attest, remind of follow-ups.

    Where one of these fails, the others are done all the same.
    """
    now = timezone.now()
    for service in DEADLINES:
        for_each(f"meetings.{service.__name__}", [service], lambda run: run(now=now))
