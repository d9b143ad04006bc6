"""Answers from a mail without signing in: the link opens a page, and only its button answers."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from backend.core.errors import NotFound
from backend.notifications.selectors.answer_links import (
    AnswerLink,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LinkWithdrawn,
    Purpose,
    answer_token,
    open_token,
    read_answer_link,
)
from backend.booking.selectors.meetings import meeting_for, other_attendee_id
from backend.notifications.services.answer_links import answer_by_link
from frontend.access import Outcome, Request, catch_refusal, public
from frontend.fields import values_of
from frontend.booking.forms import AnswerForm
from frontend.booking.words import by_day


@public("a signed link is for one answer of one person, and answers only when its button is pressed")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, token: str) -> HttpResponse:
    """Show what the link would answer; on POST, answer."""
    try:
        return _answer(request, token)
    except LinkInvalid:
        raise
    except NotFound as hidden:
        return _hidden(request, token, hidden)


def _answer(request: Request, token: str) -> HttpResponse:
    now, outcome = timezone.now(), Outcome()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with catch_refusal() as outcome:
            values = values_of(form)
            answer_by_link(
                token=token,
                slot_id=values["slot"],
                slot_ids=values["slots"],
                reason=values["reason"],
                usefulness=values["usefulness"],
                accepted_version=values["version"] if values["agree"] else "",
                now=now,
            )
        if outcome.refusal is None:
            return _answered(request, token, now)
    refusal = outcome.refusal
    try:
        link = read_answer_link(token, now)
    except (LinkExpired, LinkUsed, LinkWithdrawn) as over:
        event = open_token(token).attendee.event
        return render(request, "meetings/answered.html", {"over": over, "event": event}, status=over.status)
    context = {
        "link": link,
        "row": link.meeting,
        "event": link.attendee.event,
        "refusal": refusal,
        "typed": form["reason"].value() or "",
        "usefulness": form["usefulness"].value() or "",
        "agrees": form["agree"].value(),
        "others": [time for time in link.offered if time != link.time],
        "days": by_day(link.attendee.event, link.free),
        "chosen": values_of(form)["slots"] if form.is_bound else (),
        "instead": _instead(link),
    }
    return render(request, "meetings/answer.html", context, status=refusal.status if refusal else 200)


def _instead(link: AnswerLink) -> dict[str, str]:
    """The other answers that the reader of this link could give: the token of each."""
    others: dict[Purpose, tuple[Purpose, ...]] = {
        "accept": ("counter", "decline"),
        "counter": ("accept", "decline"),
        "take_counter": ("refuse_counter",),
    }
    row = link.meeting
    return {
        purpose: answer_token(row.meeting_id, link.attendee, purpose)
        for purpose in others.get(link.purpose, ())
        if purpose in row.actions and not row.by_organisers
    }


def _answered(request: Request, token: str, now: dt.datetime) -> HttpResponse:
    signed = open_token(token)
    row = meeting_for(signed.attendee, signed.meeting_id, now)
    context = {"row": row, "event": signed.attendee.event, "purpose": signed.purpose}
    return render(request, "meetings/answered.html", context)


def _hidden(request: Request, token: str, hidden: NotFound) -> HttpResponse:
    """A meeting whose other attendee is hidden: a way to report them, and no name."""
    signed = open_token(token)
    context = {
        "over": hidden,
        "event": signed.attendee.event,
        "report": signed.meeting_id if other_attendee_id(signed.attendee, signed.meeting_id) else None,
    }
    return render(request, "meetings/answered.html", context, status=hidden.status)
