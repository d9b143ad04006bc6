"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.booking.services import freed_times
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.booking.services.waiting_list import end_refused_waiting
from backend.core.isolation import for_each
from backend.core.queue import CLOCK, clock_job
from backend.groups.services.delegation_sessions import end_broken_sessions
from backend.groups.services.office_hours import end_refused_seats
from backend.groups.services.round_tables import end_refused_places, end_unanswered
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.arrivals import free_absent_tables
from backend.outcomes.services.attestations import ask_whether_held, settle_unattested
from backend.outcomes.services.follow_ups import remind_follow_ups
from backend.setup.services import closures
from backend.setup.services.closures import DISPLACE_MEETINGS

DEADLINES: tuple[Callable[..., int], ...] = (
    end_refused_meetings,
    end_refused_seats,
    end_refused_places,
    end_unanswered,
    end_broken_sessions,
    closures.displace_meetings,
    expire_requests,
    end_refused_waiting,
    freed_times.offer_freed_times,
    remind_people,
    free_absent_tables,
    ask_whether_held,
    settle_unattested,
    remind_follow_ups,
)


@app.task(name=DISPLACE_MEETINGS, queue=CLOCK)
def displace_meetings() -> None:
    """Move or cancel the meetings of closed times."""
    closures.displace_meetings(now=timezone.now())


@clock_job("setup.run_meeting_deadlines", cron="* * * * *")
def run_meeting_deadlines(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: end refused meetings, move those of closed times, expire requests, offer what
    fell free to whoever waits, remind, give tables free, attest, remind of follow-ups.

    Where one of these fails, the others are done all the same.
    """
    now = timezone.now()
    for service in DEADLINES:
        feature = service.__module__.split(".")[1]
        for_each(f"{feature}.{service.__name__}", [service], lambda run: run(now=now))
