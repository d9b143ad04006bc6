"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.agenda.services import session_mails
from backend.agenda.services.session_mails import SEND_SESSION_MAIL
from backend.core.queue import MAIL
from backend.core.smtp import Backoff


@app.task(name=SEND_SESSION_MAIL, queue=MAIL, retry=Backoff())
def send_session_mail(mail_id: int) -> None:
    """Mail somebody that sessions in their agenda changed."""
    session_mails.send_session_mail(mail_id=mail_id, now=timezone.now())
