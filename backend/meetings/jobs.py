"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.isolation import for_each
from backend.core.queue import CLOCK, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.meetings.services import assistant_mails, closures, delegation_mails, waiting_list
from backend.meetings.services.arrivals import free_absent_tables
from backend.meetings.services.assistant_mails import SEND_ASSISTANT_MAIL
from backend.meetings.services.attestations import ask_whether_held, settle_unattested
from backend.meetings.services.closures import DISPLACE_MEETINGS
from backend.meetings.services.delegation_mails import SEND_DELEGATION_MAIL
from backend.meetings.services.delegation_sessions import end_broken_sessions
from backend.meetings.services.follow_ups import remind_follow_ups
from backend.meetings.services.freed_times import OFFER_FREED_TIMES
from backend.meetings.services.meetings import end_refused_meetings
from backend.meetings.services.notices import SEND_NOTICE, deliver_notice, remind_people
from backend.meetings.services.office_hours import end_refused_seats
from backend.meetings.services.requests import expire_requests
from backend.meetings.services.waiting_list import end_refused_waiting

DEADLINES: tuple[Callable[..., int], ...] = (
    end_refused_meetings,
    end_refused_seats,
    end_broken_sessions,
    closures.displace_meetings,
    expire_requests,
    end_refused_waiting,
    waiting_list.offer_freed_times,
    remind_people,
    free_absent_tables,
    ask_whether_held,
    settle_unattested,
    remind_follow_ups,
)


@app.task(name=SEND_NOTICE, queue=MAIL, retry=Backoff())
def send_notice(notice_id: int) -> None:
    """Mail one notice."""
    deliver_notice(notice_id=notice_id, now=timezone.now())


@app.task(name=SEND_ASSISTANT_MAIL, queue=MAIL, retry=Backoff())
def send_assistant_mail(assistant_id: int, change: str) -> None:
    """Mail one of the two that somebody is asked to act for another, agreed, or that it ended."""
    assistant_mails.send_assistant_mail(assistant_id=assistant_id, change=change, now=timezone.now())


@app.task(name=SEND_DELEGATION_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_delegation_mail(session_id: int, attendee_id: int, change: str) -> None:
    """Mail one of those in a session with a delegation, or a lead."""
    delegation_mails.send_delegation_mail(session_id=session_id, attendee_id=attendee_id, change=change)


@app.task(name=DISPLACE_MEETINGS, queue=CLOCK)
def displace_meetings() -> None:
    """Move or cancel the meetings of closed times."""
    closures.displace_meetings(now=timezone.now())


@app.task(name=OFFER_FREED_TIMES, queue=CLOCK)
def offer_freed_times(event_id: int, attendee_id: int) -> None:
    """Offer what fell free to who waits: for one attendee, or for all of the event."""
    waiting_list.offer_freed_times(now=timezone.now(), event_id=event_id, attendee_id=attendee_id)


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
