"""The lists for organisers: the Run's report, one list, one pair, and building them again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.events.models import Attendee
from backend.suggestions.selectors import (
    list_inspection_for,
    list_owners_for,
    pair_inspection_for,
    run_status_for,
)
from backend.suggestions.services import request_build
from frontend.access import Request, organiser
from frontend.suggestions.forms import InspectionForm


@organiser
@require_safe
def matching(request: Request, attendee: Attendee) -> HttpResponse:
    """The current Run's report: who is reached, how evenly, across which sectors, and what that cost."""
    return render(request, "suggestions/matching.html", {"page": run_status_for(attendee.event)})


@organiser
@require_safe
def lists(request: Request, attendee: Attendee) -> HttpResponse:
    """The list of the attendee chosen by `of`."""
    wanted = InspectionForm(request.GET).attendee_id()
    found = list_inspection_for(event=attendee.event, attendee_id=wanted) if wanted else None
    context = {"found": found, "owners": list_owners_for(attendee.event), "wanted": wanted}
    return render(request, "suggestions/lists.html", context)


@organiser
@require_safe
def pair(request: Request, attendee: Attendee, owner: int, other: int) -> HttpResponse:
    """Every feature of one entry of a list."""
    found = pair_inspection_for(event=attendee.event, attendee_id=owner, other_id=other)
    return render(request, "suggestions/pair.html", {"found": found})


@organiser
@require_POST
def rebuild_lists(request: Request, attendee: Attendee) -> HttpResponse:
    """Have every list rebuilt."""
    request_build(event=attendee.event, by=request.user, now=timezone.now())
    messages.success(request, _("Every list is being rebuilt. The present lists stay until then."))
    return redirect("matching", attendee.event.slug)
