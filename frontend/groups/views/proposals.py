"""Roundtables that attendees propose: approved or declined on the page of small groups."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.events.models.attendees import Attendee
from backend.groups.services.rounds import approve_roundtable, decline_roundtable
from frontend.access import Request, organiser, refused_on
from frontend.fields import values_of
from frontend.groups.forms.roundtables import ProposalAnswerForm
from frontend.groups.views.rounds import rounds_page


@organiser
@require_POST
@refused_on(rounds_page)
def approve(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Open what an attendee proposed."""
    version = values_of(ProposalAnswerForm(request.POST))["version"]
    approve_roundtable(event=attendee.event, rounds_id=rounds_id, version=version, by=request.user, now=timezone.now())
    messages.success(request, _("Approved. Its host is told, and others can join it."))
    return redirect("all_rounds", attendee.event.slug)


@organiser
@require_POST
@refused_on(rounds_page)
def decline(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Decline what an attendee proposed; they are told why."""
    answer = values_of(ProposalAnswerForm(request.POST))
    decline_roundtable(event=attendee.event, rounds_id=rounds_id, **answer, by=request.user, now=timezone.now())
    messages.success(request, _("Declined. Whoever proposed it is told why."))
    return redirect("all_rounds", attendee.event.slug)
