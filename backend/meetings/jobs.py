"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.meetings import services


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
    fell free to who waits, remind, give tables free, attest, remind of follow-ups."""
    now = timezone.now()
    services.end_refused_meetings(now=now)
    services.end_refused_seats(now=now)
    services.end_broken_sessions(now=now)
    services.displace_meetings(now=now)
    services.expire_requests(now=now)
    services.end_refused_waiting(now=now)
    services.offer_freed_times(now=now)
    services.remind_people(now=now)
    services.free_absent_tables(now=now)
    services.ask_whether_held(now=now)
    services.settle_unattested(now=now)
    services.remind_follow_ups(now=now)
