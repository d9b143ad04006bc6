"""Closing a day, an hour or a room: meetings move where they can, and go back within ten minutes."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.closures import DisplacedMeeting
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.availability import free_slots_between
from backend.booking.selectors.closures import closures_for
from backend.booking.services.availability import close_slots
from backend.booking.services.booking import SlotTaken
from backend.core.errors import OrganisersOnly
from backend.core.period import Period
from backend.events.models.agenda import Table
from backend.groups.selectors.rounds import own_tables
from backend.groups.services.office_hours import OfficeHourData, open_office_hour
from backend.groups.services.rounds import cancel_rounds
from backend.notifications.services.notice_mails import mail_for
from backend.programme.selectors.planning_data import read_planning_data
from backend.setup.services.closures import BadClosure, close_period, displace_meetings, reopen_period, undo_closure
from tests.factories import block_contact, make_attendee
from tests.halls import Hall, OpenHall
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


def close(forum, boss, *slots, room="", reason=""):
    period = Period(slots[0].starts_at, slots[-1].ends_at)
    return close_period(event=forum.event, period=period, room=room, reason=reason, by=boss.person, now=forum.now)


def agree(forum, a, b, slot):
    return forum.accept(b, forum.ask(a, b, slot))


def test_a_meeting_moves_to_the_nearest_time_both_are_free_and_both_are_told_once(forum, boss):
    a, b, *_ = forum.people
    meeting = agree(forum, a, b, forum.slots[2])
    Notice.objects.all().delete()
    close(forum, boss, forum.slots[2])
    assert displace_meetings(now=forum.now) == 1
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot, meeting.sequence) == ("accepted", forum.slots[1], 1)
    assert {seat.period.lower for seat in meeting.seats.all()} == {forum.slots[1].starts_at}
    assert sorted(Notice.objects.values_list("attendee_id", "kind")) == sorted([(a.pk, "moved"), (b.pk, "moved")])
    assert displace_meetings(now=forum.now) == 0


def test_a_meeting_without_another_time_is_cancelled_with_the_reason(forum, boss):
    a, b, *_ = forum.people
    meeting = agree(forum, a, b, forum.slots[2])
    close(forum, boss, *forum.slots, reason="The hall is flooded.")
    displace_meetings(now=forum.now)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("cancelled", "The hall is flooded.")
    (row,) = closures_for(forum.event, forum.now)
    assert (row.moved, row.cancelled, row.waiting) == (0, 1, 0)


def test_where_only_a_room_is_closed_the_time_stays_and_the_table_changes(forum, boss):
    a, b, *_ = forum.people
    meeting = agree(forum, a, b, forum.slots[2])
    close(forum, boss, *forum.slots, room=meeting.table.label)
    before = meeting.table
    displace_meetings(now=forum.now)
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.state) == (forum.slots[2], "accepted")
    assert meeting.table != before


def test_with_every_table_of_a_room_taken_elsewhere_another_time_is_found(forum, boss):
    a, b, c, d = forum.people
    Table.objects.filter(pk=forum.tables[0].pk).update(place="Gallery")
    one, two = agree(forum, a, b, forum.slots[2]), agree(forum, c, d, forum.slots[2])
    close(forum, boss, *forum.slots, room="Gallery")
    displace_meetings(now=forum.now)
    for meeting in (one, two):
        meeting.refresh_from_db()
    assert {meeting.table_id for meeting in (one, two)} == {forum.tables[1].pk}
    assert sorted(meeting.slot.starts_at for meeting in (one, two)) == [
        forum.slots[1].starts_at,
        forum.slots[2].starts_at,
    ]


def test_a_closed_time_is_offered_to_nobody_and_planned_for_nobody(forum, boss):
    a, b, *_ = forum.people
    close(forum, boss, forum.slots[0], forum.slots[1])
    offered = {slot.slot_id for slot in free_slots_between(a, b.pk, forum.now)}
    assert offered == {slot.pk for slot in forum.slots[2:]}
    opened = read_planning_data(forum.event, forum.now).opened[a.pk]
    assert opened == offered
    meeting = forum.ask(a, b)
    with pytest.raises(SlotTaken):
        forum.accept(b, meeting, forum.slots[0])


@pytest.mark.slow
def test_an_undo_within_ten_minutes_puts_meetings_back_where_they_were(forum, boss):
    a, b, c, d = forum.people
    moved, cancelled = agree(forum, a, b, forum.slots[2]), agree(forum, c, d, forum.slots[2])
    for one in (c, d):
        close_slots(attendee=one, slot_ids=[slot.pk for slot in forum.slots], by=one.person, now=forum.now)
    before = {one.pk: (one.slot_id, one.table_id) for one in (moved, cancelled)}
    closure = close(forum, boss, forum.slots[2])
    displace_meetings(now=forum.now)
    cancelled.refresh_from_db()
    assert cancelled.state == "cancelled"
    forum.now += dt.timedelta(minutes=9)
    back = undo_closure(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now)
    assert back == 2
    for one in (moved, cancelled):
        one.refresh_from_db()
        assert (one.state, one.slot_id, one.table_id) == ("accepted", *before[one.pk])
        assert one.sequence == 2
    assert displace_meetings(now=forum.now) == 0


def test_an_undo_leaves_what_changed_since_and_whom_the_policy_parted(forum, boss):
    a, b, c, d = forum.people
    left, parted = agree(forum, a, b, forum.slots[2]), agree(forum, c, d, forum.slots[2])
    closure = close(forum, boss, *forum.slots)
    displace_meetings(now=forum.now)
    block_contact("block", c, d, forum.now)
    reopen_period(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now)
    other = agree(forum, a, forum.join(1)[0], forum.slots[2])
    assert undo_closure(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now) == 0
    for one in (left, parted):
        one.refresh_from_db()
        assert one.state == "cancelled"
    other.refresh_from_db()
    assert other.state == "accepted"


def test_after_ten_minutes_the_time_opens_again_and_meetings_stay(forum, boss):
    a, b, *_ = forum.people
    meeting = agree(forum, a, b, forum.slots[2])
    closure = close(forum, boss, forum.slots[2])
    displace_meetings(now=forum.now)
    forum.now += dt.timedelta(minutes=10)
    with refuses("too_late_to_undo"):
        undo_closure(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now)
    reopen_period(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now)
    meeting.refresh_from_db()
    assert meeting.slot == forum.slots[1]
    c, d = forum.people[2:]
    assert forum.slots[2].pk in {slot.slot_id for slot in free_slots_between(c, d.pk, forum.now)}


def test_a_meeting_agreed_while_it_was_being_closed_is_moved_by_the_next_run(forum, boss):
    a, b, *_ = forum.people
    closure = close(forum, boss, forum.slots[2])
    reopen_period(event=forum.event, closure_id=closure.pk, by=boss.person, now=forum.now)
    meeting = agree(forum, a, b, forum.slots[2])
    type(closure).objects.filter(pk=closure.pk).update(reopened_at=None)  # as if the two had crossed
    assert displace_meetings(now=forum.now) == 1
    meeting.refresh_from_db()
    assert meeting.slot == forum.slots[1]


def test_what_cannot_be_closed_is_refused_in_a_sentence(forum, boss):
    a, *_ = forum.people
    day = dt.timedelta(days=1)
    slot = forum.slots[0]
    cases = [
        (Period(slot.ends_at, slot.starts_at), ""),
        (Period(slot.starts_at - 5 * day, slot.ends_at), ""),
        (Period(slot.starts_at, slot.ends_at), "Cellar"),
    ]
    for period, room in cases:
        with pytest.raises(BadClosure):
            close_period(event=forum.event, period=period, room=room, by=boss.person, now=forum.now)
    with pytest.raises(BadClosure, match="over"):
        close_period(event=forum.event, period=Period(slot.starts_at, slot.ends_at), by=boss.person, now=slot.ends_at)
    with pytest.raises(OrganisersOnly):
        close(forum, a, slot)
    assert not DisplacedMeeting.objects.exists()


def office_hour(forum, slot):
    host, *askers = forum.people
    requests = [forum.ask(asker, host, forum.slots[5]) for asker in askers]
    data = OfficeHourData(request_ids=tuple(one.pk for one in requests), slot_id=slot.pk, about="Evidence")
    return open_office_hour(attendee=host, data=data, by=host.person, now=forum.now)


@pytest.mark.slow
def test_an_office_hour_takes_another_table_at_its_own_time_and_goes_back(forum, boss):
    meeting = office_hour(forum, forum.slots[2])
    Notice.objects.all().delete()
    closed = close(forum, boss, forum.slots[2], room=meeting.table.label)
    assert displace_meetings(now=forum.now) == 1
    before = meeting.table
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot) == ("accepted", forum.slots[2])
    assert meeting.table != before
    assert sorted(Notice.objects.values_list("attendee_id", "kind")) == sorted(
        (one.pk, "moved") for one in forum.people
    )
    undo_closure(event=forum.event, closure_id=closed.pk, by=boss.person, now=forum.now)
    meeting.refresh_from_db()
    assert meeting.table == before


@pytest.mark.slow
def test_an_office_hour_at_a_closed_time_ends_with_the_reason_and_moves_to_no_other(forum, boss):
    meeting = office_hour(forum, forum.slots[2])
    close(forum, boss, forum.slots[2], reason="The hall is flooded.")
    displace_meetings(now=forum.now)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("cancelled", "The hall is flooded.")
    assert not meeting.seats.filter(is_active=True).exists()
    told = Notice.objects.filter(kind="cancelled").values_list("attendee_id", flat=True)
    assert set(told) == {one.pk for one in forum.people}


def test_an_undo_seats_no_two_guests_whom_the_policy_parted_meanwhile(forum, boss):
    meeting = office_hour(forum, forum.slots[2])
    closed = close(forum, boss, forum.slots[2])
    displace_meetings(now=forum.now)
    block_contact("block", *forum.people[-2:])
    assert undo_closure(event=forum.event, closure_id=closed.pk, by=boss.person, now=forum.now) == 0
    assert not meeting.seats.filter(is_active=True).exists()


def undo(hall, closed):
    return undo_closure(event=hall.event, closure_id=closed.pk, by=hall.boss.person, now=hall.now)


def members(meeting):
    return set(meeting.seats.filter(is_active=True).values_list("attendee_id", flat=True))


def test_an_undo_gives_tables_back_to_groups_and_asks_again_whom_it_had_asked():
    hall = Hall(people=8, tables=2, slots=1)
    hall.published()
    asked, *others = hall.people
    hall.accept_all(*others)
    [mine] = own_tables(asked, hall.now)
    before = {one.pk: members(one) for one in Meeting.objects.all()}
    closed = close(hall.forum, hall.boss, hall.forum.slots[0])
    assert displace_meetings(now=hall.now) == 2
    assert not Meeting.objects.filter(state="accepted").exists()
    assert not any(members(one) for one in Meeting.objects.all())
    assert undo(hall, closed) == 2
    assert {one.pk: members(one) for one in Meeting.objects.filter(state="accepted")} == before
    assert own_tables(asked, hall.now)[0].is_asked
    hall.accept(asked, mine.meeting_id)
    for one in hall.people:
        last = Notice.objects.filter(attendee=one).latest("pk")
        mail = mail_for(last, hall.now)
        assert (last.kind, mail.subject.startswith("It takes place after all")) == ("moved", True)
        assert "You have your place again: " in mail.body
    assert undo(hall, closed) == 0


@pytest.mark.parametrize("how", ["block", "report"])
def test_an_undo_gives_a_table_back_without_whom_the_policy_parted_meanwhile(how):
    hall = OpenHall(people=5, tables=1, slots=1)
    meeting = hall.opened(*hall.people[1:4])
    closed = close(hall.forum, hall.boss, hall.forum.slots[0])
    displace_meetings(now=hall.now)
    block_contact(how, hall.people[2], hall.people[3], hall.now)
    assert undo(hall, closed) == 1
    assert members(meeting) == {hall.people[pk].pk for pk in (0, 1, 3)}


CHANGED = {
    "its rounds are cancelled": lambda hall, rounds: cancel_rounds(
        event=hall.event, rounds_id=rounds.pk, by=hall.boss.person, now=hall.now
    ),
    "its host is parted from it": lambda hall, rounds: block_contact("block", *hall.people[:2], hall.now),
    "one has something else": lambda hall, rounds: hall.join(
        hall.people[1], hall.approve(hall.propose(hall.people[4], about="Another"))
    ),
}


@pytest.mark.parametrize("how", CHANGED)
def test_an_undo_leaves_a_table_off(how):
    hall = OpenHall(people=5, tables=2, slots=1)
    meeting = hall.opened(*hall.people[1:4])
    closed = close(hall.forum, hall.boss, hall.forum.slots[0])
    displace_meetings(now=hall.now)
    reopen_period(event=hall.event, closure_id=closed.pk, by=hall.boss.person, now=hall.now)
    CHANGED[how](hall, meeting.round_table.rounds)
    assert undo(hall, closed) == 0
    meeting.refresh_from_db()
    assert (meeting.state, members(meeting)) == ("cancelled", set())


def test_the_planner_keeps_an_office_hour_free_for_everybody_in_it(forum):
    meeting = office_hour(forum, forum.slots[2])
    busy = read_planning_data(forum.event, forum.now).busy
    for one in forum.people:
        assert [(period.starts_at, period.title) for period in busy[one.pk]] == [
            (meeting.slot.starts_at, "Office hour")
        ]
