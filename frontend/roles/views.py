"""Who organises and leads the forum: proposed, confirmed, ended; and the outside contact."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.events.rules.roles import ORGANISER, opening_needs
from backend.events.selectors import appointments_for, outside_contact_for, people_to_propose
from backend.events.services.opening import set_outside_contact
from backend.roles.services.appointments import confirm_role, end_role, propose_role, refuse_role
from frontend.access import Request, catch_refusal, fresh_proof, organiser_or_lead, refused_on, safeguarding_lead
from frontend.events.forms.setup import OutsideContactForm
from frontend.fields import values_of
from frontend.roles.forms import DecisionForm, ProposalForm
from frontend.roles.words import needs_by_doer


def _page(
    request: Request,
    attendee: Attendee,
    refusal: BusinessError | None = None,
    *,
    contact_form: OutsideContactForm | None = None,
) -> HttpResponse:
    event = attendee.event
    is_organiser = attendee.permission == ORGANISER
    contact = outside_contact_for(event, request.user)
    initial = {name: getattr(contact, name) for name in OutsideContactForm.base_fields} if contact else None
    context = {
        "rows": appointments_for(event, request.user),
        "people": people_to_propose(event) if is_organiser else (),
        "is_organiser": is_organiser,
        "contact_form": None if is_organiser else contact_form or OutsideContactForm(initial=initial),
        "needs": needs_by_doer(opening_needs(event, timezone.now())),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if contact_form is not None else 200
    return render(request, "roles/roles.html", context, status=status)


@organiser_or_lead
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
@refused_on(_page, even_not_found=True)
def roles(request: Request, attendee: Attendee) -> HttpResponse:
    """The organisers and leads, and who is proposed; on POST, propose somebody."""
    if request.method != "POST":
        return _page(request, attendee)
    values = values_of(ProposalForm(request.POST))
    propose_role(event=attendee.event, **values, by=request.user, now=timezone.now())
    messages.success(request, _("Proposed. The leads and organisers are told by mail; somebody else confirms it."))
    return redirect("roles", attendee.event.slug)


def decide(request: Request, event: Event, appointment_id: int) -> tuple[str, Appointment]:
    """Do with a proposal or a role what the form asks, and say so; gives what it asks, and the row."""
    do = values_of(DecisionForm(request.POST))["do"]
    service, text = {
        DecisionForm.CONFIRM: (confirm_role, _("Confirmed. The leads and organisers are told by mail.")),
        DecisionForm.REFUSE: (refuse_role, _("Refused. The leads and organisers are told by mail.")),
        DecisionForm.END: (end_role, _("Ended. The leads and organisers are told by mail.")),
    }[do]
    decided = service(event=event, appointment_id=appointment_id, by=request.user, now=timezone.now())
    messages.success(request, text)
    return do, decided


@organiser_or_lead
@fresh_proof()
@require_POST
def decide_role(request: Request, attendee: Attendee, appointment_id: int) -> HttpResponse:
    """Confirm or refuse a proposal, or end what somebody holds."""
    with catch_refusal(even_not_found=True) as outcome:
        do, decided = decide(request, attendee.event, appointment_id)
        is_own_end = do == DecisionForm.END and decided.attendee_id == attendee.pk
        return redirect("event_home" if is_own_end else "roles", attendee.event.slug)
    return _page(request, attendee, outcome.refusal)


@safeguarding_lead
@fresh_proof()
@require_POST
def outside_contact(request: Request, attendee: Attendee) -> HttpResponse:
    """Say whom to turn to outside the forum."""
    form = OutsideContactForm(request.POST)
    if form.is_valid():
        with catch_refusal(form, even_not_found=True):
            set_outside_contact(event=attendee.event, **form.cleaned_data, by=request.user, now=timezone.now())
            messages.success(request, _("The outside contact is saved."))
            return redirect("roles", attendee.event.slug)
    return _page(request, attendee, contact_form=form)
