"""Pages of the demo: sign in as one of its people, and read the mail it sent."""

from __future__ import annotations

from typing import cast

from allauth.account.utils import perform_login
from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.core.errors import NotFound
from backend.demo.accounts import demo_account_for, demo_accounts
from backend.demo.selectors import kept_mail, mail_sent, mails_sent, preparation
from backend.events.selectors import attendances_for
from frontend.access import Request, demo_only

PAGE = 50
# Mails use inline styles; nothing else may load, run, be sent or be framed.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
}


@demo_only
@require_safe
def enter(request: Request) -> HttpResponse:
    """Choose a demo account."""
    return render(request, "demo/enter.html", {"accounts": demo_accounts()})


@demo_only
@require_safe
def show_preparation(request: Request) -> HttpResponse:
    """How far the demo is loaded, for the pages that say so; 204 where it is as far as they say."""
    found = preparation()
    if found and request.GET.get("done") == str(found.done):
        return HttpResponse(status=204)
    return render(request, "demo/_preparation.html", {"preparation": found})


@demo_only
@require_POST
def enter_as(request: Request, key: str) -> HttpResponse:
    """Sign in as this account and open its home page, once the demo is ready."""
    if preparation():
        return redirect("demo_enter")
    person = demo_account_for(key).person
    attendances = attendances_for(person)
    home = reverse("event_home", args=[attendances[0].event.slug]) if attendances else reverse("welcome")
    return cast(HttpResponse, perform_login(request, person, redirect_url=home))


@demo_only
@require_safe
def outbox(request: Request) -> HttpResponse:
    """Every mail the demo sent, newest first."""
    page = Paginator(mails_sent(), PAGE).get_page(request.GET.get("page"))
    mails = [kept_mail(mail) for mail in page.object_list]
    return render(request, "demo/outbox.html", {"mails": mails, "page": page})


@demo_only
@require_safe
def outbox_mail(request: Request, mail_id: int) -> HttpResponse:
    """A mail's HTML as its reader sees it; only its links work."""
    mail = mail_sent(mail_id)
    if not mail.html:
        raise NotFound(_("This mail has no HTML; its text is in the outbox."))
    return cast(HttpResponse, csp(MAIL_POLICY)(lambda _request: HttpResponse(mail.html))(request))


@demo_only
@require_safe
def outbox_file(_request: Request, mail_id: int, number: int) -> HttpResponse:
    """Download an attachment of a mail."""
    files = mail_sent(mail_id).files
    if number >= len(files):
        raise NotFound(_("There is no such file in the outbox."))
    file = files[number]
    is_calendar = file.name.endswith(".ics")
    response = HttpResponse(file.content, "text/calendar" if is_calendar else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response
