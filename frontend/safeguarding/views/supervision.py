"""Who may look after minors, and where: checks of adults, chaperones and open places, for leads alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.events.models.attendees import Attendee
from backend.safeguarding.selectors.supervision import candidates_for, delegations_of_minors, supervision_for
from backend.safeguarding.services import supervision as services
from backend.safeguarding.services.supervision import record_vetting
from frontend.access import Request, catch_refusal, safeguarding_lead
from frontend.fields import values_of
from frontend.safeguarding.forms import ChaperoneForm, OpenPlaceForm, VettingForm


@safeguarding_lead
@require_http_methods(["GET", "HEAD", "POST"])
def supervision(request: Request, attendee: Attendee) -> HttpResponse:
    """Who was checked, and until when; on POST, record a check."""
    now, event = timezone.now(), attendee.event
    data = request.POST if request.method == "POST" else None
    form = VettingForm(data, candidates=candidates_for(attendee, now))
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            record_vetting(event=event, by=request.user, now=now, **form.cleaned_data)
            messages.success(request, _("Recorded."))
            return redirect("supervision", event.slug)
    context = {"supervision": supervision_for(attendee, now), "form": form}
    status = 422 if form.errors else 200
    return render(request, "safeguarding/supervision.html", context, status=status)


@safeguarding_lead
@require_POST
def end_vetting(request: Request, attendee: Attendee, vetting_id: int) -> HttpResponse:
    """End the record of a check."""
    services.end_vetting(event=attendee.event, vetting_id=vetting_id, by=request.user, now=timezone.now())
    messages.success(request, _("Ended. This person sits in no session with young people any more."))
    return redirect("supervision", attendee.event.slug)


@safeguarding_lead
@require_POST
def add_chaperone(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Record whose young people somebody looks after."""
    event = attendee.event
    form = ChaperoneForm(request.POST, delegations=delegations_of_minors(event.pk))
    values_of(form)
    services.add_chaperone(
        event=event,
        attendee_id=attendee_id,
        organisation_id=form.chosen.organisation_id,
        country=form.chosen.country,
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("Recorded."))
    return redirect("supervision", event.slug)


@safeguarding_lead
@require_POST
def remove_chaperone(request: Request, attendee: Attendee, chaperone_id: int) -> HttpResponse:
    """End it."""
    services.remove_chaperone(event=attendee.event, chaperone_id=chaperone_id, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("supervision", attendee.event.slug)


@safeguarding_lead
@require_POST
def mark_open_place(request: Request, attendee: Attendee, table_id: int) -> HttpResponse:
    """Record that a place stands in the open, or no longer does."""
    is_marked = values_of(OpenPlaceForm(request.POST))["answer"] == OpenPlaceForm.YES
    services.mark_open_place(
        event=attendee.event, table_id=table_id, is_marked=is_marked, by=request.user, now=timezone.now()
    )
    messages.success(request, _("Saved."))
    return redirect("supervision", attendee.event.slug)
