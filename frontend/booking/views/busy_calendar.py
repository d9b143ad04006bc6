"""For attendees: their own calendar on another server, which closes times for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.limits import Kind
from backend.events.models.attendees import Attendee
from backend.integrations.selectors import busy_calendar_for, can_have_busy_calendar
from backend.integrations.services.busy_calendars import remove_busy_calendar, set_busy_calendar
from frontend.access import Request, catch_refusal, counted, participant
from frontend.booking.forms import BusyCalendarForm
from frontend.booking.words import calendar_error


@participant
@counted(Kind.CALENDAR_SET)
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def busy_calendar(request: Request, attendee: Attendee) -> HttpResponse:
    """Give the address of my calendar, or another."""
    now = timezone.now()
    form = BusyCalendarForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            set_busy_calendar(attendee=attendee, address=form.cleaned_data["address"], by=request.user, now=now)
            messages.success(request, _("Your calendar is read in a minute, and every hour from then on."))
            return redirect("availability", attendee.event.slug)
    calendar = busy_calendar_for(attendee)
    context = {
        "form": form,
        "calendar": calendar,
        "calendar_error": calendar_error(calendar),
        "can_have_one": can_have_busy_calendar(attendee, now),
    }
    return render(request, "booking/busy_calendar.html", context, status=422 if form.is_bound else 200)


@participant
@require_POST
def remove(request: Request, attendee: Attendee) -> HttpResponse:
    """Forget my calendar; the times it closed are open again."""
    remove_busy_calendar(attendee=attendee, by=request.user, now=timezone.now())
    messages.success(request, _("Your calendar is forgotten. The times that it closed are open again."))
    return redirect("availability", attendee.event.slug)
