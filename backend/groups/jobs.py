"""Background tasks: mails about sessions with a delegation, and the work on small groups."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import MAIL, PLANS, URGENT
from backend.core.smtp import Backoff
from backend.groups.services import delegation_mails, round_work
from backend.groups.services.delegation_mails import SEND_DELEGATION_MAIL
from backend.groups.services.rounds import WORK_ON_ROUNDS


@app.task(name=SEND_DELEGATION_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_delegation_mail(session_id: int, attendee_id: int, change: str) -> None:
    """Mail one of those in a session with a delegation, or a lead."""
    delegation_mails.send_delegation_mail(session_id=session_id, attendee_id=attendee_id, change=change)


@app.task(name=WORK_ON_ROUNDS, queue=PLANS)
def work_on_rounds(rounds_id: int, order_number: int) -> None:
    """Draft small groups, put them forward, seat latecomers, or cancel them.

    `order_number`: their version when it was ordered, as jobs that an older version queued name it.
    """
    round_work.work_on_rounds(rounds_id=rounds_id, version=order_number, now=timezone.now())
