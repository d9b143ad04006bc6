"""Background tasks: each calls services."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK
from backend.privacy import services


@app.periodic(cron="45 18 * * *")
@app.task(name="privacy.purge", queue=CLOCK, lock="privacy.purge", queueing_lock="privacy.purge")
def purge(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: close cases that were held, and erase whose time of keeping has ended."""
    now = timezone.now()
    services.close_cases(now=now)
    services.forget_expired(now=now)
    services.purge_all(now=now)
