"""The rehearsal of a forum: started, entered, and ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.events.selectors import rehearsal_of
from backend.events.services import end_rehearsal
from backend.meetings.services import start_rehearsal
from frontend.access import Request, organiser


@organiser
@require_safe
def rehearsal(request: Request, attendee: Attendee) -> HttpResponse:
    """What a rehearsal is, and the forum's own where it has one."""
    return _page(request, attendee)


@organiser
@require_POST
def start(request: Request, attendee: Attendee) -> HttpResponse:
    """Start the rehearsal, and go into it."""
    try:
        started = start_rehearsal(event=attendee.event, by=request.user, now=timezone.now())
    except BusinessError as refusal:
        return _page(request, attendee, refusal)
    messages.success(request, _("The rehearsal is open. Its lists are being made: that takes a minute."))
    return redirect("rehearsal", started.slug)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, attendee: Attendee) -> HttpResponse:
    """Ask whether to end the forum's rehearsal; on POST, delete it."""
    if request.method == "POST":
        end_rehearsal(event=attendee.event, by=request.user)
        messages.success(request, _("The rehearsal has ended, and everything in it is deleted."))
        return redirect("rehearsal", attendee.event.slug)
    context = {"rehearsal": rehearsal_of(attendee.event)}
    return render(request, "meetings/setup/end_rehearsal.html", context)


def _page(request: Request, attendee: Attendee, refusal: BusinessError | None = None) -> HttpResponse:
    event = attendee.event
    context = {
        "rehearsal": rehearsal_of(event),
        "forum": event.rehearsal_of,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "meetings/setup/rehearsal.html", context, status=status)
