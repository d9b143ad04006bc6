"""Changes by hand to the meetings of a draft: moved, dropped, locked; a clash is refused with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.events import Event
from backend.people.models import Person
from backend.programme.models import Plan, PlannedMeeting
from backend.programme.rules.clashes import clash_in, clash_text, table_clash_in
from backend.programme.rules.planning_data import PlanningData
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.services.drafting import PlanBusy, plan_for_update


class CannotPlace(BusinessError):
    """A person or the table is taken at that time; the message says by what."""

    code = "clash"


@in_transaction
def move_planned(
    *,
    event: Event,
    plan_id: int,
    planned_id: int,
    slot_id: int,
    table_id: int | None = None,
    by: Person,
    now: dt.datetime,
) -> PlannedMeeting:
    """Move a planned meeting to another slot and table; no table means its own, or else the first free one.

    Refuses OrganisersOnly, NotFound, `not_a_draft`, PlanBusy and CannotPlace.
    """
    row = _own_row(event, plan_id, planned_id, by)
    data = read_planning_data(event, now)
    if not data.may_meet((row.first_id, row.second_id)):
        raise NotFound(_("This plan has no such meeting (any more)."))
    slot = next((slot for slot in data.slots if slot.pk == slot_id), None)
    if slot is None:
        raise NotFound(_("There is no such meeting time at this forum."))
    others = list(row.plan.planned.exclude(pk=row.pk).select_related("slot", "table"))
    if clash := clash_in(data, (row.first_id, row.second_id), slot, others):
        raise CannotPlace(clash_text(clash, data))
    table_id = _table_for(data, row, slot, table_id, others)
    if (row.slot_id, row.table_id) == (slot.pk, table_id):
        return row
    row.slot, row.table_id, row.moved_by_hand = slot, table_id, True
    try:
        with transaction.atomic():
            row.save(update_fields=["slot", "table", "moved_by_hand"])
    except IntegrityError as error:
        raise CannotPlace(_("Somebody else has just taken that time or table in this plan. Look again.")) from error
    return row


def _table_for(
    data: PlanningData, row: PlannedMeeting, slot: Slot, table_id: int | None, others: Sequence[PlannedMeeting]
) -> int:
    """The table named, or else the row's own or the first free one; refuses NotFound and CannotPlace."""
    if table_id is not None:
        table = next((table for table in data.tables if table.pk == table_id), None)
        if table is None:
            raise NotFound(_("There is no such table at this forum."))
        if clash := table_clash_in(data, table, slot, others):
            raise CannotPlace(clash_text(clash, data))
        return table.pk
    for table in sorted(data.tables, key=lambda table: table.pk != row.table_id):
        if not table_clash_in(data, table, slot, others):
            return table.pk
    raise CannotPlace(_("Every table is taken then. Choose another time."))


@in_transaction
def drop_planned(*, event: Event, plan_id: int, planned_id: int, by: Person) -> None:
    """Take a meeting out of a draft; refuses OrganisersOnly, NotFound, `not_a_draft` and PlanBusy."""
    _own_row(event, plan_id, planned_id, by).delete()


@in_transaction
def lock_planned(*, event: Event, plan_id: int, planned_id: int, locked: bool, by: Person) -> PlannedMeeting:
    """Keep a meeting of a draft where it is when it is planned again, or release it.

    Refuses OrganisersOnly, NotFound, `not_a_draft` and PlanBusy.
    """
    row = _own_row(event, plan_id, planned_id, by)
    row.is_locked = locked
    row.save(update_fields=["is_locked"])
    return row


@in_transaction
def change_planned(
    *,
    event: Event,
    plan_id: int,
    planned_id: int,
    slot_id: int | None = None,
    table_id: int | None = None,
    locked: bool | None = None,
    by: Person,
    now: dt.datetime,
) -> PlannedMeeting:
    """Move a planned meeting, lock it, or both or neither; a table alone keeps its time.

    Refuses what `move_planned` and `lock_planned` refuse.
    """
    row = _own_row(event, plan_id, planned_id, by)
    if slot_id is not None or table_id is not None:
        row = move_planned(
            event=event,
            plan_id=plan_id,
            planned_id=planned_id,
            slot_id=row.slot_id if slot_id is None else slot_id,
            table_id=table_id,
            by=by,
            now=now,
        )
    if locked is not None:
        row = lock_planned(event=event, plan_id=plan_id, planned_id=planned_id, locked=locked, by=by)
    return row


def check_editable(plan: Plan) -> None:
    """Refuse `not_a_draft` and PlanBusy."""
    if plan.state != Plan.State.DRAFT:
        raise Refused(
            "not_a_draft",
            _("This plan is %(state)s; only a draft can be changed. Draft a new plan.")
            % {"state": plan.get_state_display().lower()},
        )
    if plan.is_at_work:
        raise PlanBusy(_("This plan is being worked on. Wait until that is done."))


def _own_row(event: Event, plan_id: int, planned_id: int, by: Person) -> PlannedMeeting:
    plan = plan_for_update(event, plan_id, by)
    check_editable(plan)
    row = PlannedMeeting.objects.select_related("plan", "slot", "table").filter(plan=plan, pk=planned_id).first()
    if row is None:
        raise NotFound(_("This plan has no such meeting (any more)."))
    return row
