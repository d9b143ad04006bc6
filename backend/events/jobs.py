"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import LONG, clock_job
from backend.events.services import long_jobs, translation_remarks
from backend.events.services.opening import follow_days


@clock_job("events.follow_days", cron="7 * * * *")
def change_states(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour, for every zone: open forums become live, and those that are over closed."""
    follow_days(now=timezone.now())


@app.task(name=long_jobs.ANSWER_LONG_JOB, queue=LONG)
def answer_long_job(job_id: int) -> None:
    """Answer what somebody asked about many people."""
    long_jobs.answer_job(job_id=job_id, now=timezone.now())


@clock_job("events.delete_expired_jobs", cron="* * * * *")
def delete_expired_jobs(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: forget uploads and answers that nobody fetched within an hour."""
    long_jobs.delete_expired_jobs(now=timezone.now())


@clock_job("events.delete_old_remarks", cron="50 18 * * *")
def delete_old_remarks(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: forget remarks on translations of more than a year ago."""
    translation_remarks.delete_old_remarks(now=timezone.now())
