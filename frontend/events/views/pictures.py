"""One's own picture, and those of the people one may see."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.safeguarding.engine import MOST_BYTES
from backend.safeguarding.selectors.pictures import picture_for
from backend.safeguarding.services.pictures import remove_picture, set_picture
from frontend.access import Request, participant


@participant
@require_safe
def picture(request: Request, attendee: Attendee, attendee_id: int, size: str) -> HttpResponse:  # noqa: ARG001
    """Somebody's picture; 404 where the contact policy does not show them."""
    data = picture_for(viewer=attendee, attendee_id=attendee_id, size=size, now=timezone.now())
    return HttpResponse(data, content_type="image/webp", headers={"Cache-Control": "no-store"})


@participant
@require_POST
def own_picture(request: Request, attendee: Attendee) -> HttpResponse:
    """Upload my picture, or take it away."""
    if "remove" in request.POST:
        remove_picture(attendee=attendee, by=request.user)
        messages.success(request, _("Your picture is deleted."))
    else:
        sent = request.FILES.get("picture")
        data = sent.read(MOST_BYTES + 1) if sent else b""
        set_picture(attendee=attendee, data=data, by=request.user, now=timezone.now())
        messages.success(request, _("Your picture is saved."))
    return HttpResponseRedirect(reverse("profile", args=[attendee.event.slug]) + "#part-picture")
