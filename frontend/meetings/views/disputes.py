"""Meetings told differently, or by one side alone, for organisers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.events.models import Attendee
from backend.meetings.selectors import dispute_row, disputes_for
from backend.safeguarding.selectors import visible_ids_for
from frontend.access import Request, organiser

PAGE = 50


@organiser
@require_safe
def told(request: Request, attendee: Attendee) -> HttpResponse:
    """The two people of each, when it was, and what each of them said."""
    page = Paginator(disputes_for(attendee.event), PAGE).get_page(request.GET.get("page"))
    rows = [dispute_row(meeting) for meeting in page.object_list]
    ids = {side.attendee_id for row in rows for side in row.sides}
    # Organisers read names here; a profile opens only to whom the contact policy shows it.
    seen = visible_ids_for(viewer=attendee, ids=ids, channel="page", now=timezone.now())
    return render(request, "setup/told.html", {"rows": rows, "page": page, "seen": seen})
