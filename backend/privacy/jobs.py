"""Background tasks: each calls services."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.isolation import for_each
from backend.core.queue import MAIL, clock_job
from backend.core.smtp import Backoff
from backend.privacy.services import merge_mails
from backend.privacy.services.closing import close_cases, forget_expired
from backend.privacy.services.retention import purge_all


@clock_job("privacy.purge", cron="45 18 * * *")
def purge(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: close cases that were held, and erase whose time of keeping has ended."""
    now = timezone.now()
    for service in (close_cases, forget_expired, purge_all):
        for_each(f"privacy.{service.__name__}", [service], lambda run: run(now=now))


@app.task(name=merge_mails.SEND_MERGE_MAIL, queue=MAIL, retry=Backoff())
def send_merge_mail(merge_id: int, change: str, person_id: int) -> None:
    """Mail one of two addresses of one person."""
    merge_mails.send_merge_mail(merge_id=merge_id, change=change, person_id=person_id)
