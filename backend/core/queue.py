"""Background jobs, put into the database in the caller's transaction: rolled back together, or run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import DEFAULT_QUEUE, Status
from procrastinate.manager import JobManager
from procrastinate.signals import on_stop
from procrastinate.tasks import configure_task

SECONDS_WITHOUT_HEARTBEAT = 30
GRACE_SECONDS = 3

CLOCK = "clock"  # periodic work; it talks to no other server
CODES = "urgent"  # sign-in codes, which people wait for; its places are taken by nothing else
MAIL = "mail"  # work that talks to the mail server
WORK = DEFAULT_QUEUE  # matching, whose results people wait for
PLANS = "plans"  # drafting and publishing programmes, which takes minutes
# How many jobs of each are done at a time, all of them in the one process of `run_worker`.
QUEUES: Mapping[str, int] = {CLOCK: 2, CODES: 4, MAIL: 4, WORK: 1, PLANS: 1}

URGENT = 10  # priority over all waiting jobs of the queue; the default is 0

# Django's own connection, in the worker too: procrastinate's would queue a job before the change that calls
# for it is there to be read, and keep it when the change is rolled back. And by name, without the app's list
# of tasks: reading that imports every job, and so the matching, into the process that serves the pages.
_jobs = JobManager(DjangoConnector())


def enqueue(
    task: str, *, lock: str, once: str = "", queue: str = WORK, priority: int = 0, **arguments: int | str
) -> None:
    """Queue the task of this name; jobs that share `lock` run one after the other, higher priorities first.

    `once` is a queueing lock: while a job with it waits, no second one is queued. The savepoint keeps the
    caller's transaction usable then.
    """
    job = configure_task(
        name=task, job_manager=_jobs, lock=lock, queueing_lock=once or None, queue=queue, priority=priority
    )
    if not once:
        job.defer(**arguments)
        return
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


async def requeue_abandoned_jobs(*, silent_for: float = SECONDS_WITHOUT_HEARTBEAT) -> int:
    """Queue the unfinished jobs of killed workers again; returns their number. Awaited within a worker.

    A worker that has reported within `silent_for` seconds is left alone. An abandoned job's lock would hold
    back all later jobs of its kind.
    """
    abandoned = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_for))
    for job in abandoned:
        try:
            await app.job_manager.retry_job(job)
        except (AlreadyEnqueued, UniqueViolation):  # one with its queueing lock waits already
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    return len(abandoned)


async def work_until_stopped() -> None:
    """Do the jobs of every queue, each queue at its own pace, until a signal or a cancellation ends it.

    A silent mail server delays mails only, a long plan other plans only. Where one queue's worker fails, all
    end.
    """
    # Takes seconds, in which a signal still ends the process at once.
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    # A thread for every job that may run: the loop's own are few, and slow mails would take them all.
    threads = ThreadPoolExecutor(sum(QUEUES.values()) + 1, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)
    workers = [
        asyncio.create_task(
            app.run_worker_async(
                queues=[queue],
                name=queue,
                concurrency=at_once,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
                fetch_job_polling_interval=5.0,
                install_signal_handlers=False,
            )
        )
        for queue, at_once in QUEUES.items()
    ]

    def stop() -> None:
        for worker in workers:
            if not worker.cancelling():  # a second cancel would interrupt its running jobs
                worker.cancel()

    try:
        with on_stop(stop):
            await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop()
        ended = await asyncio.gather(*workers, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
