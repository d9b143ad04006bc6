"""Rows that fail do not stop those that follow: each in its own try, logged once and counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from backend.core.outages import is_outage

Row = TypeVar("Row")
Result = TypeVar("Result")

log = logging.getLogger(__name__)

COUNT = """
INSERT INTO core_stepfailure AS kept (step, failed, failed_at) VALUES (%(step)s, %(failed)s, %(now)s)
ON CONFLICT (step) DO UPDATE SET failed = kept.failed + excluded.failed, failed_at = excluded.failed_at
"""


def for_each(step: str, rows: Iterable[Row], do: Callable[[Row], Result]) -> list[Result]:
    """What `do` gives of each of these rows, without those on which it fails; for jobs that come again.

    `do` is a transaction of its own. Failures are logged in one line with the traceback of the first, and
    counted under the name of the step (`core.models.StepFailure`). An outage of the database is raised: the
    job is then done again.
    """
    done: list[Result] = []
    kinds: Counter[str] = Counter()
    first: Exception | None = None
    for row in rows:
        try:
            done.append(do(row))
        except Exception as error:
            if is_outage(error):
                raise
            kinds[type(error).__name__] += 1
            first = first or error
    if first is not None:
        failed = kinds.total()
        log.error(
            "%s: %d of %d failed (%s); the others are done. The first:",
            step, failed, failed + len(done), ", ".join(f"{kind} {n}" for kind, n in kinds.items()),
            exc_info=first,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"step": step, "failed": failed, "now": timezone.now()})
    return done
