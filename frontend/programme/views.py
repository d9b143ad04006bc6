"""Programmes: drafts of who meets whom, when and where. For organisers."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError, NotFound
from backend.events.models import Attendee
from backend.programme import selectors, services
from backend.programme.forum import read_forum
from frontend.access import Request, organiser
from frontend.meetings.forms import number_in
from frontend.programme.forms import AimsForm

ORDERS = {
    "person": gettext_lazy("By person"),
    "slot": gettext_lazy("By time"),
    "table": gettext_lazy("By table"),
}


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def programme(request: Request, attendee: Attendee) -> HttpResponse:
    """All plans of the forum; on POST, order a new draft."""
    event = attendee.event
    form = AimsForm(request.POST if request.method == "POST" else None, event)
    refusal = None
    if form.is_bound and form.is_valid():
        try:
            plan = services.draft_plan(event=event, said=form.said(), by=request.user, now=timezone.now())
        except BusinessError as refused:
            refusal = refused
        else:
            return redirect("plan", event.slug, plan.pk)
    context = {
        "form": form,
        "refusal": refusal,
        "plans": selectors.plans_for(event),
        "confirms": selectors.confirms_at_once(event),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "programme/page.html", context, status=status)


@organiser
@require_POST
def publishing(request: Request, attendee: Attendee) -> HttpResponse:
    """Set whether publishing confirms meetings, or sends requests."""
    confirms = request.POST.get("confirms") == "yes"
    services.set_publishing(event=attendee.event, confirms=confirms, by=request.user)
    said = (
        _("From now on, publishing confirms meetings at once.")
        if confirms
        else _("From now on, publishing sends requests.")
    )
    messages.success(request, said)
    return redirect("programme", attendee.event.slug)


@organiser
@require_safe
def plan(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """One plan, by person, time or table; a fragment of it while it is being worked on."""
    event = attendee.event
    order = request.GET.get("by", "")
    order = order if order in ORDERS else "person"
    page = selectors.show_plan(selectors.plan_for(event, plan_id), read_forum(event, timezone.now()))
    sheaves = Paginator(selectors.sheaves_of(page.by(order)), 1).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "page": page,
        "plan": page.plan,
        "order": order,
        "orders": ORDERS,
        "sheaves": sheaves,
        "groups": [group for sheaf in sheaves for group in sheaf],
        "rest": rest,
        "confirms": selectors.confirms_at_once(event),
    }
    return render(request, "programme/_plan.html" if request.htmx else "programme/plan.html", context)


@organiser
@require_POST
def replan(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Plan a draft anew around what is locked; any other plan, as a new draft beside it."""
    found = services.replan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    return redirect("plan", attendee.event.slug, found.pk)


@organiser
@require_POST
def stop(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Have the planner end now, with the best plan so far; if it just ended by itself, show what it made."""
    with suppress(services.NotBeingPlanned):
        services.stop_planning(event=attendee.event, plan_id=plan_id, by=request.user)
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_POST
def publish(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Send the requests of a draft, or confirm its meetings."""
    services.publish_plan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_POST
def withdraw(request: Request, attendee: Attendee, plan_id: int) -> HttpResponse:
    """Put a plan aside and take back its requests that wait."""
    services.withdraw_plan(event=attendee.event, plan_id=plan_id, by=request.user, now=timezone.now())
    messages.success(request, _("The plan is withdrawn. What was agreed stays."))
    return redirect("plan", attendee.event.slug, plan_id)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request: Request, attendee: Attendee, plan_id: int, planned_id: int) -> HttpResponse:
    """One meeting of a draft: move, drop, lock it. A clash is said above the form, which keeps its choice."""
    event = attendee.event
    refusal = None
    if request.method == "POST":
        try:
            said = _change(request, attendee, plan_id, planned_id)
        except NotFound:
            raise
        except BusinessError as refused:
            refusal = refused
        else:
            messages.success(request, said)
            if request.POST.get("do") == "drop":
                return redirect("plan", event.slug, plan_id)
            return redirect("planned", event.slug, plan_id, planned_id)
    forum = read_forum(event, timezone.now())
    page = selectors.show_plan(selectors.plan_for(event, plan_id), forum)
    entry = selectors.entry_in(page, planned_id)
    context = {
        "plan": page.plan,
        "entry": entry,
        "choices": selectors.choices_for(page.plan, entry, forum),
        "refusal": refusal,
        "slot": number_in(request.POST.get("slot")) or entry.slot.pk,
        "table": number_in(request.POST.get("table")) if request.POST else entry.table.pk,
    }
    status = refusal.status if refusal else 200
    return render(request, "programme/planned.html", context, status=status)


def _change(request: Request, attendee: Attendee, plan_id: int, planned_id: int) -> str:
    """Do what the pressed button says, and give what was done."""
    event, by, do = attendee.event, request.user, request.POST.get("do")
    if do == "drop":
        services.drop_planned(event=event, plan_id=plan_id, planned_id=planned_id, by=by)
        return _("The meeting is dropped.")
    if do in ("lock", "unlock"):
        services.lock_planned(event=event, plan_id=plan_id, planned_id=planned_id, locked=do == "lock", by=by)
        return (
            _("Locked: it stays where it is when you plan again.")
            if do == "lock"
            else _("No longer locked: planning again may move it.")
        )
    services.move_planned(
        event=event,
        plan_id=plan_id,
        planned_id=planned_id,
        slot_id=number_in(request.POST.get("slot")) or 0,
        table_id=number_in(request.POST.get("table")),
        by=by,
        now=timezone.now(),
    )
    return _("The meeting is moved.")


@organiser
@require_safe
def sheets(request: Request, attendee: Attendee, plan_id: int, order: str) -> HttpResponse:
    """Sheets to print: a door sheet per table, or a day sheet per person; `of` picks one."""
    event = attendee.event
    forum = read_forum(event, timezone.now())
    found = selectors.show_plan(selectors.plan_for(event, plan_id), forum)
    every = selectors.sheets_for(found, forum, order)
    wanted = number_in(request.GET.get("of"))
    context = {
        "plan": found.plan,
        "order": order,
        "sheets": [sheet for sheet in every if wanted in (None, sheet.key)],
        "every": every,
        "wanted": wanted,
        "printed_at": forum.now,
    }
    return render(request, "programme/sheets.html", context)
