"""Background tasks: each calls services with the current time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import LONG, clock_job
from backend.integrations.services.schedule import READ_SOURCE, queue_due_sources, read_due_source


@clock_job("integrations.queue_due_sources", cron="17 * * * *")
def queue_sources(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour: have the sources read that are due."""
    queue_due_sources(now=timezone.now())


@app.task(name=READ_SOURCE, queue=LONG)
def read_source(source_id: int) -> None:
    """Read one source, and bring its event's people up to it."""
    read_due_source(source_id=source_id, now=timezone.now())
