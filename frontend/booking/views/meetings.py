"""My meetings: requests to answer, what is agreed, and one meeting with its actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.agenda.selectors.agenda import agenda_for
from backend.assistants.selectors import asking_principals
from backend.booking.models.meetings import Meeting
from backend.booking.selectors.acted_words import acted_words
from backend.booking.selectors.acting import principals_for
from backend.booking.selectors.availability import availability_for
from backend.booking.selectors.earlier_meetings import earlier_meeting_for
from backend.booking.selectors.meetings import (
    MeetingRow,
    answered_proposals,
    confirmed_slot,
    meeting_for,
    move_options_for,
    own_rows,
    requests_answered_with_times,
    requests_sent,
    requests_to_answer,
)
from backend.booking.selectors.tables import tables_beside
from backend.booking.selectors.waiting_list import people_waiting_for, waiting_for
from backend.booking.services import meetings as services
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.meetings import cancel_meeting
from backend.booking.services.moving import move_meeting
from backend.core.errors import BusinessError
from backend.core.limits import Kind
from backend.directory.selectors.people import person_for
from backend.events.models.attendees import Attendee
from backend.events.rules.states import is_over
from backend.events.selectors import topic_names_for
from backend.groups.selectors.office_hours import requests_to_gather, with_office_hours
from backend.groups.selectors.rounds import own_tables, tables_asked
from backend.notifications.selectors.notices import notices_for
from backend.outcomes.selectors.connections import can_share_contact
from backend.safeguarding.rules import why_not_open
from backend.suggestions.selectors.lists import suggestion_between
from backend.suggestions.selectors.shared_needs import shared_needs_for
from frontend.access import Outcome, Request, catch_refusal, counted, organiser, participant, refused_on
from frontend.agenda.views.agenda import _keeps_offline
from frontend.booking.forms import AcceptForm, MoveForm, QuestionForm, ReasonForm
from frontend.booking.words import accepted_words, day_in
from frontend.fields import values_of
from frontend.outcomes.forms import AttestForm, FollowUpForm

NOTICES = 5


@participant
@require_safe
def meetings(request: Request, attendee: Attendee) -> HttpResponse:
    """Requests to answer, my agenda by day, my own requests, and the latest notices."""
    now = timezone.now()
    rows = own_rows(attendee, now)
    tables = own_tables(attendee, now)
    agenda = agenda_for(attendee, now, rows, tables)
    to_answer = with_office_hours(attendee, requests_to_answer(attendee, now, rows), now)
    cells = [cell for day in availability_for(attendee, now) for cell in day.cells]
    context = {
        "to_answer": to_answer,
        "waiting_answers": len(to_answer),
        "shared_needs": shared_needs_for(attendee, now, requests_to_gather(attendee, now, to_answer)),
        "tables_asked": tables_asked(tables),
        "sent": requests_sent(attendee, now, rows),
        "offered_times": requests_answered_with_times(attendee, now, rows),
        "proposals": answered_proposals(attendee, now, rows),
        "waits_for": waiting_for(attendee, now),
        "waiting_for_me": people_waiting_for(attendee, now),
        "agenda": agenda,
        "to_attest": [
            item.meeting
            for day in agenda.days
            for item in day.items
            if item.meeting and "attest" in item.meeting.actions and not item.meeting.my_word
        ],
        "principals": principals_for(attendee, now),
        "asking": asking_principals(attendee, now),
        "notices": notices_for(attendee, now, rows, limit=NOTICES),
        "can_be_asked": sum(cell.can_be_asked for cell in cells),
        "has_opened": any(cell.is_open and not cell.is_past for cell in cells),
        "absent": why_not_open(attendee),
        "keeps_offline": _keeps_offline(attendee),
        "today": day_in(attendee.event, now),
        "is_over": is_over(attendee.event, now),
        "now": now,
    }
    return render(request, "booking/page.html", context)


@participant
@require_safe
def meeting(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """One meeting of mine, with all I can do about it."""
    return meeting_page(request, attendee, meeting_id)


def meeting_page(
    request: Request, attendee: Attendee, meeting_id: int, refusal: BusinessError | None = None
) -> HttpResponse:
    """The meeting as it is now; after a refusal with its sentence, and with what was typed."""
    now = timezone.now()
    row = meeting_for(attendee, meeting_id, now)
    context = {
        "row": row,
        **(_briefing(attendee, row, now) if row.state == Meeting.State.ACCEPTED else {}),
        "acted": acted_words(row),
        "can_share_contact": can_share_contact(attendee, row.other.attendee_id, now),
        "refusal": refusal,
        "typed": ReasonForm(request.POST)["reason"].value() or QuestionForm(request.POST)["text"].value() or "",
        "usefulness": AttestForm(request.POST)["usefulness"].value() or "",
        "refused_at": (at := request.resolver_match.url_name if refusal and request.resolver_match else ""),
        "follow_up": FollowUpForm(request.POST if at == "follow_up" else None, row.follow_up),
    }
    return render(request, "booking/meeting.html", context, status=refusal.status if refusal else 200)


def _briefing(attendee: Attendee, row: MeetingRow, now: dt.datetime) -> dict[str, Any]:
    """What the other seeks and offers, and why the two were suggested to each other, as on their page.

    With it where the table stands, and when they met before.
    """
    other_id, place = row.other.attendee_id, row.place
    return {
        "page": person_for(viewer=attendee, attendee_id=other_id, now=now),
        "tables": tables_beside(attendee.event_id, place.place) if place and not place.is_online else (),
        "met_before": earlier_meeting_for(viewer=attendee, other_id=other_id, now=now),
        "card": suggestion_between(attendee=attendee, other_id=other_id, now=now),
        "topic_names": topic_names_for(attendee.event),
    }


refused_on_its_page = refused_on(meeting_page)


@participant
@require_POST
@refused_on_its_page
def accept(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Accept one of the slots of a request, or say yes to a proposal."""
    now, slot_id = timezone.now(), values_of(AcceptForm(request.POST))["slot"]
    accept_meeting(attendee=attendee, meeting_id=meeting_id, slot_id=slot_id, by=request.user, now=now)
    row = meeting_for(attendee, meeting_id, now)
    if row.state == Meeting.State.PROPOSED:
        return _done(
            request,
            attendee,
            _("Your yes is noted. We will tell you once it is agreed, or that it did not come about."),
        )
    return _done(request, attendee, accepted_words(row, attendee.event))


