"""A long job for the person who asked for it: how far it is, and its answer."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe
from django_htmx.http import HttpResponseClientRedirect

from backend.core.queue import jobs_before
from backend.events.models.long_jobs import LongJob
from backend.events.services.long_jobs import ANSWER_LONG_JOB, fetch_answer
from frontend.access import Request, long_job_owner, shows_secret

CSRF_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')


@long_job_owner
@require_safe
def long_job(request: Request, job: LongJob) -> HttpResponse:
    """How far it is; leads on to a page that is ready, and shows where to fetch a file."""
    if job.state == LongJob.State.DONE and not job.file_name:
        address = reverse("long_job_answer", args=[job.event.slug, job.pk])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    context = {
        "job": job,
        "event": job.event,
        "before": jobs_before(ANSWER_LONG_JOB, job_id=job.pk),
        "is_at_work": job.state in (LongJob.State.WAITING, LongJob.State.RUNNING),
    }
    return render(request, "events/_long_job.html" if request.htmx else "events/long_job.html", context)


@long_job_owner
@shows_secret
@require_GET
def long_job_answer(request: Request, job: LongJob) -> HttpResponse:
    """The file or the page that the job has made, once; its forms are this browser's."""
    answer = fetch_answer(job=job, now=timezone.now())
    content = answer.content
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        content = CSRF_TOKEN.sub(rb"\g<1>" + get_token(request).encode(), content)
    if "Location" in answer.headers:
        for level, text, tags in answer.notes:
            messages.add_message(request, level, text, extra_tags=tags)
    return HttpResponse(content, status=answer.status, headers=answer.headers)
