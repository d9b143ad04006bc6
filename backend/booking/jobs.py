"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.isolation import for_each
from backend.core.queue import CLOCK, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.assistants.services import assistant_mails
from backend.setup.services import closures
from backend.groups.services import delegation_mails
from backend.booking.services import waiting_list
from backend.outcomes.services.arrivals import free_absent_tables
from backend.assistants.services.assistant_mails import SEND_ASSISTANT_MAIL
from backend.outcomes.services.attestations import ask_whether_held, settle_unattested
from backend.setup.services.closures import DISPLACE_MEETINGS
from backend.groups.services.delegation_mails import SEND_DELEGATION_MAIL
from backend.groups.services.delegation_sessions import end_broken_sessions
from backend.outcomes.services.follow_ups import remind_follow_ups
from backend.booking.services.freed_times import OFFER_FREED_TIMES
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.notices import SEND_NOTICE
from backend.notifications.services.reminders import remind_people
from backend.notifications.services.deliveries import deliver_notice
from backend.groups.services.office_hours import end_refused_seats
from backend.booking.services.requests import expire_requests
from backend.booking.services.waiting_list import end_refused_waiting











@app.task(name=OFFER_FREED_TIMES, queue=CLOCK)
def offer_freed_times(event_id: int, attendee_id: int) -> None:
    """Offer what fell free to who waits: for one attendee, or for all of the event."""
    waiting_list.offer_freed_times(now=timezone.now(), event_id=event_id, attendee_id=attendee_id)


