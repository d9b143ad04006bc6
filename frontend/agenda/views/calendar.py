"""My meetings for calendar programs: as a file, and at a secret address."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backend.agenda.selectors.calendar import entry_for, feed_for, open_feed_for
from backend.agenda.services.calendar_feeds import (
    feed_address,
    make_feed,
    revoke_feed,
    rotate_feed,
    subscription_address,
)
from backend.events.models.attendees import Attendee
from frontend.access import Request, participant, shows_secret
from frontend.agenda.forms import CalendarFeedForm
from frontend.fields import values_of


@participant
@require_safe
def calendar_download(_request: Request, attendee: Attendee) -> HttpResponse:
    """All my meetings and sessions as one .ics file."""
    now = timezone.now()
    response = HttpResponse(feed_for(attendee, now, now), "text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{attendee.event.slug}.ics"'
    return response


@participant
@require_safe
def meeting_download(_request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """One confirmed meeting of mine as an .ics file; cancelled, the file removes it again."""
    body = entry_for(attendee, meeting_id, timezone.now())
    response = HttpResponse(body, "text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


@participant
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: Request, attendee: Attendee) -> HttpResponse:
    """The address my calendar program reads; on POST, make one, a new one, or close it."""
    if request.method != "POST":
        feed = open_feed_for(attendee)
        address = feed_address(feed) if feed else ""
        context = {"address": address, "subscription": subscription_address(address)}
        return render(request, "agenda/calendar.html", context)
    by, now = request.user, timezone.now()
    match values_of(CalendarFeedForm(request.POST))["do"]:
        case "rotate":
            rotate_feed(attendee=attendee, by=by, now=now)
            messages.success(request, _("Here is your new address. The old one leads nowhere from now on."))
        case "close":
            revoke_feed(attendee=attendee, by=by, now=now)
            messages.success(request, _("The address is closed. Calendar programs read nothing there now."))
        case _:
            make_feed(attendee=attendee, by=by, now=now)
    return redirect("calendar", attendee.event.slug)
