"""The forums of an installation: started, with their first organiser and lead, and who may start one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError
from backend.events.rules.roles import is_administrator, opening_needs
from backend.events.selectors import (
    appointments_for,
    attendances_for,
    editions_to_copy,
    event_for,
    forums_for,
    outside_contact_for,
)
from backend.events.services.opening import set_outside_contact
from backend.people.selectors import people_allowed_to_start, unclear_addresses
from backend.people.services import allow_starting
from backend.setup.services.quotas import set_quota
from backend.setup.services.starting import start_forum
from frontend.access import Request, administrator, catch_refusal, forum_starter, fresh_proof
from frontend.events.forms.setup import OutsideContactForm
from frontend.events.words.times import browser_zone, zones_offered
from frontend.roles.views import decide
from frontend.roles.words import needs_by_doer
from frontend.setup.forms import QuotaForm, StarterForm, StartForm


@forum_starter
@require_safe
def forums(request: Request) -> HttpResponse:
    """The forums there are, and for administrators who may start one."""
    return _forums(request)


@administrator
@fresh_proof()
@require_POST
def starters(request: Request) -> HttpResponse:
    """Let somebody start forums, or no longer."""
    form = StarterForm(request.POST)
    if not form.is_valid():
        return _forums(request, form=form)
    allowed = form.cleaned_data["do"] != StarterForm.END
    try:
        allow_starting(email=form.cleaned_data["email"], allowed=allowed, by=request.user)
    except BusinessError as refusal:  # at the one field, and on another page
        form.add_error("email", refusal.message)
        return _forums(request, form=form)
    text = _("They can start forums from now on.") if allowed else _("They can start no forum any more.")
    messages.success(request, text)
    return redirect("forums")


@forum_starter
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Request) -> HttpResponse:
    """A form for a new forum; on POST, start it."""
    editions = editions_to_copy(request.user)
    form = StartForm(request.POST if request.method == "POST" else None, editions)
    if form.is_valid():
        try:
            event = start_forum(data=form.forum_data(), by=request.user, now=timezone.now())
        except BusinessError as refusal:  # its code says at which field
            form.add_error(form.FIELD_OF.get(refusal.code), refusal.message)
        else:
            messages.success(request, _started(is_administrator(request.user)) % {"event": event.name})
            return redirect("forums")
    near = (str(form["timezone"].value() or ""), request.user.own_timezone, browser_zone(request))
    context = {"form": form, "regions": zones_offered(*near), "is_administrator": is_administrator(request.user)}
    return render(request, "setup/start.html", context, status=422 if form.is_bound else 200)


def _started(is_confirmed: bool) -> str:
    if is_confirmed:
        return _(
            "“%(event)s” is started as a draft. Its organiser, who sets it up, and its safeguarding lead are "
            "told by mail."
        )
    return _(
        "“%(event)s” is started as a draft. Its organiser and its safeguarding lead are proposed: an "
        "administrator confirms them."
    )


@administrator
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def forum_roles(request: Request, slug: str) -> HttpResponse:
    """Who organises and leads a forum, and its outside contact; on POST, save the contact."""
    event = event_for(slug)
    form = OutsideContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with catch_refusal(form, even_not_found=True):
            set_outside_contact(event=event, **form.cleaned_data, by=request.user, now=timezone.now())
            messages.success(request, _("The outside contact is saved."))
            return redirect("forum_roles", slug)
    return _roles(request, slug, form=form)


@administrator
@fresh_proof()
@require_POST
def decide_forum_role(request: Request, slug: str, appointment_id: int) -> HttpResponse:
    """Confirm or refuse a proposal, or end what somebody holds."""
    with catch_refusal(even_not_found=True) as outcome:
        decide(request, event_for(slug), appointment_id)
        return redirect("forum_roles", slug)
    return _roles(request, slug, outcome.refusal)


@administrator
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def forum_quota(request: Request, slug: str) -> HttpResponse:
    """What share of the installation a forum may use; on POST, set it."""
    event = event_for(slug)
    initial = {name: getattr(event, name) for name in QuotaForm.base_fields}
    form = QuotaForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with catch_refusal(form):
            set_quota(event=event, quota=form.quota(), by=request.user, now=timezone.now())
            messages.success(request, _("The limits of “%(event)s” are saved.") % {"event": event.name})
            return redirect("installation_status")
    return render(request, "setup/quota.html", {"event": event, "form": form}, status=422 if form.is_bound else 200)


def _forums(request: Request, *, form: StarterForm | None = None) -> HttpResponse:
    may_allow = is_administrator(request.user)
    context = {
        "rows": forums_for(request.user),
        "is_administrator": may_allow,
        "own": {attendee.event.slug for attendee in attendances_for(request.user)},
        "starters": people_allowed_to_start() if may_allow else (),
        "unclear_addresses": unclear_addresses() if may_allow else (),
        "form": form or StarterForm(),
    }
    return render(request, "setup/forums.html", context, status=422 if form is not None else 200)


def _roles(
    request: Request, slug: str, refusal: BusinessError | None = None, *, form: OutsideContactForm | None = None
) -> HttpResponse:
    event = event_for(slug)
    contact = outside_contact_for(event, request.user)
    initial = {name: getattr(contact, name) for name in OutsideContactForm.base_fields} if contact else None
    is_broken = form is not None and form.is_bound
    context = {
        "event": event,
        "rows": appointments_for(event, request.user),
        "needs": needs_by_doer(opening_needs(event, timezone.now())),
        "contact_form": form if is_broken else OutsideContactForm(initial=initial),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if is_broken else 200
    return render(request, "roles/forum_roles.html", context, status=status)
