"""The front door."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.events.selectors import attendances_for
from frontend.access import Request, public


@public("says what Titian is and where to sign in; names nobody")
@require_safe
def welcome(request: Request) -> HttpResponse:
    """What Titian is for; to somebody signed in, their forums."""
    attendances = attendances_for(request.user) if request.user.is_authenticated else ()
    return render(request, "welcome/page.html", {"attendances": attendances, "demo": settings.TITIAN_DEMO})
