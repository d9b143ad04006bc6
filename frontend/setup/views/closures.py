"""For organisers: a day, an hour or a room is closed, and its meetings move."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from backend.booking.selectors.closures import closures_for, meetings_in, rooms_for
from backend.events.models.attendees import Attendee
from backend.setup.services.closures import close_period, reopen_period, undo_closure
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.fields import values_of
from frontend.setup.forms import ClosureButtonForm, ClosureForm


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def closures(request: Request, attendee: Attendee) -> HttpResponse:
    """What is closed, with its meetings; a POST tells first how many meetings it means, and then closes."""
    event, now, outcome, affected = attendee.event, timezone.now(), Outcome(), None
    form = ClosureForm(request.POST if request.method == "POST" else None, event, rooms_for(event))
    if form.is_bound and form.is_valid():
        room, period = form.cleaned_data["room"], form.period()
        if form.cleaned_data["do"] != "close":
            affected = meetings_in(event, period, room).count()
        else:
            with catch_refusal(even_not_found=True) as outcome:
                close_period(
                    event=event, period=period, room=room, reason=form.cleaned_data["reason"], by=request.user, now=now
                )
                messages.success(request, _("This time is closed. Its meetings are being moved."))
                return redirect("closures", event.slug)
    context = {"form": form, "rows": closures_for(event, now), "refusal": outcome.refusal, "affected": affected}
    status = outcome.refusal.status if outcome.refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "setup/closures.html", context, status=status)


@organiser
@require_POST
def change_closure(request: Request, attendee: Attendee, closure_id: int) -> HttpResponse:
    """Open a closed time again; within ten minutes its meetings can go back as before."""
    event, now = attendee.event, timezone.now()
    if values_of(ClosureButtonForm(request.POST))["do"] == "undo":
        back = undo_closure(event=event, closure_id=closure_id, by=request.user, now=now)
        text = ngettext(
            "The time is open again, and %(count)d meeting is back as before.",
            "The time is open again, and %(count)d meetings are back as before.",
            back,
        )
        messages.success(request, text % {"count": back})
    else:
        reopen_period(event=event, closure_id=closure_id, by=request.user, now=now)
        messages.success(request, _("The time is open again."))
    return redirect("closures", event.slug)
