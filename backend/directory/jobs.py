"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from backend.core.queue import MAIL
from backend.directory import nudging


@app.task(name=nudging.SEND_NUDGE, queue=MAIL, retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def send_nudge(nudge_id: int) -> None:
    """Mail one nudge."""
    nudging.send_nudge(nudge_id=nudge_id, now=timezone.now())
