"""Background tasks that no feature owns."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.limits import delete_ended_uses
from backend.core.queue import CLOCK, clock_job, requeue_abandoned_jobs


@app.periodic(cron="* * * * *")
@app.task(
    name="core.requeue_abandoned_jobs", queue=CLOCK, queueing_lock="core.requeue_abandoned_jobs", pass_context=False
)
async def requeue_every_minute(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, queue the unfinished jobs of killed workers again."""
    await requeue_abandoned_jobs()


@clock_job("core.delete_ended_uses", cron="*/10 * * * *")
def delete_uses_every_ten_minutes(timestamp: int) -> None:  # noqa: ARG001
    """Every ten minutes: forget how often what was done, once that counts no more."""
    delete_ended_uses(now=timezone.now())
