"""What was done at the forum and by whom, for its organisers."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.audit.selectors import SYSTEM, Deed, deeds_for, narrowed
from backend.core.audit import record_act
from backend.core.models import Act
from backend.core.spreadsheets import csv_file
from backend.events.models import Attendee, Event
from frontend.access import Request, organiser
from frontend.audit.words import KINDS, deed_sentence

PAGE = 50


@organiser
@require_safe
def done(request: Request, attendee: Attendee) -> HttpResponse:
    """The deeds, newest first, narrowed by what the address says."""
    event = attendee.event
    deeds = deeds_for(event=event)
    found = _found(deeds, event, request.GET)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    return render(
        request,
        "audit/page.html",
        {
            "rows": [(deed, _who(deed), deed_sentence(deed)) for deed in page.object_list],
            "page": page,
            "rest": rest,
            "is_narrowed": len(found) < len(deeds),
            "people": sorted(
                {(str(deed.person_id), _who(deed)) for deed in deeds if deed.person_id is not None},
                key=lambda one: (one[1].lower(), one[0]),
            ),
            "kinds": [(key, words) for key, words in KINDS.items() if any(one.kind == key for one in deeds)],
            "person": request.GET.get("person", ""),
            "kind": request.GET.get("kind", ""),
            "day": request.GET.get("day", ""),
        },
    )


@organiser
@require_safe
def done_file(request: Request, attendee: Attendee) -> HttpResponse:
    """The same as CSV, which names nobody but the doer; and one deed more, that it was taken."""
    event = attendee.event
    found = _found(deeds_for(event=event), event, request.GET)
    rows = [
        (
            f"{deed.at.astimezone(event.zone):%Y-%m-%d %H:%M:%S}",
            event.timezone,
            _who(deed),
            str(KINDS[deed.kind]),
            deed_sentence(deed, named=False),
            deed.count,
        )
        for deed in found
    ]
    name, columns = "what-was-done.csv", ("when", "zone", "who", "kind", "what", "count")
    record_act(event=event, by=request.user, kind=Act.Kind.TOOK, what=name, now=timezone.now())
    response = HttpResponse(csv_file(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-{name}"'
    return response


def _found(deeds: tuple[Deed, ...], event: Event, asked: QueryDict) -> list[Deed]:
    """What the address asks for; a word it does not know narrows nothing."""
    person, kind = asked.get("person", ""), asked.get("kind", "")
    try:
        day = dt.date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = None
    return narrowed(
        deeds,
        person_id=int(person) if person.isdecimal() and len(person) < 18 else None,
        kind=kind if kind in KINDS else "",
        day=day,
        zone=event.zone,
    )


def _who(deed: Deed) -> str:
    if deed.person_id == SYSTEM:
        return _("The system")
    return deed.person or _("Somebody who has left")
