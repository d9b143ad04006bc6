"""By hand: moves, drops and locks, and the refusals that name who is taken by what."""

import pytest
from django.db import IntegrityError, connection, transaction

from backend.booking.models.availability import Availability
from backend.core.errors import NotFound
from backend.events.models.agenda import SessionPart
from backend.programme.models import PlannedMeeting
from backend.programme.services.drafting import PlanBusy, replan
from backend.programme.services.editing import CannotPlace, drop_planned, move_planned
from tests.factories import NOW, block_contact, make_attendee, make_event, make_session
from tests.refusals import refuses


def planned(desk, plan, first, second, slot, table, **fields):
    return PlannedMeeting.objects.create(
        event=desk.event, plan=plan, first=first, second=second, slot=slot, table=table, **fields
    )


@pytest.fixture
def plan(desk):
    """A meets D in the first slot at the first table, B meets E beside them, C meets F in the second."""
    found = desk.plan()
    found.planned.all().delete()
    a, b, c, d, e, f = desk.people
    planned(desk, found, a, d, desk.slots[0], desk.tables[0])
    planned(desk, found, b, e, desk.slots[0], desk.tables[1])
    planned(desk, found, c, f, desk.slots[1], desk.tables[0])
    return found


def row_of(plan, person):
    return plan.planned.get(first=person)


def test_a_meeting_moves_to_a_free_time_and_keeps_its_table_where_it_can(desk, plan):
    a, _b, *_ = desk.people
    row = desk.move(row_of(plan, a), desk.slots[2])
    row.refresh_from_db()
    assert (row.slot, row.table, row.moved_by_hand) == (desk.slots[2], desk.tables[0], True)
    row = desk.move(row, desk.slots[1])
    assert row.table_id == desk.tables[1].pk, "the first is taken then"
    row = desk.move(row, desk.slots[3], desk.tables[0])
    assert (row.slot, row.table_id) == (desk.slots[3], desk.tables[0].pk)


def test_every_clash_is_refused_with_who_and_what(desk, plan):
    a, b, c, d, _e, _f = desk.people
    row = row_of(plan, a)
    session = make_session(desk.event, "Opening")
    session.starts_at, session.ends_at = desk.slots[4].starts_at, desk.slots[4].ends_at
    session.save()
    SessionPart.objects.create(event=desk.event, attendee=d, session=session)
    Availability.objects.filter(attendee=a, slot=desk.slots[5]).delete()
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[3]))
    with pytest.raises(CannotPlace, match=r"Person D is at “Opening” then\."):
        desk.move(row, desk.slots[4])
    with pytest.raises(CannotPlace, match=r"Person A has not opened this time\."):
        desk.move(row, desk.slots[5])
    with pytest.raises(CannotPlace, match=r"Person A meets Person B then, and that stands\."):
        desk.move(row, desk.slots[3])
    planned(desk, plan, a, c, desk.slots[2], desk.tables[0])
    with pytest.raises(CannotPlace, match=r"Person A meets Person C then, in this plan\."):
        desk.move(row, desk.slots[2])
    with pytest.raises(CannotPlace, match=r"Table T1 is taken then by Person C and Person F\."):
        desk.move(row, desk.slots[1], desk.tables[0])
    row.refresh_from_db()
    assert (row.slot, row.table, row.moved_by_hand) == (desk.slots[0], desk.tables[0], False)


def test_with_every_table_taken_a_move_is_refused(desk, plan):
    _a, b, _c, d, _e, _f = desk.people
    planned(desk, plan, b, d, desk.slots[1], desk.tables[1])
    [g, h] = desk.join(2)
    row = planned(desk, plan, g, h, desk.slots[2], desk.tables[0])
    with pytest.raises(CannotPlace, match="Every table is taken then"):
        desk.move(row, desk.slots[1])


def test_locked_meetings_stay_when_the_draft_is_planned_again(desk, plan):
    a, *_ = desk.people
    row = desk.lock(desk.move(row_of(plan, a), desk.slots[5], desk.tables[1]))
    again = desk.replan(plan)
    row.refresh_from_db()
    assert again.pk == plan.pk
    assert (row.slot, row.table, row.is_locked) == (desk.slots[5], desk.tables[1], True)
    assert plan.planned.count() == 9
    desk.lock(row, locked=False)
    assert not PlannedMeeting.objects.get(pk=row.pk).is_locked


def test_a_locked_meeting_of_two_who_are_blocked_goes_silently_when_replanned(desk, plan, blocked_by):
    a, _b, _c, d, *_ = desk.people
    row = desk.lock(row_of(plan, a))
    block_contact(blocked_by, d, a)
    again = desk.replan(plan)
    assert (again.work, again.report["conflicts"]) == (again.Work.READY, [])
    assert not again.planned.filter(pk=row.pk).exists()
    assert not again.planned.filter(first=a, second=d).exists()


