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
from backend.meetings.selectors.mails import in_trouble, mail_row, mails_for, unsent
from backend.meetings.services.mails import resend_mails
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
    page = Paginator(unsent(event), PAGE).get_page(request.GET.get("page"))
    rows = [mail_row(delivery) for delivery in page.object_list]
    context = {
        "rows": [(row, mail_kind_words(row), server_words(row)) for row in rows],
        "page": page,
        "figures": mails_for(event, now, limit=0),
        "trouble": in_trouble(event, now).count(),
    }
    return render(request, "setup/mails.html", context)
