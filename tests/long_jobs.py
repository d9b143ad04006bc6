"""What a long job answers: the worker's part is done here, on the test's own connection."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from backend.events.models import LongJob
from backend.events.services.long_jobs import answer_job


def do_long_jobs() -> None:
    """Answer every request that waits, the first asked first."""
    for job_id in LongJob.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True):
        answer_job(job_id=job_id, now=timezone.now())


def answered(client: Client, response: Any) -> Any:
    """The answer itself, where this one led to a long job; a program asks with the same headers."""
    place = response.headers.get("Location", "")
    if "/jobs/" not in place:
        return response
    do_long_jobs()
    return client.get(f"{place}answer/")
