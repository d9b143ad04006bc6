"""What a long job answers: the worker's part is done here, on the test's own connection."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from backend.events.models.long_jobs import LongJob
from backend.events.services.long_jobs import answer_job


def do_long_jobs() -> None:
    """Answer every request that waits, the first asked first."""
    for job_id in LongJob.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True):
        answer_job(job_id=job_id, now=timezone.now())


def answered(client: Client, response: Any, *, follow: bool = False) -> Any:
    """The answer of the long job that this response leads to, else the response; `follow`: where it leads."""
    place = response.headers.get("Location", "")
    if "/jobs/" in place:
        do_long_jobs()
        response = client.get(f"{place}answer/")
    return client.get(response["Location"]) if follow and response.status_code == 302 else response


def read(client: Client, address: str) -> Any:
    """The page or the file at an address, whether or not a worker has to make it first."""
    answer = answered(client, client.get(address))
    return client.get(address) if answer.get("Location") == address.partition("?")[0] else answer
