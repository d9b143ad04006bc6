"""The rehearsal of a forum: started, entered, and ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.selectors import next_seen_as, rehearsal_of
from backend.setup.services.rehearsals import end_rehearsal
from backend.setup.services.rehearsing import start_rehearsal
from frontend.access import SEEN_AS, Request, organiser, refused_on


@organiser
@require_safe
def rehearsal(request: Request, attendee: Attendee) -> HttpResponse:
    """What a rehearsal is, and the forum's own where it has one."""
    return _page(request, attendee)


def _page(request: Request, attendee: Attendee, refusal: BusinessError | None = None) -> HttpResponse:
    event = attendee.event
    context = {"rehearsal": rehearsal_of(event), "forum": event.rehearsal_of, "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "setup/rehearsal.html", context, status=status)


@organiser
@require_POST
@refused_on(_page, even_not_found=True)
def start(request: Request, attendee: Attendee) -> HttpResponse:
    """Start the rehearsal, and go into it."""
    started = start_rehearsal(event=attendee.event, by=request.user, now=timezone.now())
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
    return render(request, "setup/end_rehearsal.html", context)


@organiser
@require_POST
def see_as(request: Request, attendee: Attendee) -> HttpResponse:
    """See the rehearsal's pages as the next of its made-up people."""
    if not attendee.event.is_rehearsal:
        raise NotFound(_("Only a rehearsal is seen as somebody made up: start one on the set-up page."))
    found = next_seen_as(attendee, request.session.get(SEEN_AS))
    if found is None:
        raise NotFound(_("Nobody made up is left in this rehearsal: end it and start another."))
    request.session[SEEN_AS] = found.pk
    return redirect("event_home", attendee.event.slug)


@organiser
@require_POST
def organise_again(request: Request, attendee: Attendee) -> HttpResponse:
    """End seeing the rehearsal as somebody made up."""
    request.session.pop(SEEN_AS, None)
    return redirect("rehearsal" if attendee.event.is_rehearsal else "setup", attendee.event.slug)
