"""Background tasks that no feature owns."""

from __future__ import annotations

from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, requeue_abandoned_jobs


@app.periodic(cron="* * * * *")
@app.task(
    name="core.requeue_abandoned_jobs",
    queue=CLOCK,
    queueing_lock="core.requeue_abandoned_jobs",
    pass_context=False,
)
async def requeue_every_minute(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute, queue the unfinished jobs of killed workers again."""
    await requeue_abandoned_jobs()
