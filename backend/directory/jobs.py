"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, MAIL
from backend.core.smtp import Backoff
from backend.directory.services import nudges, times
from backend.directory.services.finding import READ_NAMES, read_all_names
from backend.directory.services.mail_examples import deliver_test_mail
from backend.directory.services.nudges import SEND_NUDGE
from backend.directory.services.text_vectors import WRITE_TEXT_VECTORS, read_all_texts
from backend.directory.services.times import SEND_TIMES_MAIL
from backend.mails.services import SEND_TEST_MAIL


@app.task(name=SEND_NUDGE, queue=MAIL, retry=Backoff())
def send_nudge(nudge_id: int) -> None:
    """Mail one nudge."""
    nudges.send_nudge(nudge_id=nudge_id, now=timezone.now())


@app.task(name=SEND_TIMES_MAIL, queue=MAIL, retry=Backoff())
def send_times_mail(mail_id: int) -> None:
    """Send one mail about somebody's meeting times."""
    times.send_times_mail(mail_id=mail_id, now=timezone.now())


@app.task(name=SEND_TEST_MAIL, queue=MAIL, retry=Backoff())
def send_test_mail(mail_id: int) -> None:
    """Mail one organiser a made-up mail."""
    deliver_test_mail(mail_id=mail_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name=READ_NAMES, queue=CLOCK, queueing_lock=READ_NAMES, pass_context=False)
def read_names(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, read the names of lists that nobody has searched in since they changed."""
    read_all_names()


@app.periodic(cron="* * * * *")
@app.task(name=WRITE_TEXT_VECTORS, lock=WRITE_TEXT_VECTORS, queueing_lock=WRITE_TEXT_VECTORS, pass_context=False)
def read_texts(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, read what people wrote anew, so that it is found by its meaning."""
    read_all_texts()
