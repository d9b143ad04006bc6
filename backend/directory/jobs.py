"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, MAIL
from backend.core.smtp import Backoff
from backend.directory import services
from backend.mails.services import SEND_TEST_MAIL


@app.task(name=services.SEND_NUDGE, queue=MAIL, retry=Backoff())
def send_nudge(nudge_id: int) -> None:
    """Mail one nudge."""
    services.send_nudge(nudge_id=nudge_id, now=timezone.now())


@app.task(name=services.SEND_TIMES_MAIL, queue=MAIL, retry=Backoff())
def send_times_mail(mail_id: int) -> None:
    """Send one mail about somebody's meeting times."""
    services.send_times_mail(mail_id=mail_id, now=timezone.now())


@app.task(name=SEND_TEST_MAIL, queue=MAIL, retry=Backoff())
def send_test_mail(mail_id: int) -> None:
    """Mail one organiser a made-up mail."""
    services.deliver_test_mail(mail_id=mail_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name=services.READ_NAMES, queue=CLOCK, queueing_lock=services.READ_NAMES, pass_context=False)
def read_names(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, read the names of lists that nobody has searched in since they changed."""
    services.read_all_names()


@app.periodic(cron="* * * * *")
@app.task(
    name=services.READ_TEXTS,
    lock=services.READ_TEXTS,
    queueing_lock=services.READ_TEXTS,
    pass_context=False,
)
def read_texts(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, read what people wrote anew, so that it is found by its meaning."""
    services.read_all_texts()
