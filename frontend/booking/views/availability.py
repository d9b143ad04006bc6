"""Availability: the slots in which an attendee accepts requests."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from backend.booking.models.meetings import Meeting
from backend.booking.selectors.availability import availability_for
from backend.booking.selectors.meetings import own_rows, requests_sent, requests_to_answer
from backend.booking.services.availability import change_slots
from backend.events.models.attendees import Attendee
from backend.integrations.selectors import busy_calendar_for, can_have_busy_calendar
from backend.safeguarding.rules import why_not_open
from frontend.access import Outcome, Request, catch_refusal, participant
from frontend.booking.forms import AvailabilityForm, is_changeable
from frontend.booking.words import availability_words, calendar_error
from frontend.fields import values_of


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: Request, attendee: Attendee) -> HttpResponse:
    """My slots by day, to open and close one by one, by half days, by days or all at once."""
    now, outcome = timezone.now(), Outcome()
    days = availability_for(attendee, now)
    cells = [cell for day in days for cell in day.cells]
    shown = {cell.slot_id for cell in cells if is_changeable(cell)}
    opened = {cell.slot_id for cell in cells if cell.is_open}
    ticked = opened
    if request.method == "POST":
        form = AvailabilityForm(request.POST, days)
        values_of(form)
        ticked = form.ticked()
        waiting = _waiting(attendee, now)
        with catch_refusal() as outcome:
            change_slots(
                attendee=attendee,
                opening=ticked - (opened & shown),
                closing=(opened & shown) - ticked | form.closed(),
                by=request.user,
                now=now,
            )
            ended = waiting - _waiting(attendee, now)
            messages.success(request, availability_words(len(ticked & shown), ended))
            return HttpResponseRedirect(request.path)
    calendar = busy_calendar_for(attendee)
    context = {
        "days": days,
        "ticked": ticked,
        "open_count": sum(cell.can_be_asked for cell in cells),
        "to_come": bool(shown),
        "refusal": outcome.refusal,
        "absent": why_not_open(attendee),
        "calendar": calendar,
        "calendar_error": calendar_error(calendar),
        "can_have_one": can_have_busy_calendar(attendee, now),
    }
    return render(request, "booking/availability.html", context, status=outcome.status)


def _waiting(attendee: Attendee, now: dt.datetime) -> int:
    """How many requests to or by the attendee wait for an answer."""
    rows = own_rows(attendee, now)
    sent = [row for row in requests_sent(attendee, now, rows) if row.state == Meeting.State.REQUESTED]
    return len(requests_to_answer(attendee, now, rows)) + len(sent)
