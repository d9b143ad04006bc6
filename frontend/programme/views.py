"""Programmes: drafts of who meets whom, when and where. For organisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.booking.services.proposals import withdraw_proposal
from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.programme.selectors.by_hand import (
    Choosable,
    Found,
    find_to_choose,
    likely_partners,
    people_to_choose,
    put_forward_by_hand,
    times_for,
)
from backend.programme.selectors.edit_options import edit_options_for, free_cells_for
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import (
    Entry,
    PlanPage,
    confirms_at_once,
    entry_in,
    grid_of,
    paginate_groups,
    plan_for,
    plan_page_for,
    plans_for,
    sorted_tables,
)
from backend.programme.selectors.printed_schedules import printed_schedules_for
from backend.programme.services import drafting
from backend.programme.services.by_hand import put_forward
from backend.programme.services.drafting import NotBeingPlanned, draft_plan, stop_planning
from backend.programme.services.editing import drop_planned, lock_planned, move_planned
from backend.programme.services.publishing import publish_plan, set_publishing, withdraw_plan
from backend.suggestions.selectors.inspection import strength_between
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.fields import values_of
from frontend.programme.forms import (
    ByHandForm,
    OrderForm,
    PlanForForm,
    PlanForm,
    PlannedMeetingForm,
    PublishingForm,
    ScheduleForm,
)
from frontend.programme.words import ORDERS, change_text, moved_text, publishing_text, put_forward_text


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def programme(request: Request, attendee: Attendee) -> HttpResponse:
    """All plans of the forum; on POST, order a new draft."""
    event = attendee.event
    chosen = PlanForForm(request.GET).chosen()
    form = PlanForm(request.POST if request.method == "POST" else None, event, chosen)
    outcome = Outcome()
    if form.is_bound and form.is_valid():
        with catch_refusal(even_not_found=True) as outcome:
            plan = draft_plan(event=event, options=form.options(), by=request.user, now=timezone.now())
            return redirect("plan", event.slug, plan.pk)
    context = {"form": form, "refusal": outcome.refusal, "plans": plans_for(event), "confirms": confirms_at_once(event)}
    status = outcome.refusal.status if outcome.refusal else 422 if form.errors else 200
    return render(request, "programme/page.html", context, status=status)


@organiser
@require_POST
def publishing(request: Request, attendee: Attendee) -> HttpResponse:
    """Set whether publishing arranges meetings, or proposes them."""
    confirms = values_of(PublishingForm(request.POST))["confirms"]
    set_publishing(event=attendee.event, confirms=confirms, by=request.user)
    messages.success(request, publishing_text(confirms))
    return redirect("programme", attendee.event.slug)


@organiser
@require_safe
def plan(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """One plan, as a grid or by person, time or table; a fragment of it while it is being worked on."""
    event = attendee.event
    shown = values_of(OrderForm(request.GET))
    data = read_planning_data(event, timezone.now())
    page = plan_page_for(plan_for(event, plan_id), data)
    is_grid = shown["by"] == "grid"
    moving = _moving(page, shown["move"]) if is_grid else None
    free = free_cells_for(page.plan, moving, data) if moving else frozenset()
    empty = [slot for slot in data.slots if slot.pk in {slot_id for slot_id, _table in free}]
    groups = page.times(empty) if is_grid else page.new_first(shown["by"])
    pages = Paginator(paginate_groups(groups), 1).get_page(shown["page"])
    listed = [] if is_grid else [group for found in pages for group in found]
    used = {entry.table for entry in page.entries}
    tables = sorted_tables(used | {table for table in data.tables if moving}) if is_grid else []
    rest = request.GET.copy()
    for name in ("page", "move", "moved"):
        rest.pop(name, None)
    is_part = request.htmx and not request.htmx.boosted
    context = {
        "page": page,
        "plan": page.plan,
        "order": shown["by"],
        "orders": ORDERS,
        "group_pages": pages,
        "tables": tables,
        "grid": [row for found in pages for row in grid_of(found, tables, free)] if is_grid else [],
        "moving": moving,
        "held": shown["move"] or shown["moved"],
        "new_groups": [group for group in listed if group.is_new],
        "other_groups": [group for group in listed if not group.is_new],
        "rest": rest,
        "confirms": confirms_at_once(event),
    }
    return render(request, "programme/_plan.html" if is_part else "programme/plan.html", context)


def _moving(page: PlanPage, planned_id: int | None) -> Entry | None:
    """The meeting of the plan that is being moved in the grid."""
    found = (entry for entry in page.own if entry.planned_id == planned_id)
    return next(found, None) if page.plan.is_editable else None


@organiser
@require_POST
def replan(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Plan a draft again around what is locked; any other plan, as a new draft beside it."""
    found = drafting.replan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    return redirect("plan", attendee.event.slug, found.pk)


