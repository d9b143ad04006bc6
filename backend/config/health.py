"""What monitors ask, and what is answered while the database is away."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from dataclasses import asdict, dataclass

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, InterfaceError, connection, connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.defaults import server_error

from backend.core.outages import is_outage

RETRY_AFTER_SECONDS = 5

# A job is ready when no later time was set for it, or that time has come.
WAITING_JOBS = """
select queue_name, extract(epoch from %s - min(coalesce(scheduled_at, queued.at)))
from procrastinate_jobs,
     lateral (select max(at) as at from procrastinate_events where job_id = procrastinate_jobs.id) as queued
where status = 'todo' and (scheduled_at is null or scheduled_at <= %s)
group by queue_name
"""
HEARTBEAT = "select extract(epoch from %s - max(last_heartbeat)) from procrastinate_workers"


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Whether it answers, and has the tables of this version."""

    reachable: bool
    migrated: bool


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds, and None where there is nothing to count from; no person and no address."""

    oldest_waiting_job: dict[str, int]  # by queue
    last_mail_sent: int | None
    last_mail_failed: int | None
    worker_heartbeat: int | None


def healthz(_request: HttpRequest) -> HttpResponse:
    """Says that the web process answers; does not query the database, so that monitoring costs nothing."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be given: 503 where the database does not answer or lacks tables.

    Delays are for whoever runs Titian: the time of the last mail would tell a stranger who has an account.
    """
    state, delays = readiness(timezone.now(), with_delays=is_monitor(request))
    ready = state.reachable and state.migrated
    answer = {"ready": ready, "database": asdict(state)}
    if delays is not None:
        answer["seconds"] = asdict(delays)
    return JsonResponse(answer, status=200 if ready else 503, headers=None if ready else _retry_later())


def is_monitor(request: HttpRequest) -> bool:
    """With the monitor's token, or where no other machine reaches the pages."""
    if settings.TITIAN_MONITOR_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.TITIAN_MONITOR_TOKEN}")
    return bool(settings.TITIAN_IS_LOCAL)


def readiness(now: dt.datetime, *, with_delays: bool) -> tuple[DatabaseState, Delays | None]:
    """The state of the database, and the delays where they are wanted and can be read."""
    try:
        migrated = _is_migrated()
        return DatabaseState(True, migrated), delays_at(now) if with_delays and migrated else None
    except (DatabaseError, InterfaceError):
        connections.close_all()
        return DatabaseState(False, False), None


def _is_migrated() -> bool:
    return _migrations() <= set(MigrationRecorder(connection).applied_migrations())


@functools.cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those of this version, without what they replace."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def delays_at(now: dt.datetime) -> Delays:
    """How long jobs wait, and how long mails and worker have been silent."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_JOBS, [now, now])
        waiting = {str(queue): max(int(seconds), 0) for queue, seconds in cursor.fetchall()}
        cursor.execute(HEARTBEAT, [now])
        (heartbeat,) = cursor.fetchone()
    return Delays(
        oldest_waiting_job=waiting,
        last_mail_sent=_seconds_since_last(now, state="sent"),
        last_mail_failed=_seconds_since_last(now, error__gt=""),
        worker_heartbeat=None if heartbeat is None else max(int(heartbeat), 0),
    )


def _seconds_since_last(now: dt.datetime, **what: str) -> int | None:
    """Of the mails that keep what became of them; codes do not."""
    times = [
        tried_at
        for model in mail_models()
        if (tried_at := model._default_manager.filter(**what).aggregate(last=Max("tried_at"))["last"])
    ]
    return max(int((now - max(times)).total_seconds()), 0) if times else None


def mail_models() -> list[type[models.Model]]:
    """Those whose rows are mails and keep what became of them."""
    fields = ("state", "error", "tried_at")
    return [model for model in apps.get_models() if all(_has(model, field) for field in fields)]


def _has(model: type[models.Model], field: str) -> bool:
    try:
        model._meta.get_field(field)
    except FieldDoesNotExist:
        return False
    return True


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler of errors: “back in a moment” while the database is away."""
    if not is_outage(sys.exc_info()[1]):
        return server_error(request)
    connections.close_all()  # the next request asks anew
    message = _("Titian is back in a moment: its database does not answer just now. Please try again.")
    if request.path.startswith("/api/"):
        refusal = {"code": "back_in_a_moment", "message": message, "details": {}}
        return JsonResponse(refusal, status=503, headers=_retry_later())
    # Without the request: what templates read of it comes from the database.
    page = get_template("503.html").render({"is_reading": request.method in ("GET", "HEAD")})
    return HttpResponse(page, status=503, headers=_retry_later())


def _retry_later() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
