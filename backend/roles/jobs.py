"""Background tasks: mails about roles."""

from __future__ import annotations

from procrastinate.contrib.django import app

from backend.core.queue import MAIL, URGENT
from backend.core.smtp import Backoff
from backend.roles.services import appointment_mails


@app.task(name=appointment_mails.SEND_APPOINTMENT_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_appointment_mail(appointment_id: int, change: str, person_id: int) -> None:
    """Mail one lead or organiser who was proposed, confirmed, refused or ended."""
    appointment_mails.send_appointment_mail(appointment_id=appointment_id, change=change, person_id=person_id)
