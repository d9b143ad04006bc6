"""The real worker, in this process: it does what is due and stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection
from procrastinate.contrib.django import app


def do_jobs(*, silent_for: float | None = None) -> None:
    """Do all jobs that are due; first those of workers not heard of for `silent_for` seconds, where given.

    In a thread of its own: a browser driven by other tests keeps an event loop in this one.
    """
    from backend.core.queue import requeue_abandoned_jobs

    async def work() -> None:
        async with app.open_async():
            if silent_for is not None:
                await requeue_abandoned_jobs(silent_for=silent_for)
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful"
            )

    kept_open = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0  # the worker's threads end with it, and so must theirs
    try:
        with app.replace_connector(app.connector.get_worker_connector()), ThreadPoolExecutor(1) as thread:  # type: ignore[attr-defined]
            thread.submit(asyncio.run, work()).result()
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = kept_open


def kill_worker_at_work(queue: str, *, then: Callable[[], object] = lambda: None) -> str:
    """A worker takes up the next job of this queue and is killed, and another looks after it; the task.

    `then`: what happens between.
    """
    from backend.core.queue import requeue_abandoned_jobs

    async def look() -> None:
        async with app.open_async():
            await requeue_abandoned_jobs(silent_for=0)

    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now()) returning id")
        (worker,) = cursor.fetchone()
        cursor.execute("select task_name from procrastinate_fetch_job_v2(%s::varchar[], %s)", [[queue], worker])
        (task,) = cursor.fetchone()
    then()
    with app.replace_connector(app.connector.get_worker_connector()), ThreadPoolExecutor(1) as thread:  # type: ignore[attr-defined]
        thread.submit(asyncio.run, look()).result()
    return str(task)


@contextmanager
def workers_at_work() -> Iterator[None]:
    """The workers of every queue, as `run_worker` has them, from here to the end of the block."""
    from backend.core.queue import work_until_stopped

    loop, tasks = asyncio.new_event_loop(), []

    async def work() -> None:
        async with app.open_async():
            tasks.append(asyncio.current_task())
            await work_until_stopped()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(work())
        except asyncio.CancelledError:
            pass
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    kept_open = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0
    try:
        with app.replace_connector(app.connector.get_worker_connector()), ThreadPoolExecutor(1) as thread:  # type: ignore[attr-defined]
            done = thread.submit(run)
            try:
                yield
            finally:
                loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
                done.result()
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = kept_open


def waiting_jobs(task: str) -> list[tuple[int, bool]]:
    """The jobs of a task that wait, each with whether it waits for a later time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, scheduled_at > now() from procrastinate_jobs "
            "where task_name = %s and status = 'todo' order by id",
            [task],
        )
        return [(number, bool(later)) for number, later in cursor.fetchall()]


def next_job(queue: str) -> str:
    """The task of the job that the worker of this queue takes up next; it counts as begun."""
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_fetch_job_v2(%s::varchar[], null)", [[queue]])
        return str(cursor.fetchone()[0])


def let_the_wait_pass() -> None:
    """Make due what waits for another attempt."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set scheduled_at = now() where status = 'todo'")
