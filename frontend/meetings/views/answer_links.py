"""Answering from a mail, without signing in: the link opens a page, and only its button answers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from backend.core.errors import BusinessError, NotFound
from backend.meetings.selectors import meeting_for, other_attendee_id
from backend.meetings.selectors.answer_links import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LinkWithdrawn,
    open_token,
    read_answer_link,
)
from backend.meetings.services import answer_by_link
from frontend.access import Request, public
from frontend.meetings.forms import number_in


@public("a signed link is for one answer of one person, and answers only when its button is pressed")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, token: str) -> HttpResponse:
    """Show what the link would answer and ask; on POST, answer."""
    try:
        response = _answer(request, token)
    except LinkInvalid:
        raise
    except NotFound as hidden:
        response = _hidden(request, token, hidden)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _answer(request: Request, token: str) -> HttpResponse:
    now = timezone.now()
    refusal = None
    if request.method == "POST":
        try:
            answer_by_link(
                token=token,
                slot_id=number_in(request.POST.get("slot")),
                reason=request.POST.get("reason", ""),
                usefulness=number_in(request.POST.get("usefulness")),
                now=now,
            )
        except NotFound:
            raise
        except BusinessError as refused:
            refusal = refused
        else:
            signed = open_token(token)
            row = meeting_for(signed.attendee, signed.meeting_id, now)
            said = {"row": row, "event": signed.attendee.event, "purpose": signed.purpose}
            return render(request, "meetings/answered.html", said)
    try:
        link = read_answer_link(token, now)
    except (LinkExpired, LinkUsed, LinkWithdrawn) as over:
        event = open_token(token).attendee.event
        return render(request, "meetings/answered.html", {"over": over, "event": event}, status=over.status)
    context = {
        "link": link,
        "row": link.meeting,
        "event": link.attendee.event,
        "sentence": refusal.message if refusal else "",
        "typed": request.POST.get("reason", ""),
        "usefulness": request.POST.get("usefulness", ""),
        "others": [time for time in link.meeting.times if time != link.time],
    }
    return render(request, "meetings/answer.html", context, status=refusal.status if refusal else 200)


def _hidden(request: Request, token: str, hidden: NotFound) -> HttpResponse:
    """What is left of a meeting whose other one hides: a way to report them, and nobody's name."""
    signed = open_token(token)
    context = {
        "over": hidden,
        "event": signed.attendee.event,
        "report": signed.meeting_id if other_attendee_id(signed.attendee, signed.meeting_id) else None,
    }
    return render(request, "meetings/answered.html", context, status=hidden.status)
