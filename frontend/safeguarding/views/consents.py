"""Guardians' consent: what leads ask and record, and the page of a guardian's link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.events.rules.consents import language_of_guardian, last_day_of, wording_of
from backend.events.rules.countries import country_names
from backend.events.selectors import country_contacts_of, name_to_call
from backend.safeguarding.selectors.consents import consent_row_for, consent_state, consents_for
from backend.safeguarding.services import consents as services
from backend.safeguarding.services.consents import answer_consent, ask_consent, consent_of_link, record_paper_consent
from backend.safeguarding.services.country_contacts import add_country_contact, remove_country_contact
from frontend.access import Request, catch_refusal, public, safeguarding_lead, shows_secret, speak
from frontend.fields import values_of
from frontend.safeguarding.forms import ConsentAnswerForm, ConsentForm, CountryContactForm


@safeguarding_lead
@shows_secret
@require_safe
def consents(request: Request, attendee: Attendee) -> HttpResponse:
    """The minors of the event, and whose guardian has consented."""
    found = consents_for(attendee, timezone.now())
    return render(request, "safeguarding/consents.html", {"consents": found})


@safeguarding_lead
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """One minor's consent; on POST, ask a guardian by mail or record what was given on paper."""
    now, event = timezone.now(), attendee.event
    row = consent_row_for(attendee, attendee_id, now)
    form = ConsentForm(request.POST if request.method == "POST" else None, event=event, language=row.guardian_language)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            given = form.consent_values()
            record = record_paper_consent if form.is_paper else ask_consent
            record(event=event, attendee_id=attendee_id, by=request.user, now=now, **given)
            done = _("Recorded.") if form.is_paper else _("The guardian is asked by mail.")
            messages.success(request, done)
            return redirect("consents", event.slug)
    context = {"row": row, "form": form, "wording": wording_of(form.version)}
    return render(request, "safeguarding/consent.html", context, status=422 if form.errors else 200)


@safeguarding_lead
@require_POST
def end_consent(request: Request, attendee: Attendee, consent_id: int) -> HttpResponse:
    """Withdraw a consent for the guardian."""
    services.end_consent(event=attendee.event, consent_id=consent_id, by=request.user, now=timezone.now())
    messages.success(request, _("The consent is withdrawn, and the profile closed. The guardian is told."))
    return redirect("consents", attendee.event.slug)


@public("a signed link lets a guardian read and answer one consent, and only a button changes it")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def consent_answer(request: Request, token: str) -> HttpResponse:
    """Say what is asked of the guardian; on POST, take the answer."""
    now = timezone.now()
    with catch_refusal() as outcome:
        found = consent_of_link(token)
        speak(request, language_of_guardian(found))
        if request.method == "POST":
            is_yes = values_of(ConsentAnswerForm(request.POST))["answer"] == ConsentAnswerForm.YES
            language = get_language() or ""
            found = answer_consent(token=token, is_yes=is_yes, now=now, language=language)
    refusal = outcome.refusal
    context = {
        "consent": found,
        "event": found.attendee.event,
        "name": name_to_call(found.attendee),
        "state": consent_state(found, now),
        "until": last_day_of(found),
        "wording": wording_of(found.wording),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "safeguarding/consent_answer.html", context, status=status)


@safeguarding_lead
@require_http_methods(["GET", "HEAD", "POST"])
def country_contacts(request: Request, attendee: Attendee) -> HttpResponse:
    """Whom to ring in which country; on POST, add one."""
    event = attendee.event
    form = CountryContactForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            add_country_contact(event=event, by=request.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Added. Everybody at the forum finds it on the safety page."))
            return redirect("country_contacts", event.slug)
    context = {"form": form, "contacts": country_contacts_of(event), "countries": country_names()}
    status = 422 if form.errors else 200
    return render(request, "safeguarding/country_contacts.html", context, status=status)


@safeguarding_lead
@require_POST
def end_country_contact(request: Request, attendee: Attendee, contact_id: int) -> HttpResponse:
    """Take one off the list."""
    remove_country_contact(event=attendee.event, contact_id=contact_id, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("country_contacts", attendee.event.slug)
