"""For organisers: meeting times, tables, rules, speakers, mails, and reports on meetings that differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError
from backend.core.period import HasPeriod, Period
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.slot_grid import periods_of
from backend.events.selectors import slots_for, tables_for
from backend.events.services import venue as venue
from backend.events.services.venue import remove_table
from backend.booking.selectors.availability import rules_for
from backend.notifications.selectors.deliveries import (
    delivery_figures_for,
    delivery_row,
    failing_deliveries,
    unsent_deliveries,
)
from backend.outcomes.selectors.disputes import dispute_row, disputes_for
from backend.stats.selectors.overview import overview_for
from backend.agenda.selectors.sessions import possible_speakers, speakers_by_session
from backend.booking.services import joining
from backend.booking.services import meetings
from backend.notifications.services.deliveries import resend_mails
from backend.booking.services.rules import set_rules
from backend.agenda.services.bookmarks import assign_speaker, remove_speaker
from backend.safeguarding.selectors.public_profiles import visible_ids_for
from frontend.access import Outcome, Request, organiser
from frontend.fields import values_of
from frontend.booking.forms import (
    GridForm,
    ResendForm,
    RulesForm,
    SlotsForm,
    SpeakerForm,
    TableButtonForm,
    TableForm,
    next_label,
)
from frontend.booking.words import day_in, delivery_error_words, mail_kind_words

PAGE = 50
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
    try:
        periods = periods_of(form.grid(), event.zone)
        if form.cleaned_data["do"] != "add":
            return _page(request, attendee, part="slots", slots_form=form, preview=periods)
        added = joining.add_slots(event=event, periods=periods, by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="slots", slots_form=form)
    text = ngettext("%(count)d meeting time added.", "%(count)d meeting times added.", added)
    return _done(request, attendee, text % {"count": added})


@organiser
@require_POST
def remove_slots(request: Request, attendee: Attendee) -> HttpResponse:
    """Remove unused meeting times."""
    try:
        slot_ids = values_of(SlotsForm(request.POST))["slots"]
        removed = venue.remove_slots(event=attendee.event, slot_ids=slot_ids, by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="times")
    text = ngettext("%(count)d meeting time removed.", "%(count)d meeting times removed.", removed)
    return _done(request, attendee, text % {"count": removed})


@organiser
@require_POST
def add_tables(request: Request, attendee: Attendee) -> HttpResponse:
    """Add a table, several with numbers, or an online room."""
    form = TableForm(request.POST)
    if not form.is_valid():
        return _page(request, attendee, part="tables", table_form=form)
    try:
        added = venue.add_tables(event=attendee.event, tables=form.tables(), by=request.user)
    except BusinessError as refusal:
        return _page(request, attendee, refusal, part="tables", table_form=form)
    text = ngettext("%(count)d table added.", "%(count)d tables added.", len(added))
    return _done(request, attendee, text % {"count": len(added)})


@organiser
@require_POST
def change_table(request: Request, attendee: Attendee, table_id: int) -> HttpResponse:
    """Change a table, or remove it."""
    event = attendee.event
    table = next((table for table in tables_for(event) if table.pk == table_id), None)
    form = TableForm(request.POST, table)
    try:
        if values_of(TableButtonForm(request.POST))["do"] == "remove":
            remove_table(event=event, table_id=table_id, by=request.user)
            return _done(request, attendee, _("The table is removed."))
        if not form.is_valid():
            return _page(request, attendee, part="tables", changed=(table_id, form))
        data = form.tables()[0]
        meetings.change_table(event=event, table_id=table_id, data=data, by=request.user, now=timezone.now())
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
    return _done(request, attendee, _("The rules are changed. What was asked before keeps its expiry."))


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
    previewed = [
        PreviewSlot(row.starts_at, row.ends_at, (row.starts_at, row.ends_at) in known) for row in preview
    ]
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
    return render(request, "meetings/setup/venue.html", context, status=status)


def _by_day(event: Event, rows: Iterable[Row]) -> list[tuple[dt.date, list[Row]]]:
    """Slots under the date in the event's zone on which they start."""
    groups = groupby(rows, key=lambda row: day_in(event, row.starts_at))
    return [(date, list(group)) for date, group in groups]


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def speakers(request: Request, attendee: Attendee) -> HttpResponse:
    """The sessions with their speakers; on POST, assign or remove one."""
    event, outcome = attendee.event, Outcome()
    form = SpeakerForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        try:
            return _change_speaker(request, event, values_of(form))
        except BusinessError as refusal:
            outcome.refusal = refusal
    context = {
        "sessions": speakers_by_session(event),
        "people": possible_speakers(event),
        "chosen": (form["session_id"].value(), form["attendee_id"].value()),
        "refusal": outcome.refusal,
    }
    status = outcome.refusal.status if outcome.refusal else 200
    return render(request, "meetings/setup/speakers.html", context, status=status)


def _change_speaker(request: Request, event: Event, values: dict[str, Any]) -> HttpResponse:
    session_id, attendee_id = values["session_id"], values["attendee_id"]
    if values["do"] == "remove":
        remove_speaker(event=event, session_id=session_id, attendee_id=attendee_id, by=request.user)
        messages.success(request, _("They no longer speak there, and are free then."))
    else:
        assign_speaker(
            event=event,
            session_id=session_id,
            attendee_id=attendee_id,
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("They speak there, and nobody can ask them for that time."))
    return redirect("speakers", event.slug)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: Request, attendee: Attendee) -> HttpResponse:
    """Mails that wait or were refused; on POST, send the refused again: all, or that of one notice."""
    event = attendee.event
    if request.method == "POST":
        notice_id = values_of(ResendForm(request.POST))["notice"]
        sent = resend_mails(event=event, notice_id=notice_id, by=request.user, now=timezone.now())
        text = ngettext("%(count)d mail goes out again.", "%(count)d mails go out again.", sent)
        messages.success(request, text % {"count": sent} if sent else _("No refused mail was left to send."))
        return redirect("mails", event.slug)
    now = timezone.now()
    page = Paginator(unsent_deliveries(event), PAGE).get_page(request.GET.get("page"))
    rows = [delivery_row(delivery) for delivery in page.object_list]
    context = {
        "rows": [(row, mail_kind_words(row), delivery_error_words(row)) for row in rows],
        "page": page,
        "figures": delivery_figures_for(event, now, limit=0),
        "trouble": failing_deliveries(event, now).count(),
    }
    return render(request, "meetings/setup/mails.html", context)


@organiser
@require_safe
def disputes(request: Request, attendee: Attendee) -> HttpResponse:
    """Meetings on which the two reports differ, or that one side only reported."""
    page = Paginator(disputes_for(attendee.event), PAGE).get_page(request.GET.get("page"))
    rows = [dispute_row(meeting) for meeting in page.object_list]
    ids = {side.attendee_id for row in rows for side in row.sides}
    # Organisers read names here; a profile opens only to whom the contact policy shows it.
    seen = visible_ids_for(viewer=attendee, ids=ids, channel="page", now=timezone.now())
    return render(request, "meetings/setup/disputes.html", {"rows": rows, "page": page, "seen": seen})
