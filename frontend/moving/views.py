"""What a safeguarding lead agrees to before an administrator exports or deletes the forum."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.events.models.attendees import Attendee
from backend.moving.selectors import approvals_for
from backend.moving.services.approving import approve_move, withdraw_approvals
from frontend.access import Request, fresh_proof, safeguarding_lead
from frontend.fields import values_of
from frontend.moving.forms import WITHDRAW, ApprovalForm


@safeguarding_lead
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def move_forum(request: Request, attendee: Attendee) -> HttpResponse:
    """What leads agreed to; on POST, agree to an export or a deletion, or withdraw."""
    event, now = attendee.event, timezone.now()
    if request.method == "POST":
        pressed = values_of(ApprovalForm(request.POST))["do"]
        if pressed == WITHDRAW:
            withdraw_approvals(event=event, by=request.user)
            messages.success(request, _("Withdrawn."))
        else:
            approve_move(event=event, kind=pressed, by=request.user, now=now)
            messages.success(request, _("Agreed. It holds for a day, and for once."))
        return redirect("move_forum", event.slug)
    approvals = approvals_for(event, now)
    waits = any(one.used_at is None for one in approvals)
    return render(request, "moving/move.html", {"approvals": approvals, "waits": waits})
