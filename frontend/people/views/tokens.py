"""My token for the API: made, shown once, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from backend.events.models import Attendee
from backend.people.selectors import token_made_at
from backend.people.services import end_token, make_token
from frontend.access import Request, participant


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def api_access(request: Request, attendee: Attendee) -> HttpResponse:
    """Since when I have a token; on POST make a new one, which this answer alone shows, or end it."""
    token = ""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            end_token(person=request.user)
            messages.success(request, _("The token is ended. A program that still sends it is refused."))
            return redirect("api_access", attendee.event.slug)
        token = make_token(person=request.user)
    return render(request, "people/api_access.html", {"token": token, "made_at": token_made_at(request.user)})