@participant
@require_POST
@refused_on_its_page
@counted(Kind.MESSAGE_SENT)
def decline(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Decline a request, with or without a reason, or say no to a proposal."""
    now, reason = timezone.now(), values_of(ReasonForm(request.POST))["reason"]
    found = decline_meeting(attendee=attendee, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
    if found.state == Meeting.State.PROPOSED:
        return _done(request, attendee, _("Your no is noted. Nobody learns what you answered."))
    return _done(request, attendee, _("Declined. We let them know."))


@participant
@require_POST
@refused_on_its_page
def withdraw(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Take my own request back."""
    withdraw_request(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now())
    return _done(request, attendee, _("Your request is taken back."))


@participant
@require_POST
@refused_on_its_page
@counted(Kind.MESSAGE_SENT)
def cancel(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Cancel a confirmed meeting, with a reason."""
    now, reason = timezone.now(), values_of(ReasonForm(request.POST))["reason"]
    cancel_meeting(attendee=attendee, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
    text = _("The meeting is cancelled, and you are both free again. We let them know why.")
    return _done(request, attendee, text)


def _done(request: Request, attendee: Attendee, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("meetings", attendee.event.slug)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_for_both(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """As an organiser, cancel a confirmed meeting of two others, with a reason."""
    event, outcome = attendee.event, Outcome()
    slot = confirmed_slot(event, meeting_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal() as outcome:
            reason, now = values_of(form)["reason"], timezone.now()
            services.cancel_for_both(event=event, meeting_id=meeting_id, reason=reason, by=request.user, now=now)
            messages.success(request, _("The meeting is called off, and both are told why."))
            return redirect("programme", event.slug)
    context = {"slot": slot, "refusal": outcome.refusal, "typed": form["reason"].value() or ""}
    return render(request, "booking/cancel_for_both.html", context, status=outcome.status)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """As an organiser, give an agreed meeting of two others another time or table."""
    event, outcome, now = attendee.event, Outcome(), timezone.now()
    options = move_options_for(event, meeting_id, now)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal() as outcome:
            values = values_of(form)
            move_meeting(
                event=event,
                meeting_id=meeting_id,
                slot_id=values["slot"] or options.slot.pk,
                table_id=values["table"],
                by=request.user,
                now=now,
            )
            messages.success(request, _("The meeting is moved. Both are told, and either can cancel."))
            return redirect("programme", event.slug)
    chosen: dict[str, Any] = values_of(form) if form.is_bound else {}
    context = {"options": options, "refusal": outcome.refusal, "chosen": chosen}
    return render(request, "booking/move.html", context, status=outcome.status)
