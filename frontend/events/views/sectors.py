"""For organisers: the sectors of an event, each with the constituency it counts for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import sector_counts_for
from backend.events.services.sectors import add_sector, change_sector, merge_sectors, move_sector, remove_sector
from backend.people.models import Constituency
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.events.forms.setup import SectorsForm
from frontend.fields import BadForm, values_of


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def sectors(request: Request, attendee: Attendee) -> HttpResponse:
    """The sectors in order with how many count there; on POST, one change."""
    event, outcome, sent = attendee.event, Outcome(), {}
    if request.method == "POST":
        with catch_refusal(even_not_found=True) as outcome:
            sent = values_of(SectorsForm(request.POST))
            text = _change(request, event, sent)
            if text:
                messages.success(request, text)
            return redirect("sectors", event.slug)
    context = {
        "sectors": sector_counts_for(event),
        "constituencies": Constituency.choices,
        "refusal": outcome.refusal,
        "sent": sent,
    }
    return render(request, "events/sectors.html", context, status=outcome.status)


def _change(request: Request, event: Event, sent: dict[str, Any]) -> str:
    """Carry out what was asked; what to say then, or nothing where the page shows it."""
    do, by, now = sent["do"], request.user, timezone.now()
    sector_id, name, constituency = sent["sector_id"] or 0, sent["name"], sent["constituency"]
    match do:
        case "add":
            add_sector(event=event, name=name, constituency=constituency, by=by)
            return _("The sector is added.")
        case "change":
            change_sector(event=event, sector_id=sector_id, name=name, constituency=constituency, by=by, now=now)
            return _("The sector is changed.")
        case "up" | "down":
            move_sector(event=event, sector_id=sector_id, up=do == "up", by=by)
            return ""
        case "merge":
            into_id = sent["into_id"] or 0
            count = merge_sectors(event=event, sector_id=sector_id, into_id=into_id, by=by, now=now)
            text = ngettext(
                "The sectors are merged; %(count)d organisation moved.",
                "The sectors are merged; %(count)d organisations moved.",
                count,
            )
            return text % {"count": count}
        case "remove":
            remove_sector(event=event, sector_id=sector_id, by=by)
            return _("The sector is removed.")
        case _:
            raise BadForm(_("There is no such button on this page: load it again."))
