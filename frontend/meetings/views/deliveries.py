"""Mails that are not out, for organisers: to whom, why not, and again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.events.models import Attendee
from backend.meetings.selectors import (
    delivery_figures_for,
    delivery_row,
    failing_deliveries,
    unsent_deliveries,
)
from backend.meetings.services import resend_mails
from frontend.access import Request, organiser
from frontend.meetings.forms import number_in
from frontend.meetings.mail_words import mail_kind_words, server_words

PAGE = 50


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: Request, attendee: Attendee) -> HttpResponse:
    """Those that wait or were refused; on POST, send the refused again: all, or that of one notice."""
    event = attendee.event
    if request.method == "POST":
        # A number that is none names no mail: it must not send them all.
        one = number_in(request.POST["notice"]) or 0 if "notice" in request.POST else None
        sent = resend_mails(event=event, notice_id=one, by=request.user)
        text = ngettext("%(count)d mail goes out again.", "%(count)d mails go out again.", sent)
        messages.success(request, text % {"count": sent} if sent else _("No refused mail was left to send."))
        return redirect("mails", event.slug)
    now = timezone.now()
    page = Paginator(unsent_deliveries(event), PAGE).get_page(request.GET.get("page"))
    rows = [delivery_row(delivery) for delivery in page.object_list]
    context = {
        "rows": [(row, mail_kind_words(row), server_words(row)) for row in rows],
        "page": page,
        "figures": delivery_figures_for(event, now, limit=0),
        "trouble": failing_deliveries(event, now).count(),
    }
    return render(request, "setup/mails.html", context)
