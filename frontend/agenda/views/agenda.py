"""An attendee's agenda without a network, and on paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.agenda.selectors.agenda import agenda_for
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import why_not_open
from frontend.access import Request, participant, public
from frontend.booking.words import day_in


@participant
@require_safe
def my_agenda(request: Request, attendee: Attendee) -> HttpResponse:
    """My agenda by day: meetings that are agreed, and sessions I bookmarked or speak at."""
    now = timezone.now()
    context = {
        "event": attendee.event,
        "agenda": agenda_for(attendee, now),
        "absent": why_not_open(attendee),
        "today": day_in(attendee.event, now),
        "keeps_offline": _keeps_offline(attendee),
        "now": now,
    }
    return render(request, "agenda/my_agenda.html", context)


@participant
@require_safe
def offline_agenda(request: Request, attendee: Attendee) -> HttpResponse:
    """My agenda alone, for the service worker to show where there is no network; adults may keep it."""
    if not _keeps_offline(attendee):
        raise NotFound(_("There is no such page."))
    now = timezone.now()
    context = {"days": agenda_for(attendee, now).days, "kept_at": now}
    return render(request, "agenda/offline_agenda.html", context)


def _keeps_offline(attendee: Attendee) -> bool:
    return why_not_open(attendee) not in ("minor", "age") and not attendee.event.is_rehearsal


@public("a script without data")
@require_safe
def service_worker(request: Request) -> HttpResponse:  # noqa: ARG001
    """The script that shows a kept agenda; served from the root, so that it answers for every page."""
    text = (settings.BASE_DIR / "frontend" / "static" / "js" / "service-worker.js").read_text()
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@participant
@require_safe
def day_sheet(request: Request, attendee: Attendee) -> HttpResponse:
    """One day of my agenda to print: the day asked for, else the next with something on."""
    now = timezone.now()
    days = agenda_for(attendee, now).days
    asked = request.GET.get("day", "")
    today = day_in(attendee.event, now)
    chosen = next((day for day in days if str(day.date) == asked), None)
    chosen = chosen or next((day for day in days if day.date >= today), days[-1] if days else None)
    context = {"day": chosen, "days": days, "printed_at": now}
    return render(request, "agenda/day_sheet.html", context)
