"""Drafts: ordered from the planner, planned again around what is locked, and stopped."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.queue import PLANS, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.people.models import Person
from backend.programme.models import Plan
from backend.programme.rules.options import MAX_DRAFTS, PlanOptions, check_options, options_of
from backend.programme.selectors.planning_data import suggestion_scores

SOLVE_PLAN = "programme.solve_plan"


class PlanBusy(BusinessError):
    code = "at_work"


class NotBeingPlanned(BusinessError):
    code = "not_being_planned"


@in_transaction
def draft_plan(*, event: Event, options: PlanOptions, by: Person, now: dt.datetime) -> Plan:
    """Order a draft of who meets whom; the worker plans it around what is confirmed or requested by then.

    Refuses OrganisersOnly, BadOptions, `too_many_drafts`, `no_suggestions` and `nothing_to_plan_with` (no
    slots to come, or no tables).
    """
    check_organiser(by, event, Activity.EDIT)
    check_options(options)
    lock_event(event.pk)  # drafts are counted one order at a time
    if Plan.objects.filter(event=event, state=Plan.State.DRAFT).count() >= MAX_DRAFTS:
        message = _("There are %(limit)s drafts already. Withdraw those you no longer need first.")
        raise Refused("too_many_drafts", message % {"limit": MAX_DRAFTS})
    if not suggestion_scores(event):
        raise Refused("no_suggestions", _("There are no suggestions to plan from yet. Compute the lists first."))
    if not Slot.objects.filter(event=event, starts_at__gt=now).exists():
        raise Refused("nothing_to_plan_with", _("There are no meeting times to come. Lay some out first."))
    if not Table.objects.filter(event=event, is_online=False).exists():
        raise Refused("nothing_to_plan_with", _("There are no tables to meet at. Add some first."))
    plan = Plan.objects.create(event=event, made_by=by, made_at=now, **asdict(options))
    order_solving(plan)
    return plan


@in_transaction
def replan(*, event: Event, plan_id: int, by: Person, now: dt.datetime) -> Plan:
    """Plan again with the same options. A draft keeps its locked meetings, and nothing else of its rows.

    Any other plan gives a new draft beside it; what was published is planned around. Refuses
    OrganisersOnly, NotFound and PlanBusy, and for a new draft what `draft_plan` refuses.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    plan = plan_for_update(event, plan_id, by)
    if plan.is_at_work:
        raise PlanBusy(_("This plan is being worked on. Wait until that is done."))
    if plan.state != Plan.State.DRAFT:
        return draft_plan(event=event, options=options_of(plan), by=by, now=now)
    plan.round += 1
    plan.work, plan.progress, plan.stop_asked = Plan.Work.WAITING, 0, False
    plan.save(update_fields=["round", "work", "progress", "stop_asked"])
    order_solving(plan)
    return plan


@in_transaction
def stop_planning(*, event: Event, plan_id: int, by: Person) -> Plan:
    """Have the planner end with the best plan so far; asking twice is asking once.

    It checks about twice a second and ends within a few. Refuses OrganisersOnly, NotFound and
    NotBeingPlanned.
    """
    plan = plan_for_update(event, plan_id, by)
    if plan.work not in (Plan.Work.WAITING, Plan.Work.SOLVING):
        raise NotBeingPlanned(_("The planner is not at work on this plan (any more). Load the page again."))
    plan.stop_asked = True
    plan.save(update_fields=["stop_asked"])
    return plan


def order_solving(plan: Plan) -> None:
    """Queue the work; plans of one event are solved one after the other."""
    lock = f"programme:{plan.event_id}"
    enqueue(SOLVE_PLAN, lock=lock, queue=PLANS, plan_id=plan.pk, round_number=plan.round)


def plan_for_update(event: Event, plan_id: int, by: Person) -> Plan:
    """The event's plan, its row locked until the transaction ends; refuses OrganisersOnly and NotFound."""
    check_organiser(by, event, Activity.EDIT)
    found = Plan.objects.select_for_update(no_key=True).filter(event=event, pk=plan_id).first()
    if found is None:
        raise NotFound(_("There is no such plan. Choose one of the list of plans."))
    return found
