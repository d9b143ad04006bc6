"""For organisers: which groups of the forum are not in contact."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.selectors.contact_rules import contact_groups_for, contact_rule_row, contact_rules_for
from backend.safeguarding.services.contact_rules import add_contact_rule, contact_rule_between, remove_contact_rule
from backend.setup.selectors.contact_rules import contact_rule_effect
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.setup.forms import ContactRuleForm


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def contact_rules(request: Request, attendee: Attendee) -> HttpResponse:
    """The contact rules; a POST tells first whom a new one parts and what it ends, and then makes it."""
    event, now, outcome, preview = attendee.event, timezone.now(), Outcome(), None
    form = ContactRuleForm(request.POST if request.method == "POST" else None, _groups(event))
    if form.is_bound and form.is_valid():
        first, second = form.cleaned_data["first"], form.cleaned_data["second"]
        with catch_refusal(even_not_found=True) as outcome:
            if form.cleaned_data["do"] == "add":
                add_contact_rule(event=event, first=first, second=second, by=request.user, now=now)
                messages.success(request, _("The two groups are parted. What stood between them ends."))
                return redirect("contact_rules", event.slug)
            rule = contact_rule_between(event=event, first=first, second=second)
            preview = (contact_rule_row(rule), contact_rule_effect(rule, now))
    context = {"form": form, "rules": contact_rules_for(event), "preview": preview, "refusal": outcome.refusal}
    status = outcome.refusal.status if outcome.refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "setup/contact_rules.html", context, status=status)


@organiser
@require_POST
def end_contact_rule(request: Request, attendee: Attendee, rule_id: int) -> HttpResponse:
    """Let the two groups meet again."""
    remove_contact_rule(event=attendee.event, rule_id=rule_id, by=request.user, now=timezone.now())
    messages.success(request, _("The two groups may meet again. What was ended stays ended."))
    return redirect("contact_rules", attendee.event.slug)


def _groups(event: Event) -> list[tuple[str, list[tuple[str, str]]]]:
    groups = contact_groups_for(event)
    return [
        (_("Constituencies"), [row for row in groups if row[0].startswith("constituency:")]),
        (_("Sectors"), [row for row in groups if row[0].startswith("sector:")]),
    ]
