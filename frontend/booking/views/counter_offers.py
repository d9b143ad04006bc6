"""Other times instead: offer up to three, take one of them, say that none suits, take the offer back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.booking.selectors.meetings import meeting_for, times_to_offer
from backend.booking.services.counter_offers import (
    make_counter_offer,
    refuse_counter_offer,
    take_counter_offer,
    withdraw_counter_offer,
)
from backend.events.models.attendees import Attendee
from frontend.access import Outcome, Request, catch_refusal, participant
from frontend.booking.forms import AcceptForm, CounterOfferForm
from frontend.booking.views.meetings import refused_on_its_page
from frontend.booking.words import accepted_words, by_day
from frontend.fields import values_of


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Offer up to three other times, instead of those of a request or the agreed one."""
    now, outcome = timezone.now(), Outcome()
    row = meeting_for(attendee, meeting_id, now)
    if "counter" not in row.actions and request.method != "POST":
        return redirect("meeting", attendee.event.slug, meeting_id)
    form = CounterOfferForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal() as outcome:
            slot_ids = values_of(form)["slots"]
            make_counter_offer(attendee=attendee, meeting_id=meeting_id, slot_ids=slot_ids, by=request.user, now=now)
            messages.success(
                request, _("We sent %(name)s the times. We will tell you when they answer.") % {"name": row.other.name}
            )
            return redirect("meeting", attendee.event.slug, meeting_id)
    offered = row.counter_offer.times if row.counter_offer else ()
    context = {
        "row": row,
        "days": by_day(attendee.event, times_to_offer(attendee, row, now)),
        "chosen": values_of(form)["slots"] if form.is_bound else [time.slot_id for time in offered],
        "refusal": outcome.refusal,
    }
    return render(request, "booking/counter.html", context, status=outcome.status)


@participant
@require_POST
@refused_on_its_page
def take_counter(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Meet at one of the times the other offered."""
    now, slot_id = timezone.now(), values_of(AcceptForm(request.POST))["slot"] or 0
    take_counter_offer(attendee=attendee, meeting_id=meeting_id, slot_id=slot_id, by=request.user, now=now)
    messages.success(request, accepted_words(meeting_for(attendee, meeting_id, now), attendee.event))
    return redirect("meetings", attendee.event.slug)


@participant
@require_POST
@refused_on_its_page
def refuse_counter(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say that none of the times the other offered suits."""
    refuse_counter_offer(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now())
    messages.success(request, _("We let them know that none of these times suits you. Nothing else changes."))
    return redirect("meeting", attendee.event.slug, meeting_id)


@participant
@require_POST
@refused_on_its_page
def withdraw_counter(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Take back the times I offered."""
    withdraw_counter_offer(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now())
    messages.success(request, _("The times you offered are taken back."))
    return redirect("meeting", attendee.event.slug, meeting_id)
