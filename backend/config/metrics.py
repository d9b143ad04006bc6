"""/metrics, in the format of Prometheus: requests of this web process, and the rest from the database.

What the database holds is read when it is asked for, so every web process gives the same of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backend.config.health import is_monitor, readiness
from backend.config.request_log import registry
from backend.config.shared_counts import are_counts_shared
from backend.config.status import Status, status_at


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever runs Titian: with the monitor's token, or where no other machine reaches the pages."""
    if not is_monitor(request):
        return HttpResponse("Send the monitor's token.\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(_counted()), content_type=CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    """What this process counts or, where several give the pages of one port, what all of them do."""
    if not are_counts_shared():
        return registry
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    of_all.register(DatabaseCollector())
    return of_all


class DatabaseCollector(Collector):
    """Reads the status at each scrape; of a database that is away only that."""

    def describe(self) -> list[Metric]:
        return []  # nothing is read when it is registered

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        state, _delays = readiness(now, with_delays=False)
        yield _one("titian_database_up", "Whether the database answers.", state.reachable)
        yield _one("titian_database_migrated", "Whether it has this version's tables.", state.migrated)
        if not state.migrated:
            return
        try:
            status = status_at(now)
        except (DatabaseError, InterfaceError):
            connections.close_all()
            return
        yield from _of_database(status)
        yield from _of_jobs(status)
        yield from _of_mails(status)
        if status.lists:
            stages = GaugeMetricFamily(
                "titian_lists_stage_seconds", "Seconds of each stage of the newest lists.", labels=["stage"]
            )
            for stage, seconds in status.lists.seconds:
                stages.add_metric([stage], seconds)
            yield stages
            age = (now - status.lists.published_at).total_seconds()
            yield _one("titian_lists_age_seconds", "Seconds since the newest lists were published.", age)
        if status.backup_at:
            age = (now - status.backup_at).total_seconds()
            yield _one("titian_backup_age_seconds", "Seconds since the newest backup on this machine.", age)


def _of_database(status: Status) -> Iterator[Metric]:
    yield _one("titian_database_bytes", "Size of the database.", status.database.bytes)
    yield _one("titian_database_connections", "Connections in use.", status.database.connections)
    yield _one("titian_database_max_connections", "Connections that there can be.", status.database.max_connections)


def _of_jobs(status: Status) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("titian_jobs", "Jobs by queue and state.", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "titian_oldest_job_seconds", "Seconds that the oldest ready job has waited.", labels=["queue"]
    )
    for queue in status.queues:
        for state in ("ready", "later", "running", "failed"):
            jobs.add_metric([queue.name, state], getattr(queue, state))
        oldest.add_metric([queue.name], queue.oldest_seconds)
    yield jobs
    yield oldest
    given_up = sum(job.abandoned is not None for job in status.failed_jobs)
    yield _one("titian_jobs_given_up", "Jobs that ended with their worker each time they were tried.", given_up)
    rows = CounterMetricFamily("titian_rows_failed", "Rows on which a step of a job failed.", labels=["step"])
    for step in status.step_failures:
        rows.add_metric([step.step], step.failed)
    yield rows
    if status.worker_heartbeat is not None:
        yield _one("titian_worker_heartbeat_seconds", "Seconds since a worker's sign of life.", status.worker_heartbeat)


def _of_mails(status: Status) -> Iterator[Metric]:
    mails = GaugeMetricFamily("titian_mails", "Mails kept, by kind and state.", labels=["kind", "state"])
    for (kind, state), number in status.mails.items():
        mails.add_metric([kind, state], number)
    yield mails
    for name, seconds in (("sent", status.last_mail_sent), ("failed", status.last_mail_failed)):
        if seconds is not None:
            yield _one(f"titian_last_mail_{name}_seconds", f"Seconds since a mail was last {name}.", seconds)


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


registry.register(DatabaseCollector())
