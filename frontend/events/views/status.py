"""How the installation is doing, for its administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.config.forum_usage import MOST_SHOWN, forum_usage_at
from backend.config.status import problems_of, status_at
from backend.core.queue import try_job_again
from frontend.access import Request, administrator
from frontend.events.words.status import PROBLEMS, QUEUE_NAMES, stage_name


@administrator
@require_safe
def installation_status(request: Request) -> HttpResponse:
    """What needs somebody, jobs, what each forum uses, mails, database, lists and backups."""
    now = timezone.now()
    status, usage = status_at(now), forum_usage_at(now)
    context = {
        "status": status,
        "now": now,
        "problems": [PROBLEMS[code] for code in problems_of(status, now)],
        "queues": [(QUEUE_NAMES.get(queue.name, queue.name), queue) for queue in status.queues],
        "forums": usage[:MOST_SHOWN],
        "forum_count": len(usage),
        "stages": [(stage_name(stage), seconds) for stage, seconds in (status.lists.seconds if status.lists else ())],
    }
    return render(request, "events/status.html", context)


@administrator
@require_POST
def try_again(request: Request, job_id: int) -> HttpResponse:
    """Queue a failed job once more."""
    try_job_again(job_id)
    messages.success(request, _("The job waits for its turn again."))
    return redirect("installation_status")
