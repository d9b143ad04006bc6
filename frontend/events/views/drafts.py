"""What is saved while it is typed: the part of a form's view that its status line asks."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from backend.events.models.attendees import Attendee
from backend.events.services.profiles import update_profile
from frontend.access import Request, catch_refusal
from frontend.events.forms.profile import ProfileForm


def is_draft(request: Request) -> bool:
    return request.method == "POST" and "draft" in request.POST


def save_draft(request: Request, attendee: Attendee, form: ProfileForm) -> HttpResponse:
    """Save what is valid as a whole, as the button does; answers with one sentence and no page."""
    if not form.is_valid():
        return _line(_("Not saved yet: %(reason)s") % {"reason": next(iter(form.errors.values()))[0]}, 422)
    with catch_refusal() as outcome:
        update_profile(attendee=attendee, change=form.change(), by=request.user, now=timezone.now(), is_draft=True)
    if outcome.refusal:
        reason = outcome.refusal.message
        return _line(_("Not saved yet: %(reason)s") % {"reason": reason}, outcome.refusal.status)
    return _line(_("Saved"), 200)


def _line(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(escape(sentence), status=status)
