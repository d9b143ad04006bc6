"""For organisers: who speaks in which session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.agenda.selectors.sessions import possible_speakers, speakers_by_session
from backend.agenda.services.bookmarks import assign_speaker, remove_speaker
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.agenda.forms import SpeakerForm
from frontend.fields import values_of


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def speakers(request: Request, attendee: Attendee) -> HttpResponse:
    """The sessions with their speakers; on POST, assign or remove one."""
    event, outcome = attendee.event, Outcome()
    form = SpeakerForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal(even_not_found=True) as outcome:
            return _change_speaker(request, event, values_of(form))
    context = {
        "sessions": speakers_by_session(event),
        "people": possible_speakers(event),
        "chosen": (form["session_id"].value(), form["attendee_id"].value()),
        "refusal": outcome.refusal,
    }
    return render(request, "agenda/speakers.html", context, status=outcome.status)


def _change_speaker(request: Request, event: Event, values: dict[str, Any]) -> HttpResponse:
    session_id, attendee_id = values["session_id"], values["attendee_id"]
    if values["do"] == "remove":
        remove_speaker(event=event, session_id=session_id, attendee_id=attendee_id, by=request.user)
        messages.success(request, _("They no longer speak there, and are free then."))
    else:
        assign_speaker(event=event, session_id=session_id, attendee_id=attendee_id, by=request.user, now=timezone.now())
        messages.success(request, _("They speak there, and nobody can ask them for that time."))
    return redirect("speakers", event.slug)
