"""Background jobs, put into the database in the caller's transaction: rolled back together, or run."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

SECONDS_WITHOUT_HEARTBEAT = 30


def enqueue(task: str, *, lock: str, once: str = "", **arguments: int | str) -> None:
    """Queue the task of this name; jobs that share `lock` run one after the other.

    With `once`, a job of that name that still waits makes this one needless. The savepoint keeps the
    caller's transaction usable when it does.
    """
    job = app.configure_task(task, lock=lock, queueing_lock=once or None)
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


async def take_up_abandoned_jobs(*, silent_for: float = SECONDS_WITHOUT_HEARTBEAT) -> int:
    """Queue again what killed workers had begun, and give how many; to be awaited within a worker.

    A worker that has reported within `silent_for` seconds is left alone. An abandoned job's lock would hold
    back all later jobs of its kind.
    """
    abandoned = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_for))
    for job in abandoned:
        try:
            await app.job_manager.retry_job(job)
        except (AlreadyEnqueued, UniqueViolation):  # the like of it waits already
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    return len(abandoned)
