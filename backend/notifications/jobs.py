"""Background tasks: each mails one notice, or one change of an assistant."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.assistants.services.assistant_mails import SEND_ASSISTANT_MAIL
from backend.booking.services.notices import SEND_NOTICE
from backend.core.queue import MAIL
from backend.core.smtp import Backoff
from backend.notifications.services import assistant_mails
from backend.notifications.services.deliveries import deliver_notice


@app.task(name=SEND_NOTICE, queue=MAIL, retry=Backoff())
def send_notice(notice_id: int) -> None:
    """Mail one notice."""
    deliver_notice(notice_id=notice_id, now=timezone.now())


@app.task(name=SEND_ASSISTANT_MAIL, queue=MAIL, retry=Backoff())
def send_assistant_mail(assistant_id: int, change: str) -> None:
    """Mail one of the two that somebody is asked to act for another, agreed, or that it ended."""
    assistant_mails.send_assistant_mail(assistant_id=assistant_id, change=change, now=timezone.now())
