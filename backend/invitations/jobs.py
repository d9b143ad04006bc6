"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import MAIL, clock_job
from backend.core.smtp import Backoff
from backend.invitations.services import reminders
from backend.invitations.services.deliveries import SEND_INVITATION, deliver_invitation


@app.task(name=SEND_INVITATION, queue=MAIL, retry=Backoff())
def send_invitation(invitation_id: int) -> None:
    """Mail one invitation, reminder or test."""
    deliver_invitation(invitation_id=invitation_id, now=timezone.now())


@clock_job("invitations.queue_reminders", cron="10 * * * *")
def queue_reminders(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour: remind who was invited and has not joined, or seeks nothing yet."""
    reminders.queue_reminders(now=timezone.now())
