"""My meetings: what waits for my answer, my agenda, and what I say before and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError, NotFound
from backend.events.models import Attendee
from backend.meetings.selectors import (
    agenda_for,
    availability_for,
    confirmed_slot,
    meeting_for,
    notices_for,
    requests_sent,
    requests_to_answer,
)
from backend.meetings.services import (
    accept_meeting,
    attest_meeting,
    cancel_for_both,
    cancel_meeting,
    decline_meeting,
    mark_read,
    withdraw_request,
)
from frontend.access import Request, organiser, participant
from frontend.meetings.forms import number_in
from frontend.meetings.words import agreed_words, day_in

NOTICES = 5


@participant
@require_safe
def meetings(request: Request, attendee: Attendee) -> HttpResponse:
    """Requests to answer, my agenda by day, what I asked, and what I was told last."""
    now = timezone.now()
    agenda = agenda_for(attendee, now)
    cells = [cell for day in availability_for(attendee, now) for cell in day.cells]
    context = {
        "to_answer": requests_to_answer(attendee, now),
        "sent": requests_sent(attendee, now),
        "agenda": agenda,
        "to_attest": [
            item.meeting
            for day in agenda.days
            for item in day.items
            if item.meeting and "attest" in item.meeting.actions and not item.meeting.my_word
        ],
        "notices": notices_for(attendee, now, limit=NOTICES),
        "can_be_asked": sum(cell.can_be_asked for cell in cells),
        "has_opened": any(cell.is_open and not cell.is_past for cell in cells),
        "absent": absent_because(attendee),
        "today": day_in(attendee.event, now),
        "is_over": attendee.event.ends_on < day_in(attendee.event, now),
        "now": now,
    }
    return render(request, "meetings/page.html", context)


def absent_because(attendee: Attendee) -> str:
    """Why nobody can ask the attendee at all: minor, age, hidden, or nothing."""
    if attendee.age_class == Attendee.AgeClass.MINOR:
        return "minor"
    if attendee.age_class != Attendee.AgeClass.ADULT:
        return "age"
    return "hidden" if attendee.visibility == Attendee.Visibility.HIDDEN else ""


@participant
@require_safe
def meeting(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """One meeting of mine, with all I can do about it."""
    return meeting_page(request, attendee, meeting_id)


def meeting_page(
    request: Request, attendee: Attendee, meeting_id: int, refusal: BusinessError | None = None
) -> HttpResponse:
    """The meeting as it is now; after a refusal with its sentence, and with what was typed."""
    context = {
        "row": meeting_for(attendee, meeting_id, timezone.now()),
        "sentence": refusal.message if refusal else "",
        "typed": request.POST.get("reason", ""),
        "usefulness": request.POST.get("usefulness", ""),
        "refused_at": request.resolver_match.url_name if refusal and request.resolver_match else "",
    }
    return render(request, "meetings/meeting.html", context, status=refusal.status if refusal else 200)


@participant
@require_POST
def accept(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Agree to one of the times a request offers."""
    slot_id = number_in(request.POST.get("slot"))
    return _do(request, attendee, meeting_id, accept_meeting, agreed=True, slot_id=slot_id)


@participant
@require_POST
def decline(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say no, with or without a reason."""
    said = _("Declined. They are told.")
    return _do(request, attendee, meeting_id, decline_meeting, said, reason=request.POST.get("reason", ""))


@participant
@require_POST
def withdraw(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Take my own request back."""
    return _do(request, attendee, meeting_id, withdraw_request, _("Your request is taken back."))


@participant
@require_POST
def cancel(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Call an agreed meeting off, and say why."""
    said = _("The meeting is cancelled, and you are both free again. They are told why.")
    return _do(request, attendee, meeting_id, cancel_meeting, said, reason=request.POST.get("reason", ""))


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """As an organiser, ask why and then call off an agreed meeting of two others."""
    event, refusal = attendee.event, None
    slot = confirmed_slot(event, meeting_id)
    if request.method == "POST":
        reason, now = request.POST.get("reason", ""), timezone.now()
        try:
            cancel_for_both(event=event, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
        except NotFound:
            raise
        except BusinessError as refused:
            refusal = refused
        else:
            messages.success(request, _("The meeting is called off, and both are told why."))
            return redirect("programme", event.slug)
    context = {"slot": slot, "refusal": refusal, "typed": request.POST.get("reason", "")}
    return render(request, "meetings/call_off.html", context, status=refusal.status if refusal else 200)


@participant
@require_POST
def attest(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say whether it took place and, if so, how useful it was."""
    took_place = request.POST.get("took_place") == "yes"
    return _do(
        request,
        attendee,
        meeting_id,
        attest_meeting,
        _("Thank you, noted."),
        took_place=took_place,
        usefulness=number_in(request.POST.get("usefulness")) if took_place else None,
    )


def _do(
    request: Request,
    attendee: Attendee,
    meeting_id: int,
    write: Callable[..., object],
    said: str = "",
    *,
    agreed: bool = False,
    **asked: Any,
) -> HttpResponse:
    """Write, say so and lead back to the agenda; a refusal is shown on the meeting's page, in place."""
    now = timezone.now()
    try:
        write(attendee=attendee, meeting_id=meeting_id, by=request.user, now=now, **asked)
    except NotFound:
        raise
    except BusinessError as refusal:
        return meeting_page(request, attendee, meeting_id, refusal)
    if agreed:
        said = agreed_words(meeting_for(attendee, meeting_id, now), attendee.event)
    messages.success(request, said)
    return redirect("meetings", attendee.event.slug)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: Request, attendee: Attendee) -> HttpResponse:
    """All I was told, newest first; on POST, mark it as read."""
    now = timezone.now()
    if request.method == "POST":
        mark_read(attendee=attendee, by=request.user, now=now)
        return redirect("notices", attendee.event.slug)
    return render(request, "meetings/notices.html", {"notices": notices_for(attendee, now)})


@participant
@require_safe
def day_sheet(request: Request, attendee: Attendee) -> HttpResponse:
    """One day of mine on one sheet of paper: the day asked for, else the next with something on."""
    now = timezone.now()
    days = agenda_for(attendee, now).days
    asked = request.GET.get("day", "")
    today = day_in(attendee.event, now)
    chosen = next((day for day in days if str(day.date) == asked), None)
    chosen = chosen or next((day for day in days if day.date >= today), days[-1] if days else None)
    context: dict[str, Any] = {"day": chosen, "days": days, "printed_at": now}
    return render(request, "meetings/sheet.html", context)
