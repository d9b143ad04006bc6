"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, CODES
from backend.people import services


# Soon again, and for no longer than the row lives: somebody waits for the code.
@app.task(name=services.SEND_ACCOUNT_MAIL, queue=CODES, retry=RetryStrategy(max_attempts=120, wait=10))
def send_account_mail(mail_id: int) -> None:
    """Mail one sign-in code, or a question about an address."""
    services.send_account_mail(mail_id=mail_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="people.delete_old_account_mails",
    queue=CLOCK,
    lock="people.delete_old_account_mails",
    queueing_lock="people.delete_old_account_mails",
)
def delete_old_account_mails(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: delete sign-in mails that are too old to be sent."""
    services.delete_old_account_mails(now=timezone.now())


@app.periodic(cron="30 18 * * *")
@app.task(
    name="people.delete_expired_hashes",
    queue=CLOCK,
    lock="people.delete_expired_hashes",
    queueing_lock="people.delete_expired_hashes",
)
def delete_expired_hashes(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: forget the addresses known as minors' whose time has come."""
    services.delete_expired_hashes(now=timezone.now())


@app.periodic(cron="40 18 * * *")
@app.task(
    name="people.delete_ended_sign_ins",
    queue=CLOCK,
    lock="people.delete_ended_sign_ins",
    queueing_lock="people.delete_ended_sign_ins",
)
def delete_ended_sign_ins(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: forget the sign-ins that are over."""
    services.delete_ended_sign_ins(now=timezone.now())
