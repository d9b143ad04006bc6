"""Mail texts: what organisers put on every mail of their forum, with an example of each kind."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import BusinessError
from backend.directory.services.mail_examples import mail_examples, send_test_mail
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.mails.rules import BadMailText
from backend.mails.selectors import mail_texts_for
from backend.mails.services import reset_mail_texts, set_mail_texts
from backend.people.services import BadEmail
from frontend.access import Request, organiser, shows_secret
from frontend.fields import values_of
from frontend.mails.forms import KindForm, MailTextsForm


@organiser
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
def mail_texts(request: Request, attendee: Attendee) -> HttpResponse:
    """Sender, opening and signature, and a mail of each kind; on POST, save them."""
    form = MailTextsForm(request.POST if request.method == "POST" else None, mail_texts_for(attendee.event))
    refusal: BusinessError | None = None
    if form.is_bound and form.is_valid():
        try:
            set_mail_texts(event=attendee.event, data=form.texts_data(), by=request.user)
        except (BadMailText, BadEmail, TextTooLong) as error:
            refusal = error
        else:
            messages.success(request, _("Saved. This is how the mails look now."))
            return redirect("mail_texts", attendee.event.slug)
    context = {"form": form, "refusal": refusal, "examples": mail_examples(attendee.event, timezone.now())}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "mails/page.html", context, status=status)


@organiser
@require_POST
def reset(request: Request, attendee: Attendee) -> HttpResponse:
    """Go back to Titian's own words."""
    reset_mail_texts(event=attendee.event, by=request.user)
    messages.success(request, _("The mails have Titian’s own words and the forum’s name again."))
    return redirect("mail_texts", attendee.event.slug)


@organiser
@require_POST
def send_test(request: Request, attendee: Attendee) -> HttpResponse:
    """Mail the organiser the example of one kind, as it is saved."""
    kind = values_of(KindForm(request.POST))["kind"]
    send_test_mail(event=attendee.event, kind=kind, by=request.user, now=timezone.now())
    messages.success(request, _("A test mail is on its way to %(address)s.") % {"address": request.user.email})
    return redirect("mail_texts", attendee.event.slug)
