"""Walking through the fictional forum as somebody in it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from backend.core.selectors import mails_sent
from backend.events.personas import persona_for, personas
from backend.events.selectors import attendances_for
from frontend.access import Request, demo_only


@demo_only
@require_safe
def enter(request: Request) -> HttpResponse:
    """Whom one may walk in as."""
    return render(request, "demo/enter.html", {"personas": personas()})


@demo_only
@require_POST
def enter_as(request: Request, key: str) -> HttpResponse:
    """Sign in as this persona and go where they would land."""
    person = persona_for(key).person
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    attendances = attendances_for(person)
    return redirect("event_home", attendances[0].event.slug) if attendances else redirect("welcome")


@demo_only
@require_safe
def outbox(request: Request) -> HttpResponse:
    """Every mail the demo sent, newest first."""
    return render(request, "demo/outbox.html", {"mails": mails_sent(limit=50)})
