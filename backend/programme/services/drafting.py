"""Orders to the planner: a new draft, or a draft planned anew around what is locked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction

from backend.core.errors import BusinessError, NotFound
from backend.core.queue import PLANS, enqueue
from backend.events.models import Event, Slot, Table
from backend.events.rules import check_organiser
from backend.people.models import Constituency, Person
from backend.programme.models import Plan, ProgrammeRules
from backend.programme.scope import scores_for

SOLVE_PLAN = "programme.solve"
MOST_SECONDS = 300
MOST_SEED = 2**31 - 1


class BadAims(BusinessError):
    """`details["field"]` names what cannot be used."""

    code = "bad_aims"
    status = 400


class NoSuggestions(BusinessError):
    code = "no_suggestions"


class NothingToPlanWith(BusinessError):
    code = "nothing_to_plan_with"


class AtWork(BusinessError):
    code = "at_work"


class NotBeingPlanned(BusinessError):
    code = "not_being_planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSaid:
    """What an organiser asks of a plan; cross_share from 0 to 1, constituencies only for scope "between"."""

    scope: str = Plan.Scope.EVERYONE
    first_constituency: str = ""
    second_constituency: str = ""
    least: int = 0
    most: int = 5
    cross_share: float = 0.0
    seconds: int = 20
    seed: int = 1


@transaction.atomic
def draft_plan(*, event: Event, said: PlanSaid, by: Person, now: dt.datetime) -> Plan:
    """Order a draft of who meets whom; the worker plans it around all that is agreed or asked for by then.

    Refuses OrganisersOnly, BadAims, NoSuggestions (no lists to take values from) and NothingToPlanWith.
    """
    check_organiser(by, event)
    _check_aims(said)
    if not scores_for(event):
        raise NoSuggestions("There are no suggestions to plan from yet. Compute the lists first.")
    if not Slot.objects.filter(event=event, starts_at__gt=now).exists():
        raise NothingToPlanWith("There are no meeting times to come. Lay some out first.")
    if not Table.objects.filter(event=event, is_online=False).exists():
        raise NothingToPlanWith("There are no tables to meet at. Add some first.")
    plan = Plan.objects.create(event=event, made_by=by, made_at=now, **asdict(said))
    order_solving(plan)
    return plan


@transaction.atomic
def replan(*, event: Event, plan_id: int, by: Person, now: dt.datetime) -> Plan:
    """Plan anew with the same aims. A draft keeps its locked meetings, and nothing else of its rows.

    Any other plan gives a new draft beside it: what was published stands, and is planned around. Refuses
    OrganisersOnly, NotFound and AtWork, and for a new draft what `draft_plan` refuses.
    """
    plan = own_plan(event, plan_id, by)
    if plan.is_at_work:
        raise AtWork("This plan is being worked on. Wait until that is done.")
    if plan.state != Plan.State.DRAFT:
        return draft_plan(event=event, said=said_of(plan), by=by, now=now)
    plan.round += 1
    plan.work, plan.progress, plan.stop_asked = Plan.Work.WAITING, 0, False
    plan.save(update_fields=["round", "work", "progress", "stop_asked"])
    order_solving(plan)
    return plan


@transaction.atomic
def stop_planning(*, event: Event, plan_id: int, by: Person) -> Plan:
    """Have the planner end now, with the best plan it has; asking twice is asking once.

    It looks about twice a second, and ends within a few. Refuses OrganisersOnly, NotFound and
    NotBeingPlanned.
    """
    plan = own_plan(event, plan_id, by)
    if plan.work not in (Plan.Work.WAITING, Plan.Work.SOLVING):
        raise NotBeingPlanned("The planner is not at work on this plan (any more).")
    plan.stop_asked = True
    plan.save(update_fields=["stop_asked"])
    return plan


def said_of(plan: Plan) -> PlanSaid:
    """What was asked of the plan."""
    return PlanSaid(**{name: getattr(plan, name) for name in PlanSaid.__dataclass_fields__})


@transaction.atomic
def set_publishing(*, event: Event, confirms: bool, by: Person) -> ProgrammeRules:
    """Say whether publishing confirms meetings at once, or sends requests; refuses OrganisersOnly."""
    check_organiser(by, event)
    rules, _ = ProgrammeRules.objects.update_or_create(event=event, defaults={"confirms": confirms})
    return rules


def order_solving(plan: Plan) -> None:
    """Queue the work; plans of one event are solved one after the other."""
    lock = f"programme:{plan.event_id}"
    enqueue(SOLVE_PLAN, lock=lock, queue=PLANS, plan_id=plan.pk, round_number=plan.round)


def own_plan(event: Event, plan_id: int, by: Person) -> Plan:
    """The event's plan, held until the transaction ends; refuses OrganisersOnly and NotFound."""
    check_organiser(by, event)
    found = Plan.objects.select_for_update(no_key=True).filter(event=event, pk=plan_id).first()
    if found is None:
        raise NotFound("There is no such plan.")
    return found


def _check_aims(said: PlanSaid) -> None:
    if said.scope not in Plan.Scope.values:
        raise BadAims(f"Plan for one of: {', '.join(Plan.Scope.values)}.", field="scope")
    for name in ("first_constituency", "second_constituency"):
        if said.scope == Plan.Scope.BETWEEN and getattr(said, name) not in Constituency.values:
            raise BadAims("Choose two constituencies to plan between.", field=name)
        if said.scope != Plan.Scope.BETWEEN and getattr(said, name):
            raise BadAims("Constituencies are only chosen for a plan between two of them.", field=name)
    if not 1 <= said.most <= 50:
        raise BadAims("Give everybody at most 1 to 50 meetings.", field="most")
    if not 0 <= said.least <= said.most:
        raise BadAims(f"The least number of meetings is from 0 to the most, {said.most}.", field="least")
    if not 0 <= said.cross_share <= 1:
        raise BadAims("The share of meetings across constituencies is from 0 to 100 %.", field="cross_share")
    if said.cross_share and said.scope == Plan.Scope.BETWEEN:
        raise BadAims(
            "Between two constituencies the share is given: leave it at 0, or plan for everyone.",
            field="cross_share",
        )
    if not 1 <= said.seconds <= MOST_SECONDS:
        raise BadAims(f"Let the planner work for 1 to {MOST_SECONDS} seconds.", field="seconds")
    if not 0 <= said.seed <= MOST_SEED:
        raise BadAims(f"A seed is a number from 0 to {MOST_SEED}.", field="seed")
