"""An attendee's notices, and the links in mails: a link opens a page, and only its button answers."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.booking.selectors.availability import has_open_time
from backend.booking.selectors.meetings import meeting_for, other_attendee_id
from backend.core.errors import NotFound
from backend.directory.selectors.people import wished_by
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, is_allowed
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
from backend.notifications.selectors.deliveries import (
    delivery_figures_for,
    delivery_row,
    failing_deliveries,
    unsent_deliveries,
)
from backend.notifications.selectors.notices import notices_for
from backend.notifications.services.answer_links import answer_by_link
from backend.notifications.services.deliveries import mark_read, resend_mails
from frontend.access import Outcome, Request, catch_refusal, organiser, participant, public, speak_to
from frontend.booking.words import by_day
from frontend.fields import values_of
from frontend.notifications.forms import AnswerForm, ResendForm
from frontend.notifications.words import delivery_error_words, mail_kind_words

PAGE = 50  # mails


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
    reader = open_token(token).attendee
    speak_to(request, reader.person, reader.event)
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
        return render(request, "notifications/answered.html", {"over": over, "event": event}, status=over.status)
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
    return render(request, "notifications/answer.html", context, status=refusal.status if refusal else 200)


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
    return render(request, "notifications/answered.html", context)


def _hidden(request: Request, token: str, hidden: NotFound) -> HttpResponse:
    """A meeting whose other attendee is hidden: a way to report them, and no name."""
    signed = open_token(token)
    context = {
        "over": hidden,
        "event": signed.attendee.event,
        "report": signed.meeting_id if other_attendee_id(signed.attendee, signed.meeting_id) else None,
    }
    return render(request, "notifications/answered.html", context, status=hidden.status)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: Request, attendee: Attendee) -> HttpResponse:
    """My notices, newest first, and who would like to meet me; on POST, mark the notices as read."""
    now = timezone.now()
    if request.method == "POST":
        mark_read(attendee=attendee, by=request.user, now=now)
        return redirect("notices", attendee.event.slug)
    has_wishes = is_allowed(attendee.event, Activity.ASK) and not has_open_time(attendee.pk, now)
    context = {"notices": notices_for(attendee, now), "wished_by": wished_by(attendee, now) if has_wishes else ()}
    return render(request, "notifications/notices.html", context)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: Request, attendee: Attendee) -> HttpResponse:
    """Mails that wait or were refused; on POST, send the refused again: all, or that of one notice."""
    event = attendee.event
    if request.method == "POST":
        notice_id = values_of(ResendForm(request.POST))["notice"]
        sent = resend_mails(event=event, notice_id=notice_id, by=request.user, now=timezone.now())
        text = ngettext("%(count)d mail goes out again.", "%(count)d mails go out again.", sent)
        messages.success(request, text % {"count": sent} if sent else _("No refused mail was left to send."))
        return redirect("mails", event.slug)
    now = timezone.now()
    page = Paginator(unsent_deliveries(event), PAGE).get_page(request.GET.get("page"))
    rows = [delivery_row(delivery) for delivery in page.object_list]
    context = {
        "rows": [(row, mail_kind_words(row), delivery_error_words(row)) for row in rows],
        "page": page,
        "figures": delivery_figures_for(event, now, limit=0),
        "trouble": failing_deliveries(event, now).count(),
    }
    return render(request, "notifications/mails.html", context)
