"""How the installation is doing, for its administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.config.status import problems_of, status_at
from frontend.access import Request, administrator
from frontend.events.words.status import PROBLEMS, QUEUE_NAMES, stage_name


@administrator
@require_safe
def installation_status(request: Request) -> HttpResponse:
    """Jobs, mails, database, lists and backups, and first what needs somebody."""
    now = timezone.now()
    status = status_at(now)
    context = {
        "status": status,
        "now": now,
        "problems": [PROBLEMS[code] for code in problems_of(status, now)],
        "queues": [(QUEUE_NAMES.get(queue.name, queue.name), queue) for queue in status.queues],
        "stages": [
            (stage_name(stage), seconds) for stage, seconds in (status.lists.seconds if status.lists else ())
        ],
    }
    return render(request, "events/status.html", context)
