"""The planner's work on a draft, for the worker alone: it loads the solvers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict

from backend.core.transactions import in_transaction
from backend.programme import engine
from backend.programme.models import Plan, PlannedMeeting
from backend.programme.rules.candidates import PlanRow
from backend.programme.rules.clashes import clash_in, table_clash_in
from backend.programme.rules.conflicts import LOCKED_CLASH, PlanConflict
from backend.programme.rules.options import options_of
from backend.programme.rules.planning_data import PlanningData
from backend.programme.selectors.planning_data import read_planning_data, suggestion_scores


def solve_plan(*, plan_id: int, round_number: int, now: dt.datetime, clock: Callable[[], float]) -> None:
    """Fill a draft with the best plan found in its time; locked rows stay, the others are replaced at once.

    A locked row of two who may not meet any more goes too. Value, bound and progress are updated meanwhile.
    A superseded order (planned again, withdrawn) changes nothing. Where nothing can be planned, the conflicts
    are kept and the rows left alone.
    """
    order = Plan.objects.filter(
        pk=plan_id, round=round_number, state=Plan.State.DRAFT, work__in=[Plan.Work.WAITING, Plan.Work.SOLVING]
    )
    plan = order.select_related("event").first()
    if plan is None:
        return
    order.update(work=Plan.Work.SOLVING, progress=0, value=None, bound=None)
    try:
        _solve(plan, now, clock)
    except BaseException:
        order.update(work=Plan.Work.FAILED)
        raise


def _solve(plan: Plan, now: dt.datetime, clock: Callable[[], float]) -> None:
    data = read_planning_data(plan.event, now)
    locked = plan.planned.filter(is_locked=True).select_related("slot", "table").order_by("pk")
    # Keeping or naming the row of two who may not meet would tell of a block.
    kept = [row for row in locked if data.may_meet((row.first_id, row.second_id))]
    if conflicts := _locked_clashes(data, kept):
        _finish(plan, None, kept, conflicts, now)
        return

    order = Plan.objects.filter(pk=plan.pk, round=plan.round, work=Plan.Work.SOLVING)

    def on_progress(progress: engine.PlannerProgress) -> bool:
        order.update(
            progress=min(99, round(100 * progress.seconds / plan.seconds)),
            value=progress.value or None,
            bound=progress.bound or None,
        )
        return order.filter(stop_asked=False).exists()

    result = engine.plan_meetings(
        data,
        options_of(plan),
        suggestion_scores(plan.event),
        kept_rows=[PlanRow((r.first_id, r.second_id), r.slot_id, r.table_id, r.value) for r in kept],
        clock=clock,
        on_progress=on_progress,
    )
    _finish(plan, result, kept, result.conflicts, now)


def _locked_clashes(data: PlanningData, kept: Sequence[PlannedMeeting]) -> list[PlanConflict]:
    """Locked meetings that cannot stay where they are."""
    found = []
    for row in kept:
        pair = (row.first_id, row.second_id)
        others = [other for other in kept if other.pk != row.pk]
        clash = clash_in(data, pair, row.slot, others) or table_clash_in(data, row.table, row.slot, others)
        if clash:
            found.append(PlanConflict(LOCKED_CLASH, people=pair, clash=clash))
    return found


@in_transaction
def _finish(
    plan: Plan,
    result: engine.PlannerResult | None,
    kept: Sequence[PlannedMeeting],
    conflicts: Sequence[PlanConflict],
    now: dt.datetime,
) -> None:
    """Write the result beside the rows kept, unless the order was superseded."""
    held = Plan.objects.select_for_update(no_key=True).filter(pk=plan.pk, round=plan.round, state=Plan.State.DRAFT)
    found = held.first()
    if found is None:
        return
    found.progress, found.planned_at = 100, now
    if result is None or conflicts:
        found.work, found.value, found.bound = Plan.Work.IMPOSSIBLE, None, None
        found.report = {"conflicts": [asdict(conflict) for conflict in conflicts]}
        found.save()
        return
    found.work = Plan.Work.READY
    found.value, found.bound = result.value, result.bound
    found.report = {
        "conflicts": [],
        "is_optimal": result.is_optimal,
        "breaks": result.breaks,
        "idle": result.idle,
        "seconds": round(result.seconds, 1),
        "share_missed": result.share_missed,
        "without": [[key, why] for key, why in result.without.items()],
        "short": [[key, most] for key, most in result.short.items()],
    }
    found.save()
    found.planned.exclude(pk__in=[row.pk for row in kept]).delete()
    pairs = {(row.first_id, row.second_id) for row in kept}
    PlannedMeeting.objects.bulk_create(
        PlannedMeeting(
            event_id=found.event_id,
            plan=found,
            first_id=row.pair[0],
            second_id=row.pair[1],
            slot_id=row.slot_id,
            table_id=row.table_id,
            value=row.value,
        )
        for row in result.rows
        if row.pair not in pairs
    )
