"""The zone I read times in, beside the forum's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.events.models import Attendee
from backend.people.services import UnknownTimezone, set_own_timezone
from frontend.access import Request, participant
from frontend.events.words.times import browser_zone, zone_place, zones_offered


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: Request, attendee: Attendee) -> HttpResponse:
    """Choose my zone; the browser's own is offered first. On POST, keep it."""
    refusal, chosen = None, request.user.own_timezone or browser_zone(request)
    if request.method == "POST":
        chosen = request.POST.get("zone", "")
        try:
            set_own_timezone(person=request.user, timezone=chosen)
        except UnknownTimezone as refused:
            refusal = refused
        else:
            messages.success(request, _said(chosen, attendee))
            return redirect("meetings", attendee.event.slug)
    context = {
        "regions": zones_offered(),
        "chosen": chosen,
        "browser": browser_zone(request),
        "refusal": refusal,
    }
    return render(request, "meetings/zone.html", context, status=refusal.status if refusal else 200)


def _said(chosen: str, attendee: Attendee) -> str:
    if not chosen:
        return _("Saved. Pages go by your browser; mails give the forum’s time alone.")
    if chosen == attendee.event.timezone:
        return _("Saved. You read the forum’s time alone.")
    said = _("Saved. Beside the forum’s time you read that of %(place)s wherever it differs.")
    return said % {"place": zone_place(chosen)}
