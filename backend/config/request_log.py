"""Around every request: its id, its count and time for /metrics, and one line where logs are JSON.

Of what was asked only the name of the page is kept: addresses hold people's numbers, and some are secret.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import ResolverMatch
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics

from backend.config.logs import request_id, secrets
from backend.core.routes import match_of, secrets_in

ID = re.compile(r"[\w-]{8,64}")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
STATIC, NOWHERE = "static", "nowhere"
HEADER, KEY = "X-Request-ID", "HTTP_X_REQUEST_ID"

log = logging.getLogger("backend.requests")
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second row for each count: when it began
registry = CollectorRegistry()  # of this process
ProcessCollector(registry=registry)
REQUESTS = Counter("titian_requests", "Requests answered.", ["view", "method", "status"], registry=registry)
SECONDS = Histogram(
    "titian_request_seconds",
    "Seconds until a request was answered.",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=registry,
)


class Observed:
    """A WSGI application with an id for each request, counted."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Any:
        identity = self._identity(environment.get(KEY, ""))
        environment[KEY] = identity
        match = match_of(environment["PATH_INFO"])
        before, before_secrets = request_id.set(identity), secrets.set(secrets_in(match))
        began, answered = time.perf_counter(), ["500"]

        def start_with_id(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            answered[0] = status[:3]
            others = [(name, value) for name, value in headers if name.lower() != HEADER.lower()]
            return start(status, [*others, (HEADER, identity)], *error)

        try:
            return self._application(environment, start_with_id)
        finally:
            _note(environment, match, answered[0], time.perf_counter() - began)
            request_id.reset(before)
            secrets.reset(before_secrets)

    def _identity(self, given: str) -> str:
        """What the proxy gave; clients give none."""
        return given if settings.TITIAN_HTTPS and ID.fullmatch(given) else uuid.uuid4().hex


def _note(environment: dict[str, Any], match: ResolverMatch | None, status: str, seconds: float) -> None:
    path, method = environment["PATH_INFO"], environment["REQUEST_METHOD"]
    view = view_name(path, match)
    method = method if method in METHODS else "other"
    REQUESTS.labels(view, method, status).inc()
    SECONDS.labels(kind_of(path)).observe(seconds)
    fields = {"view": view, "method": method, "status": int(status), "ms": round(1000 * seconds)}
    log.info("%s %s %s", method, view, status, extra={"fields": fields})


def view_name(path: str, match: ResolverMatch | None) -> str:
    """The name of the page or operation at an address, without the numbers and names in it."""
    if path.startswith(f"/{STATIC}/"):
        return STATIC
    return match.view_name if match else NOWHERE


def kind_of(path: str) -> str:
    """
    >>> kind_of("/api/v1/me/"), kind_of("/static/css/base.css"), kind_of("/e/forum/")
    ('api', 'static', 'page')
    """
    first = path.split("/", 2)[1]
    return first if first in ("api", STATIC) else "page"
