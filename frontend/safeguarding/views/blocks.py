"""Hiding two people from each other, and taking that back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.events.models import Attendee
from backend.safeguarding.selectors import block_made_by, person_for_attendee, visible_ids_for
from backend.safeguarding.services import block_person, unblock_person
from frontend.access import Request, participant


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Say what blocking does and ask; on POST, block."""
    now = timezone.now()
    behind = person_for_attendee(viewer=attendee, attendee_id=attendee_id, now=now)
    if request.method != "POST":
        seen = visible_ids_for(viewer=attendee, ids=[attendee_id], channel="page", now=now)
        context = {"name": behind.name, "attendee_id": attendee_id, "is_seen": bool(seen)}
        return render(request, "safeguarding/block.html", context)
    block_person(blocked=behind.person, by=request.user, now=now)
    done = _("%(name)s is blocked.") % {"name": behind.name} if behind.name else _("This person is blocked.")
    after = _("You no longer appear to each other. What the two of you had agreed is called off.")
    text = f"{done} {after}"
    messages.success(request, text)
    return redirect("suggestions", attendee.event.slug)


@participant
@require_POST
def unblock(request: Request, attendee: Attendee, block_id: int) -> HttpResponse:
    """Take one of my blocks back."""
    mine = block_made_by(request.user, block_id)
    unblock_person(blocked=mine.blocked, by=request.user, now=timezone.now())
    messages.success(request, _("The block is lifted. You may appear to each other again."))
    return redirect("profile", attendee.event.slug)
