"""Background jobs, put into the database in the caller's transaction: rolled back together, or run."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import DEFAULT_QUEUE, Status
from procrastinate.manager import JobManager
from procrastinate.signals import on_stop
from procrastinate.tasks import configure_task
from procrastinate.worker import Worker
from psycopg import AsyncConnection
from psycopg import OperationalError as OperationalErrorOfPsycopg

from backend.core.errors import NotFound, Refused
from backend.core.memory import release_memory
from backend.core.models import AbandonedJob
from backend.core.outages import is_outage

SECONDS_WITHOUT_HEARTBEAT = 30
GRACE_SECONDS = 3
WATCH_SECONDS = 1.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 5.0  # between two questions whether the database is back

CLOCK = "clock"  # periodic work; it talks to no other server
CODES = "urgent"  # sign-in codes, which people wait for; its places are taken by nothing else
MAIL = "mail"  # work that talks to the mail server
WORK = DEFAULT_QUEUE  # matching, whose results people wait for
SMALL_WORK = "small"  # the same of small forums, which no large one holds up
PLANS = "plans"  # drafting and publishing programmes, which takes minutes
WEBHOOKS = "webhooks"  # work that talks to servers which are told what changes, or have calendars of attendees
LONG = "long"  # requests about many people: files, lists, changes of many
MAX_ABANDONED = 3  # a job that was at work so often when its worker ended is not tried again by itself
# How many jobs of each are done at a time, all of them in the one process of `run_worker`.
QUEUES: Mapping[str, int] = {CLOCK: 2, CODES: 4, MAIL: 4, WORK: 1, SMALL_WORK: 1, PLANS: 1, LONG: 2, WEBHOOKS: 2}

URGENT = 10  # priority over all waiting jobs of the queue; the default is 0

# Django's own connection, in the worker too: procrastinate's would queue a job before the change that calls
# for it is there to be read, and keep it when the change is rolled back. And by name, without the app's list
# of tasks: reading that imports every job, and so the matching, into the process that serves the pages.
_jobs = JobManager(DjangoConnector())


ABANDONED = """
INSERT INTO core_abandonedjob AS kept (key, times, abandoned_at) VALUES (%(key)s, 1, now())
ON CONFLICT (key) DO UPDATE SET abandoned_at = now(),
    times = CASE WHEN kept.abandoned_at < now() - interval '1 day' THEN 1 ELSE kept.times + 1 END
RETURNING times
"""
FORGET = "DELETE FROM core_abandonedjob WHERE job IS NULL AND abandoned_at < now() - interval '1 day'"
# It waits beyond any time, under a lock of its own. Where another waits that does the same, it is that one.
GIVE_UP = """
WITH found AS (
    SELECT id, lock FROM procrastinate_jobs
    WHERE id = %(job)s OR (status = 'todo' AND queueing_lock = %(key)s) ORDER BY status = 'todo' DESC LIMIT 1
), kept AS (
    UPDATE core_abandonedjob SET job = found.id, lock = found.lock FROM found WHERE key = %(key)s
)
UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = now() + interval '100 years',
    lock = 'given up ' || found.id, attempts = attempts + 1
FROM found WHERE procrastinate_jobs.id = found.id RETURNING found.id
"""
AGAIN = """
WITH kept AS (DELETE FROM core_abandonedjob WHERE job = %(job)s RETURNING job, lock)
UPDATE procrastinate_jobs SET scheduled_at = NULL, lock = kept.lock FROM kept WHERE id = kept.job RETURNING id
"""
# The n-th waiting job of a lock comes after the n-th of every other; a later lock begins where they are.
TURN = """
SELECT least(coalesce(max(priority), 0), coalesce(min(priority) FILTER (WHERE lock = %(lock)s), 1) - 1)
FROM procrastinate_jobs
WHERE queue_name = %(queue)s AND status IN ('todo', 'doing')
    AND (scheduled_at IS NULL OR scheduled_at <= now())
"""
BEFORE = """
SELECT count(*)
FROM procrastinate_jobs own JOIN procrastinate_jobs other ON other.queue_name = own.queue_name
WHERE own.task_name = %(task)s AND own.args = %(arguments)s::jsonb AND own.status = 'todo' AND (
    other.status = 'doing' OR other.status = 'todo' AND (-other.priority, other.id) < (-own.priority, own.id)
    AND (other.scheduled_at IS NULL OR other.scheduled_at <= now())
)
"""

log = logging.getLogger(__name__)


class DatabaseLost(Exception):
    """The worker's connection has ended; what it was doing is unfinished."""


def enqueue(
    task: str,
    *,
    lock: str,
    once: str = "",
    queue: str = WORK,
    priority: int = 0,
    not_before: dt.datetime | None = None,
    in_turns: bool = False,
    **arguments: int | str,
) -> None:
    """Queue the task of this name; jobs that share `lock` run one after the other, higher priorities first.

    A job that waits for its time, `not_before`, holds back the later jobs of its lock. `in_turns`: the jobs
    of a lock come in turns with those of the queue's other locks, however many of one there are.

    `once` is a queueing lock: while a job with it waits, no second one is queued. The savepoint keeps the
    caller's transaction usable then.
    """
    if in_turns:
        with connection.cursor() as cursor:
            cursor.execute(TURN, {"lock": lock, "queue": queue})
            priority = cursor.fetchone()[0]
    job = configure_task(
        name=task,
        job_manager=_jobs,
        lock=lock,
        queueing_lock=once or None,
        queue=queue,
        priority=priority,
        schedule_at=not_before,
    )
    if not once:
        job.defer(**arguments)
        return
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