def test_no_refusal_names_a_blocked_pair(desk, plan, blocked_by):
    a, _b, c, d, *_ = desk.people
    planned_apart = row_of(plan, a)
    block_contact(blocked_by, d, a)
    with pytest.raises(NotFound, match="no such meeting"):
        desk.move(planned_apart, desk.slots[2])
    row = planned(desk, plan, c, d, desk.slots[2], desk.tables[0])
    with pytest.raises(CannotPlace, match=r"Person D meets somebody then, in this plan\."):
        desk.move(row, desk.slots[0])
    free = planned(desk, plan, *desk.join(2), desk.slots[3], desk.tables[0])
    with pytest.raises(CannotPlace, match=r"Table T1 is taken then by others\."):
        desk.move(free, desk.slots[0], desk.tables[0])


def test_a_dropped_meeting_is_gone(desk, plan):
    desk.drop(row_of(plan, desk.people[0]))
    assert plan.planned.count() == 2


def test_only_organisers_and_only_the_plans_of_their_own_event(desk, plan):
    row = row_of(plan, desk.people[0])
    stranger = make_attendee(make_event("elsewhere"), permission="organiser")
    for by in (desk.people[0].person, stranger.person):
        with pytest.raises(Exception, match="Only the forum's organisers") as refusal:
            drop_planned(event=desk.event, plan_id=plan.pk, planned_id=row.pk, by=by)
        assert refusal.value.status == 403
    with pytest.raises(Exception, match="There is no such plan") as refusal:
        drop_planned(event=stranger.event, plan_id=plan.pk, planned_id=row.pk, by=stranger.person)
    assert refusal.value.status == 404


def test_unknown_slots_tables_and_meetings_are_not_found(desk, plan):
    row = row_of(plan, desk.people[0])
    for changes in ({"slot_id": 0}, {"slot_id": desk.slots[2].pk, "table_id": 0}, {"planned_id": 0}):
        arguments = {"planned_id": row.pk, "slot_id": desk.slots[2].pk, **changes}
        with pytest.raises(Exception, match="no such") as refusal:
            move_planned(event=desk.event, plan_id=plan.pk, by=desk.by, now=NOW, **arguments)
        assert refusal.value.status == 404


def test_a_plan_at_work_or_published_cannot_be_changed(desk, plan):
    row = row_of(plan, desk.people[0])
    replan(event=desk.event, plan_id=plan.pk, by=desk.by, now=NOW)
    with pytest.raises(PlanBusy):
        desk.drop(row)
    desk.solve(plan)
    row = plan.planned.first()
    desk.publish(plan)
    with refuses("not_a_draft", match="This plan is published"):
        desk.move(row, desk.slots[3])


@pytest.mark.parametrize("side", ["first", "second"])
def test_the_database_refuses_a_double_seat_on_either_side(desk, plan, side):
    a, _b, c, d, _e, f = desk.people
    pair = (a, f) if side == "first" else (c, d)
    with pytest.raises(IntegrityError, match="planned_no_double_seat"), transaction.atomic():
        planned(desk, plan, *pair, desk.slots[0], desk.event.tables.create(label="T9"))


def test_the_database_refuses_a_seat_that_is_first_here_and_second_there(desk, plan):
    _a, _b, _c, d, _e, f = desk.people
    with pytest.raises(IntegrityError, match="planned_no_double_seat"), transaction.atomic():
        planned(desk, plan, d, f, desk.slots[0], desk.event.tables.create(label="T9"))


def test_the_database_refuses_a_double_table_and_what_belongs_to_another_event(desk, plan):
    a, b, _c, _d, _e, _f = desk.people
    with pytest.raises(IntegrityError, match="planned_no_double_table"), transaction.atomic():
        planned(desk, plan, a, b, desk.slots[1], desk.tables[0])
    elsewhere = make_event("elsewhere")
    strange = elsewhere.tables.create(label="T1")
    with pytest.raises(IntegrityError, match="planned_table_same_event"), transaction.atomic():
        PlannedMeeting.objects.filter(plan=plan, first=a).update(table=strange)
        connection.check_constraints()


def test_two_plans_may_hold_the_same_pair_and_place(desk, plan):
    other = desk.plan()
    other.planned.all().delete()
    a, _b, _c, d, *_ = desk.people
    planned(desk, other, a, d, desk.slots[0], desk.tables[0])
    assert other.planned.count() == 1
