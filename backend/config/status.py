"""How the installation is doing, read from the database: for the administrators' page and for /metrics."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Count

from backend.config.backup import newest_backup
from backend.config.health import delays_at, mail_models
from backend.core.models import StepFailure
from backend.core.queue import CODES, QUEUES
from backend.suggestions.engine.texts import text_reader
from backend.suggestions.models import Run

LATELY = dt.timedelta(days=1)
WORKER_SILENT_SECONDS = 60
CODES_WAIT_SECONDS = 60
WORK_WAITS_SECONDS = 30 * 60
BACKUP_AFTER = dt.timedelta(hours=36)

JOBS = """
select queue_name,
    count(*) filter (where status = 'todo' and coalesce(scheduled_at, %(now)s) <= %(now)s),
    count(*) filter (where status = 'todo' and scheduled_at > %(now)s),
    count(*) filter (where status = 'doing'),
    count(*) filter (where status = 'failed'),
    count(*) filter (where status = 'failed' and exists (
        select from procrastinate_events e where e.job_id = j.id and e.type = 'failed' and e.at > %(since)s))
from procrastinate_jobs j group by queue_name
"""
FAILED = """
select j.id, j.task_name, j.args, kept.times,
    (select max(at) from procrastinate_events e where e.job_id = j.id)
from procrastinate_jobs j left join core_abandonedjob kept on kept.job = j.id
where kept.job is not null or (j.status = 'failed' and not j.args ? 'timestamp')
order by kept.job nulls last, j.id desc limit 50
"""
DATABASE = """
select pg_database_size(current_database()), current_setting('server_version'),
    (select count(*) from pg_stat_activity where datname = current_database()),
    current_setting('max_connections')::int
"""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The jobs of one queue; `oldest_seconds` is how long the oldest ready one has waited."""

    name: str
    ready: int = 0
    later: int = 0
    running: int = 0
    failed: int = 0
    failed_lately: int = 0
    oldest_seconds: int = 0


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that is not tried again by itself; `abandoned`: how often it ended with its worker, if it did."""

    id: int
    task: str
    arguments: dict[str, object]
    abandoned: int | None
    failed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """The server, how full it is, and how many of its connections are used."""

    bytes: int
    version: str
    connections: int
    max_connections: int


@dataclass(frozen=True, slots=True)
class ListsStatus:
    """The newest lists: when they were published, and the seconds of each stage."""

    published_at: dt.datetime
    seconds: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Status:
    """Counts and times; of nobody."""

    database: DatabaseStatus
    queues: list[QueueStatus]
    failed_jobs: list[FailedJob]  # but for those that come again by the clock
    step_failures: list[StepFailure]
    worker_heartbeat: int | None  # seconds ago, as those of mails
    last_mail_sent: int | None
    last_mail_failed: int | None
    mails: dict[tuple[str, str], int]  # by kind and state
    lists: ListsStatus | None
    backup_at: dt.datetime | None
    model: str

    @property
    def queue(self) -> dict[str, QueueStatus]:
        return {queue.name: queue for queue in self.queues}


def status_at(now: dt.datetime) -> Status:
    """Everything, in a dozen short queries."""
    delays = delays_at(now)
    return Status(
        database=_database(),
        queues=_queues(now, delays.oldest_waiting_job),
        failed_jobs=_failed_jobs(),
        step_failures=list(StepFailure.objects.order_by("step")),
        worker_heartbeat=delays.worker_heartbeat,
        last_mail_sent=delays.last_mail_sent,
        last_mail_failed=delays.last_mail_failed,
        mails=_mails(),
        lists=_lists(),
        backup_at=newest_backup(settings.BACKUPS),
        model=text_reader().model,
    )


def problems_of(status: Status, now: dt.datetime) -> list[str]:
    """Codes of what needs somebody; deploy/alerts.yml alerts on the same."""
    queues, found = status.queue, []
    if status.worker_heartbeat is None or status.worker_heartbeat > WORKER_SILENT_SECONDS:
        found.append("worker_silent")
    if queues[CODES].oldest_seconds > CODES_WAIT_SECONDS:
        found.append("codes_wait")
    if any(queue.oldest_seconds > WORK_WAITS_SECONDS for queue in status.queues if queue.name != CODES):
        found.append("work_waits")
    if any(queue.failed_lately for queue in status.queues):
        found.append("jobs_failed")
    if any(job.abandoned for job in status.failed_jobs):
        found.append("jobs_given_up")
    if any(step.failed_at > now - LATELY for step in status.step_failures):
        found.append("rows_failed")
    failed, sent = status.last_mail_failed, status.last_mail_sent
    if failed is not None and (sent is None or failed < sent):
        found.append("mail_fails")
    if status.database.connections > 0.8 * status.database.max_connections:
        found.append("connections_used")
    if status.backup_at is None or now - status.backup_at > BACKUP_AFTER:
        found.append("backup_old")
    return found


def _database() -> DatabaseStatus:
    with connection.cursor() as cursor:
        cursor.execute(DATABASE)
        size, version, used, most = cursor.fetchone()
    return DatabaseStatus(int(size), str(version).split(" ")[0], int(used), int(most))


def _queues(now: dt.datetime, oldest: dict[str, int]) -> list[QueueStatus]:
    with connection.cursor() as cursor:
        cursor.execute(JOBS, {"now": now, "since": now - LATELY})
        found = {str(name): numbers for name, *numbers in cursor.fetchall()}
    queues = []
    for name in dict.fromkeys((*QUEUES, *found)):
        ready, later, running, failed, lately = found.get(name, [0] * 5)
        queues.append(QueueStatus(name, ready, later, running, failed, lately, oldest.get(name, 0)))
    return queues


def _failed_jobs() -> list[FailedJob]:
    with connection.cursor() as cursor:
        cursor.execute(FAILED)
        rows = cursor.fetchall()
    return [FailedJob(pk, task, _dict_of(given), times, at) for pk, task, given, times, at in rows]


def _dict_of(given: str | dict[str, object]) -> dict[str, object]:
    """Django reads a jsonb column as text."""
    return json.loads(given) if isinstance(given, str) else given


def _mails() -> dict[tuple[str, str], int]:
    return {
        (model._meta.model_name or "", row["state"]): row["number"]
        for model in mail_models()
        for row in model._default_manager.order_by().values("state").annotate(number=Count("pk"))
    }


def _lists() -> ListsStatus | None:
    run = Run.objects.filter(state=Run.State.CURRENT).order_by("-published_at").only("report", "published_at")
    newest = run.first()
    if newest is None or newest.published_at is None:
        return None
    return ListsStatus(newest.published_at, newest.report.get("seconds", []))
