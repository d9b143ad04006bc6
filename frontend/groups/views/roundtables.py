"""Roundtables that attendees propose and join."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import BusinessError
from backend.core.limits import Kind
from backend.events.models.attendees import Attendee
from backend.groups.selectors.open_roundtables import (
    open_roundtables_for,
    own_proposals_for,
    roundtable_choices_for,
    waiting_proposal_for,
)
from backend.groups.services.open_roundtables import (
    change_roundtable,
    join_roundtable,
    propose_roundtable,
    withdraw_roundtable,
)
from backend.safeguarding.rules import why_not_open
from frontend.access import Request, catch_refusal, counted, participant, refused_on
from frontend.groups.forms.roundtables import RoundtableForm
from frontend.groups.views.rounds import accepted_words


@participant
@counted(Kind.MESSAGE_SENT)
@require_http_methods(["GET", "HEAD", "POST"])
def open_roundtables(request: Request, attendee: Attendee) -> HttpResponse:
    """Those I can join or joined, and what I proposed; on POST, propose one."""
    now = timezone.now()
    data = request.POST if request.method == "POST" else None
    form = RoundtableForm(data, roundtable_choices_for(attendee, now), attendee.event)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            propose_roundtable(attendee=attendee, data=form.roundtable(), by=request.user, now=now)
            messages.success(request, _("Proposed. An organiser reads it first."))
            return redirect("open_roundtables", attendee.event.slug)
    return _page(request, attendee, form=form)


def _page(
    request: Request,
    attendee: Attendee,
    refusal: BusinessError | None = None,
    form: RoundtableForm | None = None,
    **_of: int,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "rows": open_roundtables_for(attendee, now),
        "proposed": own_proposals_for(attendee, now),
        "form": form or RoundtableForm(None, roundtable_choices_for(attendee, now), attendee.event),
        "absent": why_not_open(attendee),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form and form.errors else 200
    return render(request, "groups/roundtables/list.html", context, status=status)


@participant
@counted(Kind.MEETING_ASKED)
@require_POST
@refused_on(_page)
def join(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Take a place at one."""
    meeting = join_roundtable(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now())
    messages.success(request, accepted_words(1))
    return redirect("my_tables", attendee.event.slug, meeting.round_table.rounds_id)


@participant
@counted(Kind.MESSAGE_SENT)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Change what I proposed while no organiser has answered."""
    event, now = attendee.event, timezone.now()
    own = waiting_proposal_for(attendee, rounds_id, now)
    form = RoundtableForm(
        request.POST if request.method == "POST" else None, roundtable_choices_for(attendee, now), event, own
    )
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            data = form.roundtable()
            change_roundtable(attendee=attendee, rounds_id=rounds_id, data=data, by=request.user, now=now)
            messages.success(request, _("Changed. An organiser reads it first."))
            return redirect("open_roundtables", event.slug)
    context = {"form": form, "own": own}
    return render(request, "groups/roundtables/change.html", context, status=422 if form.errors else 200)


@participant
@require_POST
@refused_on(_page)
def withdraw(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Take back what I proposed."""
    withdraw_roundtable(attendee=attendee, rounds_id=rounds_id, by=request.user, now=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect("open_roundtables", attendee.event.slug)
