"""Office hours: open one for those who asked the same, its page, one more guest, leave, cancel."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import MeetingRow
from backend.booking.selectors.open_contacts import waiting_answers
from backend.booking.selectors.tables import place_kinds_for
from backend.core.errors import BusinessError
from backend.core.limits import Kind
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import office_hour_for, office_times_for
from backend.groups.services import office_hours
from backend.groups.services.office_hours import (
    ABOUT_LIMIT,
    arrive_at_office_hour,
    cancel_office_hour,
    leave_office_hour,
    open_office_hour,
)
from backend.suggestions.selectors.shared_needs import SharedNeed, shared_needs_for
from frontend.access import Outcome, Request, catch_refusal, counted, participant, refused_on
from frontend.booking.forms import ReasonForm
from frontend.fields import values_of
from frontend.groups.forms.office_hours import GuestForm, OfficeHourForm

MAX_TIMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TimeOption:
    """A time to choose, with how many of those proposed can come, and who cannot."""

    time: SlotChoice
    coming: int
    missing: tuple[str, ...]


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@counted(Kind.MEETING_ASKED)
def new_office_hour(request: Request, attendee: Attendee) -> HttpResponse:
    """Choose whom of those who asked the same to invite, and one of my free times."""
    now, outcome = timezone.now(), Outcome()
    form = OfficeHourForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal() as outcome:
            values_of(form)
            meeting = open_office_hour(
                attendee=attendee, data=form.office_hour_data(), key=form.cleaned_data["key"], by=request.user, now=now
            )
            row = office_hour_for(attendee, meeting.pk, now)
            messages.success(request, _opened_words(len(row.guests)))
            return redirect("office_hour", attendee.event.slug, meeting.pk)
    return _new_page(request, attendee, form, outcome.refusal, now)


def _opened_words(guests: int) -> str:
    return ngettext(
        "Your office hour is open. %(count)d guest is invited and told.",
        "Your office hour is open. %(count)d guests are invited and told.",
        guests,
    ) % {"count": guests}


def _new_page(
    request: Request, attendee: Attendee, form: OfficeHourForm, refusal: BusinessError | None, now: dt.datetime
) -> HttpResponse:
    needs = shared_needs_for(attendee, now)
    wanted = request.GET.get("need", "")
    need = next((one for one in needs if one.key == wanted), needs[0] if needs else None)
    rows = need.requests if need else ()
    typed = form.cleaned_data if form.is_bound and form.is_valid() else {}
    chosen = typed["requests"] if typed else [row.meeting_id for row in need.proposed] if need else []
    context = {
        "needs": needs,
        "need": need,
        "rows": rows,
        "times": _time_options(attendee, need, now) if need else [],
        "places": place_kinds_for(attendee.event_id),
        "chosen": chosen,
        "slot": typed.get("slot"),
        "place": typed.get("place") or ("online" if rows and all(row.is_online for row in rows) else "table"),
        "about": typed["about"] if typed else need.name if need else "",
        "key": typed.get("key") or uuid.uuid4().hex,
        "about_limit": ABOUT_LIMIT,
        "refusal": refusal,
        "waiting_answers": waiting_answers(attendee, now),
    }
    status = refusal.status if refusal else 200
    return render(request, "groups/office_hours/new.html", context, status=status)


def _time_options(attendee: Attendee, need: SharedNeed, now: dt.datetime) -> list[TimeOption]:
    """The times at which most of those proposed can come, in the order of the days."""
    rows: Sequence[MeetingRow] = need.proposed
    times = office_times_for(attendee, [row.other.attendee_id for row in rows], now)
    best = sorted(times, key=lambda one: -len(one.free))[:MAX_TIMES_SHOWN]
    return [
        TimeOption(
            one.time, len(one.free), tuple(row.other.name for row in rows if row.other.attendee_id not in one.free)
        )
        for one in sorted(best, key=lambda one: one.time.starts_at)
    ]


@participant
@require_safe
def office_hour(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """One office hour of mine, as its host or as a guest."""
    return _page(request, attendee, meeting_id)


def _page(request: Request, attendee: Attendee, meeting_id: int, refusal: BusinessError | None = None) -> HttpResponse:
    now = timezone.now()
    row = office_hour_for(attendee, meeting_id, now)
    context = {
        "row": row,
        "refusal": refusal,
        "typed": ReasonForm(request.POST)["reason"].value() or "",
        "is_past": row.ends_at <= now,
    }
    return render(request, "groups/office_hours/one.html", context, status=refusal.status if refusal else 200)


_refused_on_its_page = refused_on(_page)


@participant
@require_POST
@_refused_on_its_page
def add_guest(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Answer one more request with this office hour."""
    request_id = values_of(GuestForm(request.POST))["request"]
    now = timezone.now()
    office_hours.add_guest(attendee=attendee, meeting_id=meeting_id, request_id=request_id, by=request.user, now=now)
    messages.success(request, _("They have a place in your office hour. We let them know."))
    return redirect("office_hour", attendee.event.slug, meeting_id)


@participant
@require_POST
@_refused_on_its_page
def leave(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Give my place back."""
    now = timezone.now()
    leave_office_hour(attendee=attendee, meeting_id=meeting_id, by=request.user, now=now)
    messages.success(request, _("Your place is free for another, and the time is yours again."))
    return redirect("meetings", attendee.event.slug)


@participant
@require_POST
@_refused_on_its_page
@counted(Kind.MESSAGE_SENT)
def cancel(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Cancel my office hour, with a reason that all guests read."""
    now, reason = timezone.now(), values_of(ReasonForm(request.POST))["reason"]
    cancel_office_hour(attendee=attendee, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
    messages.success(request, _("The office hour is cancelled. We let all guests know why."))
    return redirect("meetings", attendee.event.slug)


@participant
@require_POST
@_refused_on_its_page
def arrive(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say that I am at the table."""
    now = timezone.now()
    arrive_at_office_hour(attendee=attendee, meeting_id=meeting_id, by=request.user, now=now)
    messages.success(request, _("They see now that you are there."))
    return redirect("office_hour", attendee.event.slug, meeting_id)
