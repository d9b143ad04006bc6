"""Invitations: for organisers whom to invite and with which words, and the page their links open."""

from __future__ import annotations

from typing import cast

from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.states import Activity, is_allowed
from backend.events.services.long_jobs import MANY, answer_later
from backend.invitations import selectors
from backend.invitations.models import Invitation
from backend.invitations.rules import BadInvitationRules
from backend.invitations.services import links
from backend.invitations.services.bounces import mark_bounced
from backend.invitations.services.letters import example_letter
from backend.invitations.services.links import read_link, use_link
from backend.invitations.services.rules import set_invitation_rules
from backend.invitations.services.sending import preview_invitations, send_invitations, send_test_invitation
from backend.mails.rules import BadMailText, mails_wait_until
from backend.people.rules import remember_browser
from backend.people.selectors import token_hash
from frontend.access import Outcome, Request, catch_refusal, organiser, public, shows_secret, speak_to
from frontend.events.words.quotas import REACHED
from frontend.fields import values_of
from frontend.invitations.forms import ReturnedForm, RulesForm, SelectionForm, SendForm
from frontend.invitations.words import FILTER_WORDS, hint_words, status_words

PAGE_SIZE = 100


@organiser
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: Request, attendee: Attendee) -> HttpResponse:
    """Who is invited and who has joined; a POST shows what inviting those chosen would send."""
    event, now, outcome = attendee.event, timezone.now(), Outcome()
    chosen = request.GET.get("show", "")
    people = selectors.people_to_invite(event)
    if chosen in selectors.FILTERS:
        people = people.filter(status__in=selectors.FILTERS[chosen])
    if request.method == "POST":
        with catch_refusal(even_not_found=True) as outcome:
            values = values_of(SelectionForm(request.POST))
            ids = people.values_list("pk", flat=True) if values["everybody"] else values["attendee"]
            if len(ids) > MANY:
                answer_later(request, attendee, _("A preview of invitations"), now=now)
            preview = preview_invitations(event=event, attendee_ids=list(ids), by=request.user, now=now)
            return render(request, "invitations/preview.html", {"preview": preview})
    query = request.GET.copy()
    query.pop("page", None)
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = selectors.invited_people(page.object_list, now)  # type: ignore[arg-type]
    context = {
        "rows": [(row, status_words(row), hint_words(row)) for row in rows],
        "page": page,
        "rest": query,
        "chosen": chosen,
        "filters": FILTER_WORDS.items(),
        "figures": selectors.invitation_figures(event),
        "held": selectors.mails_held(event, now),
        "reached": [REACHED["mails"]] if mails_wait_until(event, now) else [],
        "is_inviting": is_allowed(event, Activity.INVITE),
        "refusal": outcome.refusal,
    }
    return render(request, "invitations/page.html", context, status=outcome.status)


@organiser
@require_POST
def returned(request: Request, attendee: Attendee) -> HttpResponse:
    """Mark the mails to those ticked as returned, or take that back."""
    values = values_of(ReturnedForm(request.POST))
    has_returned = values["do"] != ReturnedForm.ARRIVED
    count = mark_bounced(event=attendee.event, attendee_ids=values["attendee"], bounced=has_returned, by=request.user)
    if has_returned:
        text = ngettext(
            "%(count)d mail is marked as returned: mend the address, then invite again.",
            "%(count)d mails are marked as returned: mend the addresses, then invite again.",
            count,
        )
    else:
        text = ngettext("%(count)d mail counts as sent.", "%(count)d mails count as sent.", count)
    messages.success(request, text % {"count": count})
    return redirect("invitations", attendee.event.slug)


@organiser
@require_POST
def send(request: Request, attendee: Attendee) -> HttpResponse:
    """Send what the preview showed."""
    now, confirmation = timezone.now(), values_of(SendForm(request.POST))["confirmation"]
    answer_later(request, attendee, _("Sending invitations"), back="invitations", now=now)
    count = send_invitations(event=attendee.event, confirmation=confirmation, by=request.user, now=now)
    text = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)
    messages.success(request, text % {"count": count})
    return redirect("invitations", attendee.event.slug)


@organiser
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: Request, attendee: Attendee) -> HttpResponse:
    """Texts and days of invitations and reminders, with a preview of each."""
    event, now = attendee.event, timezone.now()
    stored = selectors.rules_for(event)
    form = RulesForm(request.POST if request.method == "POST" else None, stored)
    refusal = None
    if form.is_bound and form.is_valid():
        try:
            set_invitation_rules(event=event, data=form.rules_data(), by=request.user)
        except (BadMailText, BadInvitationRules, TextTooLong) as error:
            refusal = error
        else:
            messages.success(request, _("Saved. This is how the mails look now."))
            return redirect("invitation_texts", event.slug)
    kinds = (Invitation.Kind.INVITATION, Invitation.Kind.REMINDER)
    context = {
        "form": form,
        "refusal": refusal,
        "examples": [(kind.label, example_letter(event, stored, kind, name=attendee.name, now=now)) for kind in kinds],
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "invitations/texts.html", context, status=status)


@organiser
@require_POST
def send_test(request: Request, attendee: Attendee) -> HttpResponse:
    """Mail the organiser the invitation as it is saved."""
    send_test_invitation(event=attendee.event, by=request.user, now=timezone.now())
    messages.success(request, _("A test mail is on its way to %(address)s.") % {"address": request.user.email})
    return redirect("invitation_texts", attendee.event.slug)


@public("a signed link signs in one person once, and only when its button is pressed")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def invitation(request: Request, token: str) -> HttpResponse:
    """Show whom the link signs in; on POST, sign them in by the path of a code."""
    now = timezone.now()
    with catch_refusal() as outcome:
        if request.method == "POST":
            reader = use_link(token=token, now=now)
            home = reverse("event_home", args=[reader.event.slug])
            return cast(HttpResponse, perform_login(request, reader.person, redirect_url=home))
        link = read_link(token, now)
        speak_to(request, link.attendee.person, link.attendee.event)
    over = outcome.refusal
    context = {"over": over} if over else {"link": link, "event": link.attendee.event}
    response = render(request, "invitations/link.html", context, status=over.status if over else 200)
    if mailed_to := links.mailed_to(token):
        remember_browser(request=request, response=response, person=mailed_to, link=token_hash(token))
    return response
