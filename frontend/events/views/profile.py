"""An attendee's own profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import RealNameInText, appears_under_alias
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.consents import may_have_profile
from backend.events.rules.countries import country_names
from backend.events.selectors import profile_for
from backend.events.services.profiles import update_profile
from backend.safeguarding.selectors.blocks import blocks_made_by
from backend.safeguarding.selectors.pictures import can_have_picture, has_picture
from backend.suggestions.selectors.runs import is_being_matched
from frontend.access import Request, participant
from frontend.events.forms.profile import ProfileForm
from frontend.events.views.drafts import is_draft, save_draft


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request, attendee: Attendee) -> HttpResponse:
    """What I seek, what I offer and who sees it; saving a change has me matched again."""
    if request.method != "POST" and not may_have_profile(attendee, timezone.now()):
        return render(request, "safeguarding/no_profile.html")
    stored = profile_for(attendee)
    form = ProfileForm(request.POST if request.method == "POST" else None, stored)
    if is_draft(request):
        return save_draft(request, attendee, form)
    if form.is_bound and form.is_valid():
        try:
            saved = update_profile(attendee=attendee, change=form.change(), by=request.user, now=timezone.now())
        except (TextTooLong, RealNameInText) as refusal:
            form.add_error(str(refusal.details["field"]), refusal.message)
        else:
            if is_being_matched(saved):
                address = reverse("suggestions", args=[attendee.event.slug])
                messages.success(
                    request, _("Saved. Your suggestions are being matched again."), extra_tags=f"go {address}"
                )
            else:
                messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
    context = {
        "profile": stored,
        "form": form,
        "chosen": {name: form.chosen(name) for name in ("languages", "seeks_topics", "offers_topics")},
        "languages": form.languages_offered,
        "countries": country_names(),
        "blocks": blocks_made_by(attendee),
        "is_under_alias": appears_under_alias(attendee),
        "can_have_picture": can_have_picture(attendee, timezone.now()),
        "has_picture": has_picture(attendee),
    }
    return render(request, "events/profile.html", context, status=422 if form.errors else 200)
