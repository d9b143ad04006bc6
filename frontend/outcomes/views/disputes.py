"""For organisers: meetings of which the two say different things."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.events.models.attendees import Attendee
from backend.outcomes.selectors.disputes import dispute_row, disputes_for
from backend.safeguarding.selectors.public_profiles import visible_ids_for
from frontend.access import Request, organiser

PAGE = 50  # meetings


@organiser
@require_safe
def disputes(request: Request, attendee: Attendee) -> HttpResponse:
    """Meetings on which the two reports differ, or that one side only reported."""
    page = Paginator(disputes_for(attendee.event), PAGE).get_page(request.GET.get("page"))
    rows = [dispute_row(meeting) for meeting in page.object_list]
    ids = {side.attendee_id for row in rows for side in row.sides}
    # Organisers read names here; a profile opens only to those the contact policy shows it to.
    seen = visible_ids_for(viewer=attendee, ids=ids, channel="page", now=timezone.now())
    return render(request, "outcomes/disputes.html", {"rows": rows, "page": page, "seen": seen})
