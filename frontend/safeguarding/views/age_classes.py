"""Who counts as an adult: an organiser proposes it of a minor, and safeguarding leads decide."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.safeguarding.selectors.age_classes import age_questions_for
from backend.safeguarding.services import age_classes as services
from backend.safeguarding.services.age_classes import consent_to_adult, decline_adult
from frontend.access import Request, fresh_proof, organiser, safeguarding_lead
from frontend.fields import values_of
from frontend.safeguarding.forms import AdultDecisionForm, AgeAgreementForm


@organiser
@fresh_proof()
@require_POST
def propose_adult(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Propose to the safeguarding leads that somebody set as a minor is an adult."""
    services.propose_adult(event=attendee.event, attendee_id=attendee_id, by=request.user, now=timezone.now())
    messages.success(request, _("Proposed. The person stays a minor until a safeguarding lead consents."))
    return redirect("attendees", attendee.event.slug)


@safeguarding_lead
@require_safe
def age_classes(request: Request, attendee: Attendee) -> HttpResponse:
    """What waits for the leads, and what they decided."""
    context = {"questions": age_questions_for(attendee, timezone.now())}
    return render(request, "safeguarding/age_classes.html", context)


@safeguarding_lead
@fresh_proof()
@require_POST
def decide_adult(request: Request, attendee: Attendee, proposal_id: int) -> HttpResponse:
    """Consent to a proposal, or keep the person a minor."""
    decision = values_of(AdultDecisionForm(request.POST))["decision"]
    is_adult = decision == AdultDecisionForm.ADULT
    decide = consent_to_adult if is_adult else decline_adult
    decide(event=attendee.event, proposal_id=proposal_id, by=request.user, now=timezone.now())
    done = _("The person counts as an adult now.") if is_adult else _("The person stays a minor.")
    messages.success(request, done)
    return redirect("age_classes", attendee.event.slug)


@safeguarding_lead
@require_POST
def agree_adult(request: Request, attendee: Attendee) -> HttpResponse:
    """Agree that somebody known as a minor at one of two forums is an adult at the other."""
    values = values_of(AgeAgreementForm(request.POST))
    services.agree_adult(
        event=attendee.event,
        attendee_id=values["attendee"],
        known_minor_id=values["known_minor"],
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("Your word is recorded. The person counts as an adult once both forums agree."))
    return redirect("age_classes", attendee.event.slug)
