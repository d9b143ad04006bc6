"""Changes to a plan by hand make audit entries; what the planner writes makes none."""

from collections import Counter
from functools import partial

import pghistory
import pytest
from django.db import connection

from backend.audit.models import PlannedTrace
from backend.audit.selectors import audit_entries_for
from backend.events.models.attendees import Attendee
from backend.programme.services.drafting import replan, stop_planning
from backend.programme.services.publishing import withdraw_plan
from frontend.audit.words import audit_entry_text
from tests.backend.programme.conftest import make_desk
from tests.factories import NOW, block_contact


@pytest.fixture
def desk(db):
    return make_desk()


def entries_of(desk, do):
    """The entries of something the organiser does; what follows has no person."""
    before = Counter(audit_entries_for(event=desk.event))
    with pghistory.context(user=desk.organiser.person_id):
        do()
    with connection.cursor() as cursor:  # a test is one transaction, in which the name would stay set
        cursor.execute("select set_config('pghistory.context_id', '', true)")
    return list((Counter(audit_entries_for(event=desk.event)) - before).elements())


def texts_of(desk, do):
    return [(entry.person, audit_entry_text(entry)) for entry in entries_of(desk, do)]


@pytest.mark.slow
def test_each_change_of_a_planned_meeting_says_who_did_what_to_which(desk):
    plan = desk.plan(most=1)
    row = plan.planned.select_related("first__person", "second__person").order_by("pk")[0]
    free = next(slot for slot in desk.slots if slot.pk != row.slot_id)
    meeting = f"the planned meeting of {row.first.person.name} and {row.second.person.name}"
    steps = [
        (partial(desk.move, row, free), f"Moved {meeting} in programme {plan.pk}"),
        (partial(desk.lock, row), f"Locked {meeting} in programme {plan.pk}"),
        (partial(desk.lock, row, locked=False), f"Unlocked {meeting} in programme {plan.pk}"),
        (partial(desk.drop, row), f"Dropped {meeting} from programme {plan.pk}"),
    ]
    for do, sentence in steps:
        assert texts_of(desk, do) == [("Olga", sentence)]
    trace = PlannedTrace.objects.get(pgh_label="moved")
    assert (trace.plan_id, trace.pgh_obj_id, trace.slot_id) == (plan.pk, row.pk, free.pk)


@pytest.mark.slow
def test_planning_again_and_stopping_are_entries_and_the_planners_own_rows_are_not(desk):
    plan = desk.plan(most=3)
    asked = {"event": desk.event, "plan_id": plan.pk, "by": desk.by}
    again = partial(replan, **asked, now=NOW)
    stop = partial(stop_planning, **asked)
    assert texts_of(desk, again) == [("Olga", f"Had programme {plan.pk} planned again")]
    assert texts_of(desk, stop) == [("Olga", f"Stopped the planner at programme {plan.pk}")]
    assert entries_of(desk, stop) == [], "asking twice is asking once"
    desk.solve(plan)
    assert plan.planned.count() == 9
    assert len(entries_of(desk, again)) == 1, "that it may go on again is no entry of its own"
    assert [entry.what for entry in entries_of(desk, partial(withdraw_plan, **asked, now=NOW))] == ["withdrawn"]
    assert not PlannedTrace.objects.exists()


def test_added_rows_leave_no_trace_even_with_a_person(desk):
    plan = desk.order()
    pair = {"first": desk.people[0], "second": desk.people[1]}
    add = partial(plan.planned.create, event=desk.event, slot=desk.slots[0], table=desk.tables[0], **pair)
    assert entries_of(desk, add) == []


@pytest.mark.parametrize("why", ["minor", "hidden", "block", "report"])
def test_who_is_no_longer_shown_in_the_plan_is_not_named_here(desk, why):
    plan = desk.plan(most=1)
    row = plan.planned.order_by("pk")[0]
    [entry] = entries_of(desk, partial(desk.lock, row))
    assert len(entry.names) == 2
    if why in ("block", "report"):
        block_contact(why, row.first, row.second)
    else:
        field = "age_class" if why == "minor" else "visibility"
        Attendee.objects.filter(pk=row.second_id).update(**{field: why})
    [entry] = [one for one in audit_entries_for(event=desk.event) if one.kind == "planned"]
    assert entry.names == ()
    assert audit_entry_text(entry) == f"Locked 1 planned meeting in programme {plan.pk}"
