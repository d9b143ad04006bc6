"""Background tasks that no feature owns."""

from __future__ import annotations

from procrastinate.contrib.django import app

from backend.core.queue import CLOCK, take_up_abandoned_jobs


@app.periodic(cron="* * * * *")
@app.task(
    name="core.take_up_abandoned_jobs",
    queue=CLOCK,
    queueing_lock="core.take_up_abandoned_jobs",
    pass_context=False,
)
async def take_up(timestamp: int) -> None:  # noqa: ARG001
    """Once a minute: do what a killed worker left undone."""
    await take_up_abandoned_jobs()
