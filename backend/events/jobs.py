"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.events.services import age_mails, appointment_mails, follow_days


@app.task(name=appointment_mails.SEND_APPOINTMENT_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_appointment_mail(appointment_id: int, change: str, person_id: int) -> None:
    """Mail one lead or organiser who was proposed, confirmed, refused or ended."""
    appointment_mails.send_appointment_mail(appointment_id=appointment_id, change=change, person_id=person_id)


@app.task(name=age_mails.SEND_AGE_MAIL, queue=MAIL, retry=Backoff())
def send_age_mail(lead_id: int) -> None:
    """Mail one safeguarding lead that age classes wait."""
    age_mails.send_age_mail(lead_id=lead_id, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="events.tell_of_doubts",
    queue=CLOCK,
    lock="events.tell_of_doubts",
    queueing_lock="events.tell_of_doubts",
)
def tell_of_doubts(timestamp: int) -> None:  # noqa: ARG001
    """Every ten minutes: find leads not told yet of an age class that two forums have to settle."""
    age_mails.tell_of_doubts(timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(
    name="events.follow_days", queue=CLOCK, lock="events.follow_days", queueing_lock="events.follow_days"
)
def change_states(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour, for every zone: open forums become live, and those that are over closed."""
    follow_days(now=timezone.now())
