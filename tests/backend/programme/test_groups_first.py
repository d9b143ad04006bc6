"""Small groups come first: a plan made after them takes none of their times, tables and people."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, Seat
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables
from backend.groups.services.round_tables import accept_table
from backend.groups.services.round_work import work_on_rounds
from backend.groups.services.rounds import RoundsOptions, order_rounds, publish_rounds
from backend.programme.api import PlanPageSerializer
from backend.programme.selectors.edit_options import edit_options_for
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import PlanPage, plan_for, plan_page_for
from backend.programme.selectors.printed_schedules import PrintedLine, printed_schedules_for
from backend.programme.services.editing import CannotPlace
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.suggestions.models import Suggestion
from tests.backend.programme.conftest import Desk
from tests.factories import NOW, block_contact

pytestmark = pytest.mark.django_db


def work(rounds: Rounds) -> None:
    rounds.refresh_from_db()
    work_on_rounds(rounds_id=rounds.pk, version=rounds.version, now=NOW, seconds=0.15)


def seat_four(desk: Desk) -> Meeting:
    """A, B, D and E at the first table in the first slot; C and F have nothing."""
    options = RoundsOptions(
        title="Everybody meets",
        slot_ids=(desk.slots[0].pk,),
        table_ids=(desk.tables[0].pk,),
        constituencies=("government", "industry"),
        least=4,
        most=4,
    )
    rounds = order_rounds(event=desk.event, options=options, by=desk.by, now=NOW)
    work(rounds)
    publish_rounds(event=desk.event, rounds_id=rounds.pk, answer_by=NOW + dt.timedelta(hours=1), by=desk.by, now=NOW)
    work(rounds)
    return Meeting.objects.of_rounds().get()


def page_of(desk: Desk, plan_id: int) -> PlanPage:
    return plan_page_for(plan_for(desk.event, plan_id), read_planning_data(desk.event, NOW))


def only_c_and_f_in_the_first_slot(desk: Desk) -> None:
    c, f = desk.people[2], desk.people[5]
    Suggestion.objects.exclude(attendee__in=[c, f], other__in=[c, f]).delete()
    Availability.objects.filter(attendee=c).exclude(slot=desk.slots[0]).delete()


def test_a_plan_takes_no_table_no_time_and_nobody_of_a_group(desk: Desk) -> None:
    seat_four(desk)
    seated = {one.pk for number, one in enumerate(desk.people) if number not in (2, 5)}
    rows = list(desk.plan(most=5).planned.all())
    assert rows
    assert not [row for row in rows if row.slot == desk.slots[0] and {row.first_id, row.second_id} & seated]
    assert (desk.slots[0].pk, desk.tables[0].pk) not in {(row.slot_id, row.table_id) for row in rows}


def test_those_who_are_free_beside_a_group_meet_at_another_table_or_not_at_all(desk: Desk) -> None:
    seat_four(desk)
    only_c_and_f_in_the_first_slot(desk)
    [row] = desk.plan(most=1).planned.all()
    assert (row.slot, row.table) == (desk.slots[0], desk.tables[1])
    desk.tables[1].delete()
    assert not desk.plan(most=1).planned.exists()


def test_by_hand_nothing_is_moved_to_a_table_or_to_people_of_a_group(desk: Desk) -> None:
    seat_four(desk)
    c, f = desk.people[2], desk.people[5]
    plan = desk.plan(most=5)
    theirs = plan.planned.get(first=c, second=f)
    with pytest.raises(CannotPlace, match="is taken then by others"):
        desk.move(theirs, desk.slots[0], desk.tables[0])
    with pytest.raises(CannotPlace, match="Round of tables"):
        desk.move(plan.planned.filter(first=desk.people[0]).first(), desk.slots[0])
    page = page_of(desk, plan.pk)
    entry = next(one for one in page.own if one.planned_id == theirs.pk)
    first = edit_options_for(plan, entry, read_planning_data(desk.event, NOW)).slots[0]
    assert first.slot == desk.slots[0]
    assert first.free_tables <= 1


def test_a_group_stands_on_the_sheets_of_its_table_and_of_its_members_without_whom_the_policy_parted(
    desk: Desk,
) -> None:
    seat_four(desk)
    a, b, _c, d, e, _f = desk.people
    for one in (a, b, d):
        [row] = own_tables(one, NOW)
        accept_table(attendee=one, meeting_id=row.meeting_id, by=one.person, now=NOW)
    plan = desk.plan(most=1)

    def lines(order: str, key: int) -> list[PrintedLine]:
        sheets = printed_schedules_for(page_of(desk, plan.pk), read_planning_data(desk.event, NOW), order)
        found = [line for sheet in sheets if sheet.key == key for day in sheet.days for line in day.lines]
        return [line for line in found if line.title]

    titled = "Table of “Everybody meets”"
    [door] = lines("table", desk.tables[0].pk)
    assert (door.title, door.is_confirmed) == (titled, False)
    assert [one.attendee_id for one in door.people] == [one.pk for one in (a, b, d, e)]
    for one, comes in ((a, True), (e, False)):
        [own] = lines("person", one.pk)
        assert (own.title, own.people, own.place, own.is_confirmed) == (titled, (), "T1", comes)
    plan.planned.all().delete()
    assert len(lines("person", a.pk)) == len(lines("table", desk.tables[0].pk)) == 1
    alias = AliasData(name="Orchid", real_name=b.name)
    set_alias_of(desk.event, b.pk, alias, is_wish=True, by=None, now=NOW)
    block_contact("block", a, d, NOW)
    [door] = lines("table", desk.tables[0].pk)
    assert [one.attendee_id for one in door.people] == [one.pk for one in (b, d, e)]
    assert door.people[0].name == "Orchid"
    assert lines("person", a.pk) == []


def test_what_is_agreed_stays_where_it_is_through_a_plan_and_its_publication(desk: Desk) -> None:
    a, b = desk.people[:2]
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[1]))
    group = seat_four(desk)
    for one in (a, b):
        [row] = own_tables(one, NOW)
        accept_table(attendee=one, meeting_id=row.meeting_id, by=one.person, now=NOW)

    def agreed() -> list[object]:
        meetings = Meeting.objects.filter(state="accepted").order_by("pk")
        seats = Seat.objects.filter(meeting__state="accepted").order_by("pk")
        return [*meetings.values("pk", "slot", "table", "period"), *seats.values()]

    before = agreed()
    assert len({row["slot"] for row in before[:2]}) == 2
    plan = desk.publish(desk.plan(most=5))
    assert agreed() == before
    assert {entry.meeting_id for entry in page_of(desk, plan.pk).beside} == set(
        Meeting.objects.one_to_one().filter(state="accepted").values_list("pk", flat=True)
    )
    group.refresh_from_db()
    assert (group.slot, group.table) == (desk.slots[0], desk.tables[0])


def test_the_plan_gives_the_figures_of_both(desk: Desk) -> None:
    before = page_of(desk, desk.plan(most=1).pk).figures
    assert (before.groups, before.people_in_groups, before.pairs_in_groups) == (0, 0, 0)
    seat_four(desk)
    page = page_of(desk, desk.plan(most=1).pk)
    figures = PlanPageSerializer(page).data["figures"]
    assert (figures["planned"], figures["groups"]) == (3, 1)
    assert (figures["people_in_groups"], figures["pairs_in_groups"]) == (4, 6)
