"""Saying that one is at the table."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.rules import AlreadyAnswered, TooEarly, TooLate
from backend.booking.selectors.meetings import meeting_for
from backend.booking.services.booking import NoTableFree
from backend.core.errors import NotFound
from backend.events.models.agenda import Slot, Table
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.services import arrivals
from backend.outcomes.services.arrivals import free_absent_tables
from tests.backend.conftest import Forum, make_forum

pytestmark = pytest.mark.django_db
QUARTER = dt.timedelta(minutes=15)


def arrive(forum: Forum, attendee, meeting):
    return arrivals.arrive(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=forum.now)


def test_from_a_quarter_of_an_hour_before_until_the_end_the_other_sees_who_is_there(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    start, end = meeting.period.lower, meeting.period.upper
    forum.now = start - QUARTER - dt.timedelta(seconds=1)
    assert "arrive" not in meeting_for(a, meeting.pk, forum.now).actions
    with pytest.raises(TooEarly):
        arrive(forum, a, meeting)
    forum.now = start - QUARTER
    assert "arrive" in meeting_for(a, meeting.pk, forum.now).actions
    for _again in range(2):
        arrive(forum, a, meeting)
    hers, his = (meeting_for(one, meeting.pk, forum.now) for one in (a, b))
    assert (hers.i_am_here, hers.other_is_here, "arrive" in hers.actions) == (True, False, False)
    assert (his.i_am_here, his.other_is_here, "arrive" in his.actions) == (False, True, True)
    first = Seat.objects.get(meeting=meeting, attendee=a).here_at
    forum.now = end - dt.timedelta(seconds=1)
    arrive(forum, a, meeting)
    arrive(forum, b, meeting)
    assert Seat.objects.get(meeting=meeting, attendee=a).here_at == first
    forum.now = end
    with pytest.raises(TooLate):
        arrive(forum, b, meeting)


def test_a_meeting_that_moves_finds_nobody_there(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.now = meeting.period.lower - QUARTER
    arrive(forum, a, meeting)
    forum.move(meeting, forum.slots[3])
    assert not meeting_for(b, meeting.pk, forum.now).other_is_here


def test_nobody_is_there_for_a_meeting_that_is_not_agreed_or_not_theirs(forum: Forum) -> None:
    a, b, c, *_ = forum.people
    request = forum.ask(a, b, forum.slots[0])
    with pytest.raises(AlreadyAnswered):
        arrive(forum, a, request)
    forum.accept(b, request)
    with pytest.raises(NotFound):
        arrive(forum, c, request)


@pytest.fixture
def full() -> Forum:
    """Two tables and two meetings at one time; at the first somebody is there a minute after it began."""
    forum = make_forum(people=6, tables=2, slots=1)
    a, b, c, d, *_ = forum.people
    there = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.accept(d, forum.ask(c, d, forum.slots[0]))
    forum.now = forum.slots[0].starts_at + dt.timedelta(minutes=1)
    arrive(forum, a, there)
    return forum


def absent_meeting(forum: Forum) -> Meeting:
    return Meeting.objects.of(forum.people[2]).get()


def later_slot(forum: Forum) -> Slot:
    """A time of others that begins while the meetings run."""
    starts_at = forum.slots[0].starts_at + dt.timedelta(minutes=28)
    slot = Slot.objects.create(event=forum.event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=30))
    for one in forum.people[4:]:
        forum.open(one, [slot])
    return slot


def free_tables_at(forum: Forum, after: dt.timedelta) -> int:
    forum.now = forum.slots[0].starts_at + after
    return free_absent_tables(now=forum.now)


def test_after_a_quarter_of_an_hour_the_table_of_two_who_do_not_come_is_another_s(full: Forum) -> None:
    _, _, c, d, e, f = full.people
    meeting = absent_meeting(full)
    request = full.ask(e, f, later_slot(full))
    with pytest.raises(NoTableFree):
        full.accept(f, request)
    assert free_tables_at(full, QUARTER - dt.timedelta(seconds=1)) == 0
    assert [free_tables_at(full, QUARTER), free_tables_at(full, QUARTER)] == [1, 0]
    for one in (c, d):
        assert meeting_for(one, meeting.pk, full.now).is_table_freed
        assert one.notices.filter(kind="table_freed").count() == 1
    taken = full.accept(f, request)
    assert (taken.state, taken.table) == ("accepted", meeting.table)
    arrive(full, c, meeting)  # no other is free
    row = meeting_for(c, meeting.pk, full.now)
    assert (row.i_am_here, row.is_table_freed, "arrive" in row.actions) == (True, True, True)
    Table.objects.create(event=full.event, label="T3")
    arrive(full, c, meeting)
    row = meeting_for(d, meeting.pk, full.now)
    assert (row.place.label, row.is_table_freed, row.other_is_here) == ("T3", False, True)
    assert row.state == "accepted"
    mail = mail_for(d.notices.latest("pk"), full.now)
    assert "is at another table" in mail.subject
    assert free_tables_at(full, QUARTER + QUARTER / 2) == 0


def test_who_comes_late_to_a_table_that_nobody_took_has_it_back(full: Forum) -> None:
    *_, d, _e, _f = full.people
    meeting = absent_meeting(full)
    free_tables_at(full, QUARTER)
    arrive(full, d, meeting)
    again = Meeting.objects.get(pk=meeting.pk)
    assert (again.table, again.table_freed_at, again.sequence) == (meeting.table, None, meeting.sequence)
    assert not again.notices.filter(kind="moved").exists()


def test_where_few_say_that_they_are_there_no_table_is_given_free(full: Forum) -> None:
    Table.objects.create(event=full.event, label="T3")
    full.now = full.slots[0].starts_at - QUARTER
    full.arrange(*full.people[4:], full.slots[0])
    assert free_tables_at(full, QUARTER) == 0  # at one table of three
    Seat.objects.filter(attendee=full.people[5]).update(here_at=full.now)
    assert free_tables_at(full, QUARTER) == 1  # at two of three


def test_a_meeting_online_or_over_or_with_somebody_there_keeps_its_place(full: Forum) -> None:
    meeting = absent_meeting(full)
    assert free_tables_at(full, 2 * QUARTER) == 0  # over
    Seat.objects.filter(meeting=meeting, attendee=full.people[3]).update(here_at=full.now)
    assert free_tables_at(full, QUARTER) == 0
