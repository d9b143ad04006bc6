"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, LONG, MAIL, URGENT
from backend.core.smtp import Backoff
from backend.events.services import age_mails, appointment_mails, long_jobs
from backend.events.services.opening import follow_days


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


@app.task(name=long_jobs.ANSWER_LONG_JOB, queue=LONG)
def answer_long_job(job_id: int) -> None:
    """Answer what somebody asked about many people."""
    long_jobs.answer_job(job_id=job_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="events.delete_expired_jobs",
    queue=CLOCK,
    lock="events.delete_expired_jobs",
    queueing_lock="events.delete_expired_jobs",
)
def delete_expired_jobs(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: forget uploads and answers that nobody fetched within an hour."""
    long_jobs.delete_expired_jobs(now=timezone.now())
