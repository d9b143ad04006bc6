"""Sessions with a delegation: the leads' pages, and those of everybody who is asked or sits in one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.groups.selectors.delegation_sessions import (
    led_delegation_session,
    led_delegation_sessions,
    own_delegation_sessions,
    session_choices,
    session_topics,
)
from backend.groups.services import delegation_sessions as services
from backend.groups.services.delegation_sessions import ask_delegation_session, propose_delegation_session
from backend.safeguarding.rules import can_ask_delegations, why_not_open
from frontend.access import Request, catch_refusal, participant, safeguarding_lead
from frontend.fields import YesOrNoForm, values_of
from frontend.groups.forms.delegations import AskDelegationForm, PlanForm


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def my_delegation_sessions(request: Request, attendee: Attendee) -> HttpResponse:
    """The sessions I asked for, am asked to, or sit in; on POST, ask for one."""
    now, event = timezone.now(), attendee.event
    data = request.POST if request.method == "POST" else None
    form = AskDelegationForm(data, topics=session_topics(event.pk))
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            ask_delegation_session(attendee=attendee, by=request.user, now=now, **form.cleaned_data)
            messages.success(request, _("The safeguarding leads are asked. You read here what comes of it."))
            return redirect("my_delegation_sessions", event.slug)
    context = {
        "rows": own_delegation_sessions(attendee, now),
        "form": form,
        "can_ask": can_ask_delegations(attendee, now),
        "is_minor": why_not_open(attendee) == "minor",
    }
    status = 422 if form.errors else 200
    return render(request, "groups/delegations/mine.html", context, status=status)


@participant
@require_POST
def answer_delegation_session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """Say yes or no to a session."""
    is_yes = values_of(YesOrNoForm(request.POST))["answer"] == YesOrNoForm.YES
    services.answer_delegation_session(
        attendee=attendee, session_id=session_id, is_yes=is_yes, by=request.user, now=timezone.now()
    )
    messages.success(request, _("Thank you. You can still say no later.") if is_yes else _("That is fine."))
    return redirect("my_delegation_sessions", attendee.event.slug)


@participant
@require_POST
def leave_delegation_session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """End a session."""
    services.leave_delegation_session(attendee=attendee, session_id=session_id, by=request.user, now=timezone.now())
    messages.success(request, _("That is fine. Nobody learns that it was you."))
    return redirect("my_delegation_sessions", attendee.event.slug)


@safeguarding_lead
@require_safe
def delegation_sessions(request: Request, attendee: Attendee) -> HttpResponse:
    """What is asked of the leads, and how each stands."""
    rows = led_delegation_sessions(attendee, timezone.now())
    return render(request, "groups/delegations/list.html", {"rows": rows})


@safeguarding_lead
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """One session; on POST, propose it to those chosen."""
    now, event = timezone.now(), attendee.event
    row = led_delegation_session(attendee, session_id, now)
    choices = session_choices(attendee, session_id, now)
    form = PlanForm(request.POST if request.method == "POST" else None, choices=choices, event=event)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            propose_delegation_session(event=event, session_id=session_id, plan=form.plan, by=request.user, now=now)
            messages.success(request, _("They are asked, each alone. You read here who agrees."))
            return redirect("delegation_session", event.slug, session_id)
    context = {"row": row, "form": form, "choices": choices}
    status = 422 if form.errors else 200
    return render(request, "groups/delegations/one.html", context, status=status)


@safeguarding_lead
@require_POST
def confirm_delegation_session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """Confirm what everybody needed agreed to."""
    services.confirm_delegation_session(
        event=attendee.event, session_id=session_id, by=request.user, now=timezone.now()
    )
    messages.success(request, _("It takes place. Everybody in it is told."))
    return redirect("delegation_session", attendee.event.slug, session_id)


@safeguarding_lead
@require_POST
def close_delegation_session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """End it, or say no to a request."""
    services.close_delegation_session(event=attendee.event, session_id=session_id, by=request.user, now=timezone.now())
    messages.success(request, _("It does not take place. Who had agreed is told, without a reason."))
    return redirect("delegation_sessions", attendee.event.slug)
