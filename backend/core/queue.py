"""Background jobs, put into the database in the caller's transaction: rolled back together, or run."""

from __future__ import annotations

import procrastinate
from django.db import transaction
from procrastinate.contrib.django import app


def enqueue(task: str, *, lock: str, once: str = "", **arguments: int | str) -> None:
    """Queue the task of this name; jobs that share `lock` run one after the other.

    With `once`, a job of that name that still waits makes this one needless. The savepoint keeps the
    caller's transaction usable when it does.
    """
    job = app.configure_task(task, lock=lock, queueing_lock=once or None)
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        return
