"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from backend.core.queue import CODES, clock_job
from backend.people import services


# Soon again, and for no longer than the row lives: somebody waits for the code.
@app.task(name=services.SEND_ACCOUNT_MAIL, queue=CODES, retry=RetryStrategy(max_attempts=120, wait=10))
def send_account_mail(mail_id: int) -> None:
    """Mail one sign-in code, or a question about an address."""
    services.send_account_mail(mail_id=mail_id, now=timezone.now())


@clock_job("people.delete_old_account_mails", cron="* * * * *")
def delete_old_account_mails(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: delete sign-in mails that are too old to be sent."""
    services.delete_old_account_mails(now=timezone.now())


@clock_job("people.delete_expired_hashes", cron="30 18 * * *")
def delete_expired_hashes(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: forget the addresses known as minors' whose time has come."""
    services.delete_expired_hashes(now=timezone.now())


@clock_job("people.delete_ended_sign_ins", cron="40 18 * * *")
def delete_ended_sign_ins(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: forget the sign-ins that are over."""
    services.delete_ended_sign_ins(now=timezone.now())
