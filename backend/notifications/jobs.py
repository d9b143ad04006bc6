"""TODO."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.booking.services.notices import SEND_NOTICE
from backend.core.queue import MAIL
from backend.core.smtp import Backoff
from backend.notifications.services.deliveries import deliver_notice


@app.task(name=SEND_NOTICE, queue=MAIL, retry=Backoff())
def send_notice(notice_id: int) -> None:
    """Mail one notice."""
    deliver_notice(notice_id=notice_id, now=timezone.now())
