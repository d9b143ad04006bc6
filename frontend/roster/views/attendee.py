"""One person at the forum, for its organisers: read, changed, added by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import BusinessError
from backend.directory.selectors.roster import RosterPerson, organisation_names, roster_person, sector_choices
from backend.directory.services.times import open_times_for
from backend.events.models.attendees import Attendee
from backend.events.rules.countries import country_names
from backend.events.services.attendees import change_attendee, change_organisation
from backend.events.services.mailboxes import add_to_mailbox
from backend.roster.services.adding import add_attendee
from backend.roster.services.roles import change_roles
from backend.safeguarding.services.age_classes import LeadHasToConsent
from frontend.access import Outcome, Request, catch_refusal, fresh_proof, organiser
from frontend.fields import values_of
from frontend.roster.forms import AttendeeForm, NewAttendeeForm, OrganisationForm, RolesForm
from frontend.roster.views.attendees import ask_about_adults, opened_words


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def attendee_page(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """One attendee, with what organisers may change; a POST changes name, organisation, role and profile."""
    event = attendee.event
    person = roster_person(event=event, attendee_id=attendee_id)
    form = AttendeeForm(request.POST if request.method == "POST" else None, person)
    refusal = None
    if form.is_bound and form.is_valid():
        with catch_refusal() as outcome:
            change_attendee(
                event=event, attendee_id=attendee_id, change=form.change(), by=request.user, now=timezone.now()
            )
        refusal = outcome.refusal
        if refusal is None:
            messages.success(request, _("Saved."))
            return redirect("attendee", event.slug, attendee_id)
    return _page(request, attendee, person, form=form, refusal=refusal)


@organiser
@fresh_proof()
@require_POST
def roles(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Set age class and visibility; that a minor is an adult is proposed to the leads."""
    event = attendee.event
    person = roster_person(event=event, attendee_id=attendee_id)
    form = RolesForm(request.POST, attendee)
    values_of(form)
    try:
        change_roles(event=event, attendee_ids=[attendee_id], change=form.change(), by=request.user, now=timezone.now())
    except LeadHasToConsent:
        return ask_about_adults(
            request,
            attendee,
            form,
            [attendee_id],
            is_minor=True,
            back=reverse("attendee", args=[event.slug, attendee_id]),
        )
    except BusinessError as refusal:
        return _page(request, attendee, person, refusal=refusal)
    messages.success(request, _("Saved."))
    return redirect("attendee", event.slug, attendee_id)


@organiser
@require_POST
def times(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Open all meeting times of somebody who has none; they are told."""
    event = attendee.event
    person = roster_person(event=event, attendee_id=attendee_id)
    with catch_refusal(even_not_found=True) as outcome:
        opened = open_times_for(event=event, attendee_ids=[attendee_id], by=request.user, now=timezone.now())
        messages.success(request, opened_words(opened))
        return redirect("attendee", event.slug, attendee_id)
    return _page(request, attendee, person, refusal=outcome.refusal)


@organiser
@require_POST
def organisation(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Correct an organisation's name or sector, for all its people at this event."""
    event = attendee.event
    person = roster_person(event=event, attendee_id=attendee_id)
    values = values_of(OrganisationForm(request.POST))
    with catch_refusal() as outcome:
        change_organisation(
            event=event,
            organisation_id=values["organisation_id"],
            name=values["organisation_name"],
            sector=values["sector"],
            by=request.user,
            now=timezone.now(),
        )
        count = person.organisation_people
        text = ngettext("Saved, for %(count)d person.", "Saved, for %(count)d people.", count)
        messages.success(request, text % {"count": count})
        return redirect("attendee", event.slug, attendee_id)
    return _page(request, attendee, person, refusal=outcome.refusal)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: Request, attendee: Attendee) -> HttpResponse:
    """Add one person by hand; whoever is on the list already is shown by a link."""
    event, outcome = attendee.event, Outcome()
    form = NewAttendeeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(even_not_found=True) as outcome:
            add = add_to_mailbox if form.cleaned_data["shares_mailbox"] else add_attendee
            added = add(event=event, new=form.new_attendee(), by=request.user, now=timezone.now())
            messages.success(request, _("Added. They sign in with the address you wrote."))
            return redirect("attendee", event.slug, added.pk)
    context = {"form": form, "refusal": outcome.refusal, "organisations": organisation_names(event)}
    status = outcome.refusal.status if outcome.refusal else 400 if form.errors else 200
    return render(request, "roster/attendee_add.html", context, status=status)


def _page(
    request: Request,
    attendee: Attendee,
    person: RosterPerson,
    *,
    form: AttendeeForm | None = None,
    refusal: BusinessError | None = None,
) -> HttpResponse:
    form = form or AttendeeForm(None, person)
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "refusal": refusal,
        "sectors": sector_choices(attendee.event),
        "organisations": organisation_names(attendee.event),
        "countries": country_names(),
        "choices": {"age_class": Attendee.AgeClass.choices, "visibility": Attendee.Visibility.choices},
    }
    status = refusal.status if refusal else 400 if form.errors else 200
    return render(request, "roster/attendee.html", context, status=status)
