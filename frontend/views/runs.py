"""How the lists came out, as a whole: for organisers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.events.models import Attendee
from backend.suggestions.selectors import run_page_for
from backend.suggestions.services import request_build
from frontend.access import Request, organiser


@organiser
@require_safe
def matching(request: Request, attendee: Attendee) -> HttpResponse:
    """The current Run's report: who is reached, how evenly, across which sectors, and what that cost."""
    return render(request, "suggestions/matching.html", {"page": run_page_for(attendee.event)})


@organiser
@require_POST
def compute_anew(request: Request, attendee: Attendee) -> HttpResponse:
    """Have every list computed anew."""
    request_build(event=attendee.event, by=request.user)
    messages.success(request, _("Every list is being computed anew. The present lists stay until then."))
    return redirect("matching", attendee.event.slug)
