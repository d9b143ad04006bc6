"""Requests: ask for a meeting, change or withdraw a request."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.assistants.selectors import names_of_readers
from backend.booking.selectors.availability import availability_for, free_slots_between
from backend.booking.selectors.meetings import MeetingRow, meeting_for, meetings_between
from backend.booking.selectors.tables import place_kinds_for
from backend.booking.selectors.waiting_list import WaitingRow, can_wait_for, waiting_for
from backend.booking.services.requests import edit_request, request_meeting
from backend.booking.services.waiting_list import join_waiting_list, leave_waiting_list
from backend.core.errors import BusinessError
from backend.core.limits import Kind
from backend.directory.selectors.people import PersonPage, person_for
from backend.events.models.attendees import Attendee
from backend.events.selectors import profile_for
from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.selectors.lists import suggestion_between
from frontend.access import Outcome, Request, catch_refusal, counted, participant
from frontend.booking.forms import AskForm, WaitForm, slots_in_query
from frontend.booking.words import by_day, drafted_message, starters, theme_of


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@counted(Kind.MEETING_ASKED)
def ask(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Request a meeting: up to three times or any, a message, a theme."""
    now, outcome = timezone.now(), Outcome()
    person = person_for(viewer=attendee, attendee_id=attendee_id, now=now)
    other = person.other
    if request.method != "POST":
        for row in meetings_between(attendee, attendee_id, now):
            if {"edit", "accept", "cancel"} & set(row.actions):
                return redirect("meeting", attendee.event.slug, row.meeting_id)
    form = _new_form(request, attendee, person, now)
    if form.is_bound and form.is_valid():
        with catch_refusal() as outcome:
            request_meeting(
                attendee=attendee,
                other_id=attendee_id,
                data=form.request_data(),
                key=form.cleaned_data["key"],
                by=request.user,
                now=now,
            )
            messages.success(request, _("Request sent. We will tell you when they answer."))
            return redirect("meetings", attendee.event.slug)
    return _page(request, attendee, other, form, outcome.refusal, now)


@participant
@require_POST
@counted(Kind.MEETING_ASKED)
def wait(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Wait for the first time that falls free for both, or change what is asked then."""
    now, outcome = timezone.now(), Outcome()
    other = person_for(viewer=attendee, attendee_id=attendee_id, now=now).other
    form = WaitForm(request.POST, profile_for(attendee), {})
    if form.is_valid():
        with catch_refusal() as outcome:
            join_waiting_list(
                attendee=attendee, other_id=attendee_id, data=form.request_data(), by=request.user, now=now
            )
            text = _("You wait for a free time with %(name)s. We will tell you when one falls free.")
            messages.success(request, text % {"name": other.name})
            return redirect("meetings", attendee.event.slug)
    return _page(request, attendee, other, form, outcome.refusal, now)


@participant
@require_POST
def wait_no_longer(request: Request, attendee: Attendee, entry_id: int) -> HttpResponse:
    """Leave a waiting list."""
    leave_waiting_list(attendee=attendee, entry_id=entry_id, by=request.user)
    messages.success(request, _("You wait no longer. Nobody learns of it."))
    return redirect("meetings", attendee.event.slug)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@counted(Kind.MEETING_ASKED)
def change(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Change times and words of my own request while it waits."""
    now, outcome = timezone.now(), Outcome()
    row = meeting_for(attendee, meeting_id, now)
    if "edit" not in row.actions and request.method != "POST":
        return redirect("meeting", attendee.event.slug, meeting_id)
    data = request.POST if request.method == "POST" else None
    form = AskForm(data, profile_for(attendee), _initial_of(row))
    if form.is_bound and form.is_valid():
        with catch_refusal() as outcome:
            edit_request(attendee=attendee, meeting_id=meeting_id, data=form.request_data(), by=request.user, now=now)
            messages.success(request, _("Changed. We let %(name)s know.") % {"name": row.other.name})
            return redirect("meetings", attendee.event.slug)
    return _page(request, attendee, row.other, form, outcome.refusal, now, row)


def _new_form(request: Request, attendee: Attendee, person: PersonPage, now: dt.datetime) -> AskForm:
    """The form of a new request, with a message drafted from the suggestion, or the starter chosen."""
    profile = profile_for(attendee)
    data = request.POST if request.method == "POST" else None
    if (entry := _entry_of(attendee, person.other, now)) is not None:
        initial = {"message": entry.message, "theme": entry.theme, "online": entry.is_online}
        initial |= {"step_free": entry.needs_step_free, "key": uuid.uuid4().hex}
        return AskForm(data, profile, initial)
    card = suggestion_between(attendee=attendee, other_id=person.other.attendee_id, now=now)
    message = drafted_message(card, person, profile)
    choices = () if message else starters(person.other)
    chosen = dict(zip(("1", "2", "3"), choices, strict=False)).get(request.GET.get("starter", ""))
    initial = {
        "message": chosen.text if chosen else message,
        "theme": theme_of(card, profile),
        "slots": slots_in_query(request.GET),
        "key": uuid.uuid4().hex,
    }
    return AskForm(data, profile, initial, choices)


def _entry_of(attendee: Attendee, other: PublicProfile, now: dt.datetime) -> WaitingRow | None:
    rows = waiting_for(attendee, now)
    return next((row for row in rows if row.other.attendee_id == other.attendee_id), None)


def _initial_of(row: MeetingRow) -> dict[str, Any]:
    """A request as the form's initial values."""
    return {
        "message": row.message,
        "theme": row.theme,
        "online": row.is_online,
        "step_free": row.needs_step_free,
        "any_time": row.any_time,
        "slots": [] if row.any_time else [time.slot_id for time in row.times],
    }


def _page(
    request: Request,
    attendee: Attendee,
    other: PublicProfile,
    form: AskForm,
    refusal: BusinessError | None,
    now: dt.datetime,
    row: MeetingRow | None = None,
) -> HttpResponse:
    """The form with the times that are free now; after a refusal, with all that was typed."""
    free = free_slots_between(attendee, other.attendee_id, now)
    field = str(refusal.details.get("field", "")) if refusal else ""
    if refusal and field in form.fields:
        form.add_error(field, refusal.message)
    can_wait = row is None and not free and can_wait_for(attendee, other.attendee_id, now)
    context = {
        "can_wait": can_wait,
        "send_to": _address(attendee, other, row, can_wait),
        "waits": _entry_of(attendee, other, now) if row is None else None,
        "other": other,
        "form": form,
        "row": row,
        "days": by_day(attendee.event, free),
        "readers": names_of_readers(attendee, other.attendee_id, now),
        "places": place_kinds_for(attendee.event_id),
        "has_open": bool(free)
        or any(cell.can_be_asked for day in availability_for(attendee, now) for cell in day.cells),
        "refusal": refusal if refusal and field not in form.fields else None,
        "next_free": [time for time in free if refusal and time.slot_id in _alternatives(refusal)],
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "booking/ask.html", context, status=status)


def _address(attendee: Attendee, other: PublicProfile, row: MeetingRow | None, can_wait: bool) -> str:
    """Where the form is sent: to change a request, to wait for a time, or to ask."""
    if row is not None:
        return reverse("change_request", args=[attendee.event.slug, row.meeting_id])
    return reverse("wait" if can_wait else "ask", args=[attendee.event.slug, other.attendee_id])


def _alternatives(refusal: BusinessError) -> set[object]:
    """Ids of the slots a refusal offers instead."""
    offered = refusal.details.get("alternatives")
    return {slot["slot"] for slot in offered} if isinstance(offered, list) else set()
