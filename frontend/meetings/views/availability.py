"""When I can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.meetings.selectors import GridDay, SlotCell, availability_for
from backend.meetings.services import change_slots
from frontend.access import Request, participant
from frontend.meetings.forms import numbers_in
from frontend.meetings.views.meetings import absent_because


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: Request, attendee: Attendee) -> HttpResponse:
    """My slots by day, to open and close one by one, by half days, by days or all at once."""
    now = timezone.now()
    days = availability_for(attendee, now)
    refusal, ticked = None, None
    if request.method == "POST":
        mine = _changeable(days)
        group, wanted = _group(days, request.POST.get("all", ""))
        ticked = (set(numbers_in(request.POST.getlist("slots"))) | (group if wanted else set())) - (
            set() if wanted else group
        )
        opened = {cell.slot_id for cell in mine if cell.is_open}
        shown = {cell.slot_id for cell in mine}
        try:
            change_slots(
                attendee=attendee,
                opening=ticked - opened,
                closing=(opened & shown) - ticked,
                by=request.user,
                now=now,
            )
        except BusinessError as refused:
            refusal = refused
        else:
            messages.success(request, _said(len(ticked & shown)))
            return HttpResponseRedirect(request.path)
    cells = [cell for day in days for cell in day.cells]
    context = {
        "days": days,
        "ticked": {cell.slot_id for cell in cells if cell.is_open} if ticked is None else ticked,
        "open_count": sum(cell.can_be_asked for cell in cells),
        "to_come": bool(_changeable(days)),
        "refusal": refusal,
        "absent": absent_because(attendee),
    }
    return render(request, "meetings/availability.html", context, status=refusal.status if refusal else 200)


def _changeable(days: Sequence[GridDay]) -> list[SlotCell]:
    """The slots the page shows a checkbox for: those to come that nothing of mine lies in."""
    return [cell for day in days for cell in day.cells if not cell.is_past and not cell.busy]


def _group(days: Sequence[GridDay], name: str) -> tuple[set[int], bool]:
    """The slots a button stands for, and whether it opens them.

    A name is open or close, then a date or nothing for all, then morning, afternoon or nothing.
    """
    verb, _colon, rest = name.partition(":")
    date, _colon, half = rest.partition(":")
    chosen = [day for day in days if date in ("", str(day.date))] if verb in ("open", "close") else []
    halves = {"morning": lambda day: day.morning, "afternoon": lambda day: day.afternoon}
    cells = [cell for day in chosen for cell in halves.get(half, lambda day: day.cells)(day)]
    return {cell.slot_id for cell in cells if not cell.is_past and not cell.busy}, verb == "open"


def _said(count: int) -> str:
    if not count:
        return _("Saved. You have no open time, so nobody can ask you.")
    text = ngettext(
        "Saved. You can be asked at %(count)d time.", "Saved. You can be asked at %(count)d times.", count
    )
    return text % {"count": count}
