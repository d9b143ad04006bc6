"""Who speaks at which session, as organisers name them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.meetings.selectors import possible_speakers, speakers_by_session
from backend.meetings.services import drop_speaker, name_speaker
from frontend.access import Request, organiser
from frontend.meetings.forms import number_in


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def speakers(request: Request, attendee: Attendee) -> HttpResponse:
    """The sessions with their speakers; on POST, name one, or drop one."""
    if request.method != "POST":
        return _page(request, attendee)
    named = {name: number_in(request.POST.get(name)) or 0 for name in ("session_id", "attendee_id")}
    try:
        if request.POST.get("do") == "drop":
            drop_speaker(event=attendee.event, **named, by=request.user)
            messages.success(request, _("They no longer speak there, and are free then."))
        else:
            name_speaker(event=attendee.event, **named, by=request.user, now=timezone.now())
            messages.success(request, _("They speak there, and nobody can ask them for that time."))
    except BusinessError as refusal:
        return _page(request, attendee, refusal)
    return redirect("speakers", attendee.event.slug)


def _page(request: Request, attendee: Attendee, refusal: BusinessError | None = None) -> HttpResponse:
    context = {
        "sessions": speakers_by_session(attendee.event),
        "people": possible_speakers(attendee.event),
        "asked": (number_in(request.POST.get("session_id")), number_in(request.POST.get("attendee_id"))),
        "refusal": refusal,
    }
    return render(request, "setup/speakers.html", context, status=refusal.status if refusal else 200)