@organiser
@require_POST
def stop(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Have the planner end now, with the best plan so far; if it just ended by itself, show what it made."""
    with suppress(NotBeingPlanned):
        stop_planning(event=attendee.event, plan_id=plan_id, by=request.user)
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_POST
def publish(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Propose the meetings of a draft, or arrange them."""
    publish_plan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_POST
def withdraw(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Withdraw a plan and its open proposals."""
    withdraw_plan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    messages.success(request, _("The plan is withdrawn. What was agreed stays."))
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: Request, attendee: Attendee) -> HttpResponse:
    """Two named people: the times both have, then a proposal, or a meeting where plans are so."""
    event, now, outcome = attendee.event, timezone.now(), Outcome()
    values = values_of(ByHandForm(request.POST if request.method == "POST" else request.GET))
    first, second = values["first"], values["second"]
    people = people_to_choose(event)
    sides = [_side(name, values, people) for name in ("first", "second")]
    if request.htmx:
        wanted = next((side for side in sides if request.htmx.target == f"found-{side.name}"), sides[0])
        return render(request, "programme/_found.html", {"side": wanted})
    if request.method == "POST":
        with catch_refusal(even_not_found=True) as outcome:
            put_forward(
                event=event,
                pair=(first or 0, second or 0),
                slot_ids=values["slots"],
                table_id=values["table"],
                because=values["because"],
                key=values["key"],
                by=request.user,
                now=now,
            )
            messages.success(request, put_forward_text(confirms_at_once(event)))
            return redirect("by_hand", event.slug)
    found, likely, strength = None, tuple[Choosable, ...](), None
    if first and not second:
        likely = likely_partners(event=event, attendee_id=first, now=now)
    if first and second:
        try:
            found = times_for(event=event, first_id=first, second_id=second, now=now)
        except NotFound as refused:
            outcome.refusal = outcome.refusal or refused
    if found and found.times:  # of two whom the contact policy parts nothing is told
        strength = strength_between(event=event, one=found.first.attendee_id, other=found.second.attendee_id)
    context = {
        "sides": sides,
        "found": found,
        "strength": strength,
        "likely": likely,
        "refusal": outcome.refusal,
        "values": values,
        "key": values["key"] or uuid4().hex,
        "confirms": confirms_at_once(event),
        "rows": put_forward_by_hand(event, now),
    }
    return render(request, "programme/by_hand.html", context, status=outcome.status)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two people: who is chosen, or the words typed and whom they find.

    `rest`: the query of the page on which the other side alone is chosen.
    """

    name: str
    label: str
    chosen: Choosable | None
    words: str
    found: Found
    rest: str


def _side(name: str, values: dict[str, Any], people: Sequence[Choosable]) -> Side:
    other_name = "second" if name == "first" else "first"
    other, words = values[other_name], values[f"find_{name}"]
    return Side(
        name=name,
        label=_("One person") if name == "first" else _("and the other"),
        chosen=next((one for one in people if one.attendee_id == values[name]), None),
        words=words,
        found=find_to_choose([one for one in people if one.attendee_id != other], words),
        rest=f"?{urlencode({other_name: other})}" if other else "",
    )


@organiser
@require_POST
def withdraw_by_hand(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Take a proposal back."""
    withdraw_proposal(event=attendee.event, meeting_id=meeting_id, by=request.user, now=timezone.now())
    messages.success(request, _("The proposal is withdrawn. The two are told nothing before it would have expired."))
    return redirect("by_hand", attendee.event.slug)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request: Request, attendee: Attendee, plan_id: int, planned_id: int) -> HttpResponse:
    """One meeting of a draft: move, drop, lock it; a clash shows above the form, which keeps its choice."""
    slug, form = attendee.event.slug, PlannedMeetingForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _planned_page(request, attendee, plan_id, planned_id)
    if form.is_valid() and form.cleaned_data["cell"]:
        return _move_in_grid(form, request, attendee, plan_id, planned_id)
    with catch_refusal() as outcome:
        _change(form, request, attendee, plan_id, planned_id)
        action = form.cleaned_data["do"]
        messages.success(request, change_text(action))
        if action == form.DROP:
            return redirect("plan", slug, plan_id)
        return redirect("planned", slug, plan_id, planned_id)
    return _planned_page(request, attendee, plan_id, planned_id, form.cleaned_data, outcome.refusal)


def _move_in_grid(
    form: PlannedMeetingForm, request: Request, attendee: Attendee, plan_id: int, planned_id: int
) -> HttpResponse:
    """Back to the grid, where the meeting stands or, refused, is still to be put."""
    with catch_refusal() as outcome:
        _change(form, request, attendee, plan_id, planned_id)
    event, refusal = attendee.event, outcome.refusal
    if refusal:
        messages.error(request, str(refusal))
    else:
        entry = entry_in(plan_page_for(plan_for(event, plan_id), read_planning_data(event, timezone.now())), planned_id)
        messages.success(request, moved_text(entry, event))
    query = {"page": form.cleaned_data["page"], "move" if refusal else "moved": planned_id}
    return redirect(f"{reverse('plan', args=[event.slug, plan_id])}?{urlencode(query)}")


def _planned_page(
    request: Request,
    attendee: Attendee,
    plan_id: int,
    planned_id: int,
    sent: Mapping[str, Any] | None = None,
    refusal: BusinessError | None = None,
) -> HttpResponse:
    """The meeting with its edit options; `sent`: what a refused form chose."""
    event = attendee.event
    data = read_planning_data(event, timezone.now())
    page = plan_page_for(plan_for(event, plan_id), data)
    entry = entry_in(page, planned_id)
    context = {
        "plan": page.plan,
        "entry": entry,
        "options": edit_options_for(page.plan, entry, data),
        "refusal": refusal,
        "slot": (sent or {}).get("slot") or entry.slot.pk,
        "table": entry.table.pk if sent is None else sent.get("table"),
    }
    return render(request, "programme/planned.html", context, status=refusal.status if refusal else 200)


def _change(form: PlannedMeetingForm, request: Request, attendee: Attendee, plan_id: int, planned_id: int) -> None:
    """One service call for the button pressed."""
    values, event, by = values_of(form), attendee.event, request.user
    if values["do"] == form.DROP:
        drop_planned(event=event, plan_id=plan_id, planned_id=planned_id, by=by)
    elif values["do"] == form.MOVE:
        move_planned(
            event=event,
            plan_id=plan_id,
            planned_id=planned_id,
            slot_id=values["slot"] or 0,
            table_id=values["table"],
            by=by,
            now=timezone.now(),
        )
    else:
        locked = values["do"] == form.LOCK
        lock_planned(event=event, plan_id=plan_id, planned_id=planned_id, locked=locked, by=by)


@organiser
@require_safe
def schedules(request: Request, attendee: Attendee, plan_id: int, order: str) -> HttpResponse:
    """Schedules to print: one per table for its door, or one per person; `of` picks one."""
    event = attendee.event
    data = read_planning_data(event, timezone.now())
    page = plan_page_for(plan_for(event, plan_id), data)
    every = printed_schedules_for(page, data, order)
    form = ScheduleForm(request.GET)
    wanted = form.cleaned_data.get("of") if form.is_valid() else None
    context = {
        "plan": page.plan,
        "order": order,
        "schedules": every,
        "printed": [schedule for schedule in every if wanted in (None, schedule.key)],
        "wanted": wanted,
        "printed_at": data.now,
    }
    return render(request, "programme/schedules.html", context)
