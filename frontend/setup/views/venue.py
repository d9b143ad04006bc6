"""For organisers: meeting times, tables, and the rules of booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.booking.selectors.availability import rules_for
from backend.booking.services import joining
from backend.booking.services.meeting_rules import set_rules
from backend.core.errors import BusinessError
from backend.core.period import HasPeriod, Period
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.slot_grid import periods_of
from backend.events.selectors import slots_for, tables_for
from backend.events.services import venue
from backend.events.services.venue import remove_table
from backend.setup.services import tables
from backend.stats.selectors.overview import overview_for
from frontend.access import Request, catch_refusal, organiser
from frontend.booking.words import day_in
from frontend.fields import values_of
from frontend.setup.forms import GridForm, RulesForm, SlotsForm, TableButtonForm, TableForm, next_label

Row = TypeVar("Row", bound=HasPeriod)


@dataclass(frozen=True, slots=True)
class PreviewSlot:
    """A slot that a grid would make; `is_known` where the event has it already."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_known: bool


@organiser
@require_safe
def venue_page(request: Request, attendee: Attendee) -> HttpResponse:
    """Meeting times, tables and figures of the forum, each with its form."""
    return _page(request, attendee)


@organiser
@require_POST
def add_slots(request: Request, attendee: Attendee) -> HttpResponse:
    """Show the times a grid makes, or add them."""
    event = attendee.event
    form = GridForm(request.POST, event)
    if not form.is_valid():
        return _page(request, attendee, part="slots", slots_form=form)
    with catch_refusal(even_not_found=True) as outcome:
        periods = periods_of(form.grid(), event.zone)
        if form.cleaned_data["do"] != "add":
            return _page(request, attendee, part="slots", slots_form=form, preview=periods)
        added = joining.add_slots(event=event, periods=periods, by=request.user)
        text = ngettext("%(count)d meeting time added.", "%(count)d meeting times added.", added)
        return _done(request, attendee, text % {"count": added})
    return _page(request, attendee, outcome.refusal, part="slots", slots_form=form)


@organiser
@require_POST
def remove_slots(request: Request, attendee: Attendee) -> HttpResponse:
    """Remove unused meeting times."""
    with catch_refusal(even_not_found=True) as outcome:
        slot_ids = values_of(SlotsForm(request.POST))["slots"]
        removed = venue.remove_slots(event=attendee.event, slot_ids=slot_ids, by=request.user)
        text = ngettext("%(count)d meeting time removed.", "%(count)d meeting times removed.", removed)
        return _done(request, attendee, text % {"count": removed})
    return _page(request, attendee, outcome.refusal, part="times")


@organiser
@require_POST
def add_tables(request: Request, attendee: Attendee) -> HttpResponse:
    """Add a table, several with numbers, or an online room."""
    form = TableForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, part="tables", table_form=form)
    with catch_refusal(even_not_found=True) as outcome:
        added = venue.add_tables(event=attendee.event, tables=form.tables(), by=request.user)
        text = ngettext("%(count)d table added.", "%(count)d tables added.", len(added))
        return _done(request, attendee, text % {"count": len(added)})
    return _page(request, attendee, outcome.refusal, part="tables", table_form=form)


@organiser
@require_POST
def change_table(request: Request, attendee: Attendee, table_id: int) -> HttpResponse:
    """Change a table, or remove it."""
    event = attendee.event
    table = next((table for table in tables_for(event) if table.pk == table_id), None)
    form = TableForm(request.POST, table)
    with catch_refusal(even_not_found=True) as outcome:
        if values_of(TableButtonForm(request.POST))["do"] == "remove":
            remove_table(event=event, table_id=table_id, by=request.user)
            return _done(request, attendee, _("The table is removed."))
        if not form.is_valid():
            return _page(request, attendee, part="tables", changed=(table_id, form))
        data = form.tables()[0]
        tables.change_table(event=event, table_id=table_id, data=data, by=request.user, now=timezone.now())
        return _done(request, attendee, _("The table is changed."))
    return _page(request, attendee, outcome.refusal, part="tables", changed=(table_id, form))


@organiser
@require_POST
def change_rules(request: Request, attendee: Attendee) -> HttpResponse:
    """Set how many requests may wait, and how long."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, part="rules", rules_form=form)
    with catch_refusal(even_not_found=True) as outcome:
        set_rules(event=attendee.event, **form.cleaned_data, by=request.user)
        return _done(request, attendee, _("The rules are changed. What was asked before keeps its expiry."))
    return _page(request, attendee, outcome.refusal, part="rules", rules_form=form)


def _done(request: Request, attendee: Attendee, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("venue", attendee.event.slug)


def _page(
    request: Request,
    attendee: Attendee,
    refusal: BusinessError | None = None,
    *,
    part: str = "",
    slots_form: Form | None = None,
    table_form: Form | None = None,
    rules_form: Form | None = None,
    preview: Sequence[Period] = (),
    changed: tuple[int, Form] | None = None,
) -> HttpResponse:
    """The whole page; after a refusal with its sentence in that part, and with all that was typed."""
    event = attendee.event
    rules = rules_for(event.pk)
    slots = slots_for(event)
    known = {(slot.starts_at, slot.ends_at) for slot in slots}
    previewed = [PreviewSlot(row.starts_at, row.ends_at, (row.starts_at, row.ends_at) in known) for row in preview]
    tables = [
        (table, changed[1] if changed and changed[0] == table.pk else TableForm(None, table))
        for table in tables_for(event)
    ]
    initial = {
        "open_requests": rules.open_requests,
        "expiry_hours": rules.expiry_hours,
        "proposal_hours": rules.proposal_hours,
        "interpreters": event.interpreters,
    }
    context: dict[str, Any] = {
        "figures": overview_for(event, timezone.now()),
        "days": _by_day(event, slots),
        "slots_form": slots_form or GridForm(None, event),
        "preview": _by_day(event, previewed),
        "new_count": sum(not row.is_known for row in previewed),
        "tables": tables,
        "changed": changed[0] if changed else None,
        "table_form": table_form or TableForm(None, label=next_label({row[0].label for row in tables})),
        "rules_form": rules_form or RulesForm(initial=initial),
        "refusal": refusal,
        "part": part,
    }
    broken = any(form is not None and form.errors for form in (slots_form, table_form, rules_form))
    broken = broken or bool(changed and changed[1].is_bound and changed[1].errors)
    status = refusal.status if refusal else 422 if broken else 200
    return render(request, "setup/venue.html", context, status=status)


def _by_day(event: Event, rows: Iterable[Row]) -> list[tuple[dt.date, list[Row]]]:
    """Slots under the date in the event's zone on which they start."""
    groups = groupby(rows, key=lambda row: day_in(event, row.starts_at))
    return [(date, list(group)) for date, group in groups]
