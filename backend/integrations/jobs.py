"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import LONG, MAIL, WEBHOOKS, clock_job
from backend.core.smtp import Backoff
from backend.integrations.services import webhook_mails
from backend.integrations.services.busy_calendars import READ_CALENDAR, queue_due_calendars, read_busy_calendar
from backend.integrations.services.deliveries import delete_old_deliveries, deliver_due, queue_due_deliveries
from backend.integrations.services.schedule import READ_SOURCE, queue_due_sources, read_due_source
from backend.integrations.services.webhooks import DELIVER


@clock_job("integrations.queue_due_sources", cron="17 * * * *")
def queue_sources(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour: have the sources read that are due."""
    queue_due_sources(now=timezone.now())


@app.task(name=READ_SOURCE, queue=LONG)
def read_source(source_id: int) -> None:
    """Read one source, and bring its event's people up to it."""
    read_due_source(source_id=source_id, now=timezone.now())


@clock_job("integrations.queue_due_calendars", cron="37 * * * *")
def queue_calendars(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour: have attendees' own calendars read."""
    queue_due_calendars(now=timezone.now())


@app.task(name=READ_CALENDAR, queue=WEBHOOKS)
def read_calendar(calendar_id: int) -> None:
    """Read one attendee's own calendar."""
    read_busy_calendar(calendar_id=calendar_id, now=timezone.now())


@clock_job("integrations.queue_due_deliveries", cron="* * * * *")
def queue_deliveries(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: have the messages to webhooks sent that are due."""
    queue_due_deliveries(now=timezone.now())


@app.task(name=DELIVER, queue=WEBHOOKS)
def deliver(webhook_id: int) -> None:
    """Send one webhook what is due."""
    deliver_due(webhook_id=webhook_id, now=timezone.now())


@clock_job("integrations.delete_old_deliveries", cron="50 3 * * *")
def delete_deliveries(timestamp: int) -> None:  # noqa: ARG001
    """Every night: delete old messages to webhooks."""
    delete_old_deliveries(now=timezone.now())


@app.task(name=webhook_mails.SEND_WEBHOOK_MAIL, queue=MAIL, retry=Backoff())
def send_webhook_mail(webhook_id: int, person_id: int) -> None:
    """Mail one organiser that a webhook was switched off."""
    webhook_mails.send_webhook_mail(webhook_id=webhook_id, person_id=person_id)
