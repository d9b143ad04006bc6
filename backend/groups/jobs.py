"""Background tasks: mails about sessions with a delegation."""

from __future__ import annotations

from procrastinate.contrib.django import app

from backend.core.queue import MAIL, URGENT
from backend.core.smtp import Backoff
from backend.groups.services import delegation_mails
from backend.groups.services.delegation_mails import SEND_DELEGATION_MAIL


@app.task(name=SEND_DELEGATION_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_delegation_mail(session_id: int, attendee_id: int, change: str) -> None:
    """Mail one of those in a session with a delegation, or a lead."""
    delegation_mails.send_delegation_mail(session_id=session_id, attendee_id=attendee_id, change=change)
