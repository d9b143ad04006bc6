"""Aliases: what leads set and lift, and the one page with the real name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from backend.core.errors import NotFound
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.rules.countries import country_names
from backend.people.selectors import who_reads_the_mailbox_of
from backend.safeguarding.selectors.aliases import (
    alias_candidates,
    alias_entries_for,
    alias_subject,
    aliases_for,
    sessions_naming,
)
from backend.safeguarding.services.aliases import AliasData, lift_alias, read_alias, set_alias
from frontend.access import Request, catch_refusal, fresh_proof, safeguarding_lead
from frontend.safeguarding.forms import AliasForm, FindForm


@safeguarding_lead
@require_safe
def aliases(request: Request, attendee: Attendee) -> HttpResponse:
    """Who appears under an alias, without the real names; and a search for somebody to give one."""
    form = FindForm(request.GET)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    context = {"aliases": aliases_for(attendee), "name": name, "people": alias_candidates(attendee, name)}
    return render(request, "safeguarding/aliases.html", context)


@sensitive_post_parameters("real_name", "real_organisation")
@safeguarding_lead
@fresh_proof(to_read=True)
@require_http_methods(["GET", "HEAD", "POST"])
def alias(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """One person's alias with the real name, which is recorded as read; on POST, set it."""
    now, event = timezone.now(), attendee.event
    subject = alias_subject(event, attendee_id)
    form = AliasForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        is_wish = values.pop("is_wish")
        with catch_refusal(form):
            set_alias(
                event=event,
                attendee_id=attendee_id,
                data=AliasData(**values),
                is_wish=is_wish,
                by=request.user,
                now=now,
            )
            messages.success(request, _("Everybody at this forum now reads this name and affiliation."))
            return redirect("alias", event.slug, attendee_id)
    found = None
    if subject.is_under_alias:
        found = read_alias(event=event, attendee_id=attendee_id, by=request.user, now=now)
    if not form.is_bound:
        form = AliasForm(initial=_initial(subject, found))
    context = {
        "subject": subject,
        "alias": found,
        "form": form,
        "countries": country_names(),
        "entries": alias_entries_for(subject),
        "sessions": sessions_naming(found) if found else (),
        "shares_mailbox": who_reads_the_mailbox_of(subject.person).count() > 1,
    }
    return render(request, "safeguarding/alias.html", context, status=422 if form.errors else 200)


@safeguarding_lead
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Say what lifting an alias does and ask; on POST, show the real name and affiliation again."""
    event = attendee.event
    subject = alias_subject(event, attendee_id)
    if not subject.is_under_alias:
        raise NotFound(_("There is no such page."))
    if request.method != "POST":
        return render(request, "safeguarding/lift_alias.html", {"subject": subject})
    lift_alias(event=event, attendee_id=attendee_id, by=request.user, now=timezone.now())
    messages.success(request, _("Everybody at this forum reads the real name and affiliation again."))
    return redirect("aliases", event.slug)


def _initial(subject: Attendee, alias: Alias | None) -> dict[str, Any]:
    organisation = subject.organisation.name if subject.organisation else ""
    if alias is None:
        return {"real_name": subject.name, "real_organisation": organisation}
    return {
        "name": subject.name,
        "organisation": organisation,
        "title": subject.title,
        "country": subject.country,
        "real_name": alias.name,
        "real_organisation": alias.organisation,
        "is_wish": "yes" if alias.is_wish else "no",
    }
