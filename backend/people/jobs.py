"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import CLOCK
from backend.people import services


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
