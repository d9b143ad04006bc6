"""The audit trail of an event, for its organisers."""

from __future__ import annotations

from dataclasses import asdict

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.audit.selectors import audit_entries_for, filter_entries
from backend.audit.services import ENTRIES_FILE, export_audit_entries
from backend.core.spreadsheets import csv_file
from backend.events.models.attendees import Attendee
from backend.events.services.long_jobs import answer_later
from frontend.access import Request, fresh_proof, organiser
from frontend.audit.forms import entry_filter
from frontend.audit.words import KINDS, audit_entry_text, person_text

PAGE_SIZE = 50
COLUMNS = ("when", "zone", "who", "kind", "what", "count")


@organiser
@require_safe
def done(request: Request, attendee: Attendee) -> HttpResponse:
    """The entries, newest first, filtered by what the address says."""
    event = attendee.event
    entries = audit_entries_for(event=event)
    found = filter_entries(entries, **asdict(entry_filter(request.GET)), zone=event.zone)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    people = {(str(one.person_id), person_text(one)) for one in entries if one.person_id is not None}
    kinds = {one.kind for one in entries}
    context = {
        "rows": [(entry, person_text(entry), audit_entry_text(entry)) for entry in page.object_list],
        "page": page,
        "rest": rest,
        "is_narrowed": len(found) < len(entries),
        "people": sorted(people, key=lambda one: (one[1].lower(), one[0])),
        "kinds": [(key, label) for key, label in KINDS.items() if key in kinds],
        "person": request.GET.get("person", ""),
        "kind": request.GET.get("kind", ""),
        "day": request.GET.get("day", ""),
    }
    return render(request, "audit/page.html", context)


@organiser
@fresh_proof(to_read=True)
@require_safe
def done_file(request: Request, attendee: Attendee) -> HttpResponse:
    """The same as CSV, naming only those who acted; the download is an entry of its own."""
    event, chosen = attendee.event, entry_filter(request.GET)
    answer_later(request, attendee, _("A file of what was done"), back="done", now=timezone.now())
    entries = export_audit_entries(event=event, by=request.user, now=timezone.now(), **asdict(chosen))
    rows = (
        (
            f"{entry.at.astimezone(event.zone):%Y-%m-%d %H:%M:%S}",
            event.timezone,
            person_text(entry),
            str(KINDS[entry.kind]),
            audit_entry_text(entry, named=False),
            entry.count,
        )
        for entry in entries
    )
    response = HttpResponse(csv_file(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-{ENTRIES_FILE}"'
    return response
