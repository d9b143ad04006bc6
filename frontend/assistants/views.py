"""Who may act for me and for whom I act; and the page on which I act for somebody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.assistants.rules import can_have_assistants
from backend.assistants.selectors import asking_principals, assistants_for
from backend.assistants.services.assistants import accept_principal, end_assistant, name_assistant
from backend.booking.selectors.acting import acting_for, principals_for
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.meetings import cancel_meeting
from backend.core.errors import BusinessError
from backend.core.limits import Kind
from backend.events.models.attendees import Attendee
from frontend.access import Request, catch_refusal, counted, participant, refused_on
from frontend.assistants.forms import AssistantForm
from frontend.booking.forms import AcceptForm, ReasonForm
from frontend.fields import values_of


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@counted(Kind.ASSISTANT_NAMED)
def assistants(request: Request, attendee: Attendee) -> HttpResponse:
    """Who may act for me, for whom I act and who asks me to; on POST, name somebody by their address."""
    now = timezone.now()
    form = AssistantForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            name_assistant(attendee=attendee, by=request.user, now=now, **form.cleaned_data)
            messages.success(
                request, _("Noted. If somebody here has this address, they are asked. You hear if they agree.")
            )
            return redirect("assistants", attendee.event.slug)
    context = {
        "form": form,
        "mine": assistants_for(attendee, now),
        "principals": principals_for(attendee, now),
        "asking": asking_principals(attendee, now),
        "can_have": can_have_assistants(attendee, now),
    }
    return render(request, "assistants/assistants.html", context, status=400 if form.is_bound else 200)


@participant
@require_POST
def accept(request: Request, attendee: Attendee, assistant_id: int) -> HttpResponse:
    """Agree to act for whoever asks me to."""
    row = accept_principal(attendee=attendee, assistant_id=assistant_id, by=request.user, now=timezone.now())
    messages.success(request, _("You may act for them now. We let them know."))
    return redirect("acting_for", attendee.event.slug, row.principal_id)


@participant
@require_POST
def end(request: Request, attendee: Attendee, assistant_id: int) -> HttpResponse:
    """End that somebody acts for me, or I for somebody; or say no."""
    end_assistant(attendee=attendee, assistant_id=assistant_id, by=request.user, now=timezone.now())
    messages.success(request, _("Ended, at once."))
    return redirect("assistants", attendee.event.slug)


@participant
@require_safe
def acting(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """What I can do for somebody: requests to answer, requests of theirs, meetings to come."""
    return acting_page(request, attendee, attendee_id)


def acting_page(
    request: Request, attendee: Attendee, attendee_id: int, meeting_id: int = 0, refusal: BusinessError | None = None
) -> HttpResponse:
    """The page as it is now; after a refusal with its sentence, and what was typed about that meeting."""
    match = request.resolver_match
    context = {
        "found": acting_for(attendee, attendee_id, timezone.now()),
        "refusal": refusal,
        "refused_meeting": meeting_id,
        "refused_at": str(match.url_name).removesuffix("_for") if refusal and match else "",
        "typed": ReasonForm(request.POST)["reason"].value() or "",
    }
    return render(request, "assistants/acting.html", context, status=refusal.status if refusal else 200)


refused_on_acting_page = refused_on(acting_page)


@participant
@require_POST
@refused_on_acting_page
def accept_for(request: Request, attendee: Attendee, attendee_id: int, meeting_id: int) -> HttpResponse:
    """Accept one of the times of a request to the principal."""
    now, slot_id = timezone.now(), values_of(AcceptForm(request.POST))["slot"]
    principal = acting_for(attendee, attendee_id, now).principal
    accept_meeting(attendee=principal, meeting_id=meeting_id, slot_id=slot_id, by=request.user, now=now)
    return _done(request, attendee, attendee_id, _("Accepted. Both read that you did it."))


@participant
@require_POST
@refused_on_acting_page
@counted(Kind.MESSAGE_SENT)
def decline_for(request: Request, attendee: Attendee, attendee_id: int, meeting_id: int) -> HttpResponse:
    """Decline a request to the principal."""
    now, reason = timezone.now(), values_of(ReasonForm(request.POST))["reason"]
    principal = acting_for(attendee, attendee_id, now).principal
    decline_meeting(attendee=principal, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
    return _done(request, attendee, attendee_id, _("Declined. Both read that you did it."))


@participant
@require_POST
@refused_on_acting_page
def withdraw_for(request: Request, attendee: Attendee, attendee_id: int, meeting_id: int) -> HttpResponse:
    """Take a request of the principal's back."""
    now = timezone.now()
    principal = acting_for(attendee, attendee_id, now).principal
    withdraw_request(attendee=principal, meeting_id=meeting_id, by=request.user, now=now)
    return _done(request, attendee, attendee_id, _("Taken back. Both read that you did it."))


@participant
@require_POST
@refused_on_acting_page
@counted(Kind.MESSAGE_SENT)
def cancel_for(request: Request, attendee: Attendee, attendee_id: int, meeting_id: int) -> HttpResponse:
    """Cancel a meeting of the principal's, with a reason."""
    now, reason = timezone.now(), values_of(ReasonForm(request.POST))["reason"]
    principal = acting_for(attendee, attendee_id, now).principal
    cancel_meeting(attendee=principal, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
    return _done(request, attendee, attendee_id, _("Cancelled. Both read why, and that you did it."))


def _done(request: Request, attendee: Attendee, principal_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("acting_for", attendee.event.slug, principal_id)
