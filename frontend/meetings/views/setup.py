"""Where and when people meet: for organisers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.core.errors import BusinessError
from backend.core.period import Period
from backend.events.models import Attendee, Event
from backend.events.rules import periods_of
from backend.events.selectors import slots_for, tables_for
from backend.events.services import add_slots, add_tables, remove_slots, remove_table
from backend.meetings.selectors import overview_for, rules_for
from backend.meetings.services import change_table, set_rules
from backend.safeguarding.selectors import names_of_leads
from frontend.access import Request, organiser
from frontend.meetings.forms import GridForm, RulesForm, TableForm, next_label, numbers_in
from frontend.meetings.words import day_in


@organiser
@require_safe
def setup(request: Request, attendee: Attendee) -> HttpResponse:
    """Meeting times, tables and figures of the forum, each with its form."""
    return _page(request, attendee)


@organiser
@require_POST
def lay_slots(request: Request, attendee: Attendee) -> HttpResponse:
    """Show the times a grid makes, or add them."""
    event = attendee.event
    form = GridForm(request.POST, event)
    if not form.is_valid():
        return _page(request, attendee, part="slots", slots_form=form)
    try:
        periods = periods_of(form.grid(), event.zone)
        if request.POST.get("do") != "add":
            return _page(request, attendee, part="slots", slots_form=form, preview=periods)
        added = add_slots(event=event, periods=periods, by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="slots", slots_form=form)
    text = ngettext("%(count)d meeting time added.", "%(count)d meeting times added.", added)
    return _done(request, attendee, text % {"count": added})


@organiser
@require_POST
def drop_slots(request: Request, attendee: Attendee) -> HttpResponse:
    """Remove meeting times nobody has asked for."""
    try:
        slot_ids = numbers_in(request.POST.getlist("slots"))
        removed = remove_slots(event=attendee.event, slot_ids=slot_ids, by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="times")
    text = ngettext("%(count)d meeting time removed.", "%(count)d meeting times removed.", removed)
    return _done(request, attendee, text % {"count": removed})


@organiser
@require_POST
def lay_tables(request: Request, attendee: Attendee) -> HttpResponse:
    """Add a table, several numbered ones, or an online room."""
    form = TableForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, part="tables", table_form=form)
    try:
        added = add_tables(event=attendee.event, tables=form.tables(), by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="tables", table_form=form)
    text = ngettext("%(count)d table added.", "%(count)d tables added.", len(added))
    return _done(request, attendee, text % {"count": len(added)})


@organiser
@require_POST
def one_table(request: Request, attendee: Attendee, table_id: int) -> HttpResponse:
    """Say anew what a table is, or remove it."""
    event = attendee.event
    table = next((table for table in tables_for(event) if table.pk == table_id), None)
    form = TableForm(request.POST, table)
    try:
        if request.POST.get("do") == "remove":
            remove_table(event=event, table_id=table_id, by=request.user)
            return _done(request, attendee, _("The table is removed."))
        if not form.is_valid():
            return _page(request, attendee, part="tables", changed=(table_id, form))
        said = form.tables()[0]
        change_table(event=event, table_id=table_id, data=said, by=request.user, now=timezone.now())
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="tables", changed=(table_id, form))
    return _done(request, attendee, _("The table is changed."))


@organiser
@require_POST
def change_rules(request: Request, attendee: Attendee) -> HttpResponse:
    """Set how many requests may wait, and how long."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, part="rules", rules_form=form)
    try:
        set_rules(event=attendee.event, **form.cleaned_data, by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="rules", rules_form=form)
    return _done(request, attendee, _("The figures are changed. What was asked before keeps its expiry."))


def _done(request: Request, attendee: Attendee, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("setup", attendee.event.slug)


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
    tables = [
        (table, changed[1] if changed and changed[0] == table.pk else TableForm(None, table))
        for table in tables_for(event)
    ]
    initial = {"open_requests": rules.open_requests, "expiry_hours": rules.expiry_hours}
    context: dict[str, Any] = {
        "leads": names_of_leads(event),
        "figures": overview_for(event, timezone.now()),
        "days": _by_day(event, slots),
        "slots_form": slots_form or GridForm(None, event),
        "preview": _by_day(event, [(row, (row.starts_at, row.ends_at) in known) for row in preview]),
        "new_count": sum((row.starts_at, row.ends_at) not in known for row in preview),
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
    return render(request, "setup/page.html", context, status=status)


def _by_day(event: Event, rows: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
    """Rows, or pairs beginning with one, under the date in the event's zone on which they start."""

    def date_of(row: Any) -> Any:
        return day_in(event, (row[0] if isinstance(row, tuple) else row).starts_at)

    return [(date, list(group)) for date, group in groupby(rows, key=date_of)]