def clock_job(name: str, *, cron: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The job of this name is done at the times of `cron`: one at a time, and never two that wait."""
    task = app.task(name=name, queue=CLOCK, lock=name, queueing_lock=name)
    return lambda function: app.periodic(cron=cron)(task(function))


def jobs_before(task: str, **arguments: int | str) -> int:
    """How many jobs of the queue are at work or come before this one; 0 where it does not wait."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, {"task": task, "arguments": json.dumps(arguments)})
        return int(cursor.fetchone()[0])


async def requeue_abandoned_jobs(*, silent_for: float = SECONDS_WITHOUT_HEARTBEAT) -> int:
    """Queue the unfinished jobs of killed workers again; returns their number. Awaited within a worker.

    A worker that has reported within `silent_for` seconds is left alone. An abandoned job's lock would hold
    back all later jobs of its kind. One abandoned three times, as where it takes all memory each time, is
    given up, and no other is queued that does the same: administrators read of it, and can try it again.
    """
    abandoned = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_for))
    await app.connector.execute_query_async(FORGET)
    for job in abandoned:
        key = job.queueing_lock or f"job {job.id}"
        times = (await app.connector.execute_query_one_async(ABANDONED, key=key))["times"]
        if times >= MAX_ABANDONED:
            log.error("%s (job %s) ended with its worker %d times: given up", job.task_name, job.id, times)
            given_up = await app.connector.execute_query_one_async(GIVE_UP, key=key, job=job.id)
            if given_up["id"] != job.id:
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            continue
        try:
            await app.job_manager.retry_job(job)
        except (AlreadyEnqueued, UniqueViolation):  # one with its queueing lock waits already
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    return len(abandoned)


def is_given_up(lock: str) -> bool:
    """Whether a job that held this lock ended its worker too often, and waits for an administrator."""
    return AbandonedJob.objects.filter(lock=lock, job__isnull=False).exists()


def try_job_again(job_id: int) -> None:
    """Queue a job that failed or was given up once more.

    Refuses NotFound, and `already_waiting` where another does the same.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(AGAIN, {"job": job_id})
            if not cursor.fetchall():
                _jobs.retry_job_by_id(job_id=job_id, retry_at=timezone.now())
    except UniqueViolation:
        raise Refused(
            "already_waiting", _("Another job that does the same waits already. Nothing is left to do.")
        ) from None
    except ConnectorException:
        raise NotFound(_("There is no such failed job any more. Load the page again.")) from None


async def work_until_stopped() -> None:
    """Do the jobs of every queue, each queue at its own pace, until a signal or a cancellation ends it.

    A silent mail server delays mails only, a long plan other plans only. Where one queue's worker fails, all
    end. Raises DatabaseLost at once, its jobs unfinished, when the database goes away.
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
                task_middleware=[release_memory_after, again_after_an_outage],
            )
        )
        for queue, at_once in QUEUES.items()
    ]
    asked, ending, lost = asyncio.Event(), asyncio.Event(), False
    watch = asyncio.create_task(_until_the_database_is_lost(ending))

    def stop() -> None:
        for worker in workers:
            if not worker.cancelling():  # a second cancel would interrupt its running jobs
                worker.cancel()

    def stop_when_asked() -> None:
        asked.set()
        stop()

    try:
        with on_stop(stop_when_asked):
            await asyncio.wait([*workers, watch], return_when=asyncio.FIRST_COMPLETED)
            if not asked.is_set():  # a worker may notice first that the database is lost
                await asyncio.wait([watch], timeout=3 * WATCH_SECONDS)
        lost = watch.done() and not asked.is_set()
        if lost:
            raise DatabaseLost
    finally:
        if not lost:
            ending.set()  # no cancellation: a connection that is being made would stay open
            stop()
            ended = await asyncio.gather(*workers, watch, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _until_the_database_is_lost(ending: asyncio.Event) -> None:
    """On a connection of its own; returns when that has ended, or is no longer needed."""
    try:
        async with await AsyncConnection.connect(**connector_params(), autocommit=True) as watched:
            while not ending.is_set():
                await watched.execute("select 1")
                with suppress(TimeoutError):
                    await asyncio.wait_for(ending.wait(), WATCH_SECONDS)
    except OperationalErrorOfPsycopg:
        return


def release_memory_after(do_job: Callable[[], Any], context: JobContext, _worker: Worker) -> Any:
    """Do a job; what a computation no longer uses then goes back to the system."""
    try:
        return do_job()
    finally:
        if context.job.queue in (WORK, SMALL_WORK, PLANS, LONG):
            release_memory()


def again_after_an_outage(do_job: Callable[[], Any], _context: JobContext, _worker: Worker) -> Any:
    """Do a job, and do it again from its beginning when the database went away during it.

    As after a kill, what it had committed stays, and every job can be done twice.
    """
    while True:
        close_old_connections()
        try:
            return do_job()
        except Exception as error:
            if not is_outage(error):
                raise
        finally:
            close_old_connections()  # as after a request
        wait_for_database()


def wait_for_database() -> None:
    """Return once this thread's connection answers, however long that takes."""
    wait = FIRST_WAIT_SECONDS
    while True:
        connections.close_all()
        try:
            connection.ensure_connection()
            return
        except (OperationalError, InterfaceError) as error:
            if not is_outage(error):
                raise
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)
