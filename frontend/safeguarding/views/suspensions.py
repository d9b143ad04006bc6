"""Suspend somebody, and lift it: for safeguarding leads alone. No address says whom: addresses are logged."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.roles import is_paused
from backend.safeguarding.selectors.reports import people_called, person_of_event
from backend.safeguarding.selectors.suspensions import suspensions_for
from backend.safeguarding.services import suspensions as services
from backend.safeguarding.services.suspensions import suspend_person
from frontend.access import Request, catch_refusal, safeguarding_lead
from frontend.fields import values_of
from frontend.safeguarding.forms import FindForm, SuspendedForm, SuspendForm


@safeguarding_lead
@require_safe
def suspensions(request: Request, attendee: Attendee) -> HttpResponse:
    """Who is and was suspended; finds somebody by name to suspend."""
    form = FindForm(request.GET)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    rows = suspensions_for(attendee)
    context = {
        "in_force": [row for row in rows if row.lifted_at is None],
        "lifted": [row for row in rows if row.lifted_at is not None],
        "name": name,
        "people": people_called(attendee.event_id, name, but_for=attendee.pk),
    }
    return render(request, "safeguarding/suspensions.html", context)


@safeguarding_lead
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: Request, attendee: Attendee) -> HttpResponse:
    """Say what suspending somebody does and ask for the reason; on POST, suspend."""
    named = values_of(SuspendedForm(request.POST if request.method == "POST" else request.GET))
    attendee_id, report_id = named["attendee"], named["report"]
    person = person_of_event(attendee.event_id, attendee_id, but_for=attendee.pk)
    if person is None:
        raise NotFound(_("There is no such person at this forum."))
    form = SuspendForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            suspend_person(
                lead=attendee,
                attendee_id=attendee_id,
                reason=form.cleaned_data["reason"],
                report_id=report_id,
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("%(name)s is suspended.") % {"name": person.name})
            return redirect("suspensions", attendee.event.slug)
    is_suspended = is_paused(Attendee(pk=attendee_id))
    context = {"person": person, "report_id": report_id, "form": form, "is_suspended": is_suspended}
    return render(request, "safeguarding/suspend.html", context, status=422 if form.errors else 200)


@safeguarding_lead
@require_POST
def lift_suspension(request: Request, attendee: Attendee) -> HttpResponse:
    """Let somebody take part again."""
    attendee_id = values_of(SuspendedForm(request.POST))["attendee"]
    services.lift_suspension(lead=attendee, attendee_id=attendee_id, by=request.user, now=timezone.now())
    messages.success(request, _("The suspension is lifted. What was called off stays so."))
    return redirect("suspensions", attendee.event.slug)
