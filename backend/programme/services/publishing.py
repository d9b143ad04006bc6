"""Publishing and withdrawing plans, through the services of meetings, which check every meeting again."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.services.proposals import arrange_meeting, propose_meeting, withdraw_proposal
from backend.core.errors import BusinessError, Refused
from backend.core.queue import PLANS, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person
from backend.programme.models import Plan, PlannedMeeting, ProgrammeRules
from backend.programme.services.drafting import PlanBusy, plan_for_update
from backend.programme.services.editing import check_editable
from backend.suggestions.selectors.shared_reasons import shared_reason_for

APPLY_PUBLICATION = "programme.apply_publication"
ROWS_BETWEEN_REPORTS = 10


@in_transaction
def set_publishing(*, event: Event, confirms: bool, by: Person) -> ProgrammeRules:
    """Set whether publishing arranges meetings at once or proposes them; refuses OrganisersOnly."""
    check_organiser(by, event, Activity.EDIT)
    rules, _created = ProgrammeRules.objects.update_or_create(event=event, defaults={"confirms": confirms})
    return rules


@in_transaction
def publish_plan(*, event: Event, plan_id: int, by: Person, now: dt.datetime) -> Plan:
    """Publish a draft: the worker proposes its meetings, or arranges them where the event says so.

    Refuses OrganisersOnly, NotFound, `not_a_draft`, PlanBusy, `nothing_planned`, NotOpenYet and
    NotInThisState.
    """
    plan = plan_for_update(event, plan_id, by)
    check_allowed(event, Activity.ASK)
    check_editable(plan)
    if plan.work != Plan.Work.READY or not plan.planned.exists():
        raise Refused(
            "nothing_planned",
            _(
                "There is nothing to publish: this draft has no finished plan. Wait until it is "
                "planned, or draft another."
            ),
        )
    rules = ProgrammeRules.objects.filter(event=event).first()
    plan.state, plan.published_at = Plan.State.PUBLISHED, now
    plan.confirms = rules is not None and rules.confirms
    _order(plan, by)
    return plan


@in_transaction
def withdraw_plan(*, event: Event, plan_id: int, by: Person, now: dt.datetime) -> Plan:
    """Put a plan aside. A draft is kept unsent; of a published one, open proposals are withdrawn.

    What is agreed stays: only the two can cancel it. Doing it again changes nothing. Refuses OrganisersOnly,
    NotFound and PlanBusy.
    """
    plan = plan_for_update(event, plan_id, by)
    if plan.state == Plan.State.WITHDRAWN:
        return plan
    was_published = plan.state == Plan.State.PUBLISHED
    if was_published and plan.is_at_work:
        raise PlanBusy(_("This plan is being published. Wait until that is done, then withdraw it."))
    plan.state, plan.withdrawn_at = Plan.State.WITHDRAWN, now
    plan.round += 1  # so that a solver still at work changes nothing
    if was_published:
        _order(plan, by)
    else:
        plan.work = Plan.Work.READY
        plan.save()
    return plan


def _order(plan: Plan, by: Person) -> None:
    plan.work, plan.progress = Plan.Work.CARRYING_OUT, 0
    plan.save()
    lock = f"programme:{plan.event_id}"
    enqueue(APPLY_PUBLICATION, lock=lock, queue=PLANS, plan_id=plan.pk, person_id=by.pk)


def apply_publication(*, plan: Plan, by: Person, now: dt.datetime) -> None:
    """Propose what a published plan holds, or withdraw the proposals of a withdrawn one. For a job.

    Each meeting is a transaction of its own, so a repeated job goes on where it stopped. What cannot be sent
    keeps the reason; what is planned for somebody who has not joined waits for `send_waiting`. Refuses
    OrganisersOnly.
    """
    check_organiser(by, plan.event, Activity.EDIT)
    if plan.work != Plan.Work.CARRYING_OUT:
        return
    if plan.state == Plan.State.PUBLISHED:
        _send(plan, by, now)
    elif plan.state == Plan.State.WITHDRAWN:
        _withdraw_proposals(plan, by, now)
    Plan.objects.filter(pk=plan.pk).update(work=Plan.Work.READY, progress=100)


def send_waiting(*, event: Event, now: dt.datetime) -> None:
    """Send what published plans hold for people who have joined since. For a job.

    In the name of whoever made the plan, or of another organiser where they are none any more.
    """
    organisers = Attendee.objects.filter(event=event, permission=Attendee.Permission.ORGANISER)
    people = {row.person_id: row.person for row in organisers.select_related("person").order_by("pk")}
    if not people:
        return
    anybody = next(iter(people.values()))
    for plan in Plan.objects.filter(event=event, state=Plan.State.PUBLISHED, work=Plan.Work.READY):
        _send(plan, people.get(plan.made_by_id or 0, anybody), now)


def _send(plan: Plan, by: Person, now: dt.datetime) -> None:
    waits = Q(first__agreed_at=None) | Q(second__agreed_at=None)
    unsent = plan.planned.filter(~waits, meeting=None, refusal="")
    rows = list(unsent.order_by("slot__starts_at", "table_id", "pk"))
    for number, row in enumerate(rows):
        _put_forward(plan, row, by, now)
        if number % ROWS_BETWEEN_REPORTS == 0:
            Plan.objects.filter(pk=plan.pk).update(progress=100 * number // len(rows))


@in_transaction
def _put_forward(plan: Plan, row: PlannedMeeting, by: Person, now: dt.datetime) -> None:
    """Propose the row's meeting to the two, or arrange it where the event confirms; or note why not."""
    put_forward = arrange_meeting if plan.confirms else propose_meeting
    row.meeting, row.refusal = None, ""
    try:
        row.meeting = put_forward(
            event=plan.event,
            pair=(row.first_id, row.second_id),
            slot_ids=[row.slot_id],
            table_id=row.table_id,
            because=shared_reason_for(plan.event, (row.first_id, row.second_id)),
            key=f"plan-{plan.pk}-{row.pk}",
            by=by,
            now=now,
        )
    except BusinessError as refusal:
        row.refusal = refusal.message[:400]
    row.save(update_fields=["meeting", "refusal"])


def _withdraw_proposals(plan: Plan, by: Person, now: dt.datetime) -> None:
    meetings = Meeting.objects.open_at(now).filter(planned__plan=plan, asker=None, withdrawn_at=None)
    for meeting_id in meetings.order_by("pk").values_list("pk", flat=True):
        try:
            withdraw_proposal(event=plan.event, meeting_id=meeting_id, by=by, now=now)
        except BusinessError:  # just agreed, or over: nothing to withdraw
            continue
