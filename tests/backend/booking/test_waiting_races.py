"""A time that falls free, offered at once by several jobs, or while somebody takes, leaves or cancels it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services import booking, freed_times
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.waiting_list import leave_waiting_list
from backend.events.models.agenda import Slot
from backend.outcomes.services import arrivals
from backend.outcomes.services.arrivals import arrive
from tests.backend.booking.test_races import (
    TABLES,
    at_once,
    double_booked,
    drop_constraint,
    tables_taken_twice,
    waits_for,
)
from tests.backend.conftest import Forum, make_forum

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["drop_constraint"]  # the fixture
TIME_GIVEN = "waiting_list_time_given_once"


def one_time_taken() -> tuple[Forum, Meeting, list[WaitingListEntry]]:
    """Two wait for somebody whose only time is taken by the meeting."""
    forum = make_forum(people=5, tables=3, slots=1)
    wanted, taken, *waiters = forum.people
    meeting = forum.accept(wanted, forum.ask(taken, wanted, forum.slots[0]))
    return forum, meeting, [forum.wait(one, wanted) for one in waiters[:2]]


def offers_at_once(monkeypatch: pytest.MonkeyPatch, forum: Forum, entries: list[WaitingListEntry]) -> list[str]:
    """Two jobs have come to two different entries, and nobody waits for anybody."""
    monkeypatch.setattr(freed_times, "lock_attendees", lambda ids: None)
    both_have_looked = threading.Barrier(len(entries))
    waits_for(monkeypatch, both_have_looked, freed_times, "_ask")
    return at_once(*(lambda entry=entry: freed_times._offer_one(entry.pk, forum.now) for entry in entries))


def test_without_the_constraint_and_the_locks_two_get_the_time_that_one_cancel_freed(monkeypatch, drop_constraint):
    forum, meeting, entries = one_time_taken()
    forum.cancel(forum.people[0], meeting)
    drop_constraint(WaitingListEntry, TIME_GIVEN)
    assert offers_at_once(monkeypatch, forum, entries) == ["ok", "ok"]
    assert WaitingListEntry.objects.filter(state="asked").count() == 2
    assert Meeting.objects.requests().filter(times__slot=forum.slots[0]).count() == 2


def test_the_constraint_alone_gives_the_time_to_one_of_the_two(monkeypatch):
    forum, meeting, entries = one_time_taken()
    forum.cancel(forum.people[0], meeting)
    assert offers_at_once(monkeypatch, forum, entries) == ["ok", "ok"]
    assert WaitingListEntry.objects.filter(state="asked").count() == 1
    assert Meeting.objects.requests().count() == 1


@pytest.mark.parametrize("attempt", range(2))
def test_a_cancel_and_several_refills_at_once_give_the_time_to_the_first_alone(attempt):
    forum, meeting, (first, second) = one_time_taken()
    a, b, *_ = forum.people
    refill = lambda: offer_freed_times(now=forum.now)  # noqa: E731
    answers = at_once(lambda: forum.cancel(a, meeting), lambda: forum.cancel(b, meeting), refill, refill)
    assert answers == ["ok"] * 4
    refill()  # the job that the cancel queued
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("asked", "waiting")
    assert Meeting.objects.requests().get().asker_id == first.attendee_id
    assert meeting.notices.filter(kind="cancelled").count() == 2


@pytest.mark.parametrize("attempt", range(2))
def test_who_stops_waiting_while_the_time_is_offered_has_left_or_has_asked_and_never_both(attempt):
    forum, meeting, (first, _second) = one_time_taken()
    forum.cancel(forum.people[0], meeting)
    mine = {"attendee": first.attendee, "entry_id": first.pk, "by": first.attendee.person}
    refill = lambda: offer_freed_times(now=forum.now)  # noqa: E731
    assert at_once(lambda: leave_waiting_list(**mine), refill) == ["ok", "ok"]
    refill()
    first.refresh_from_db()
    asked = Meeting.objects.requests().filter(asker=first.attendee_id).exists()
    assert first.state == ("asked" if asked else "left")
    assert WaitingListEntry.objects.filter(state="asked").count() == 1


@pytest.mark.parametrize("attempt", range(2))
def test_a_time_taken_by_somebody_else_while_it_is_offered_is_booked_once_and_costs_no_place(attempt):
    forum, meeting, (first, second) = one_time_taken()
    wanted, *_, last = forum.people
    forum.cancel(wanted, meeting)
    request = forum.ask(last, wanted, forum.slots[0])
    answers = at_once(lambda: forum.accept(wanted, request, forum.slots[0]), lambda: offer_freed_times(now=forum.now))
    assert answers == ["ok", "ok"]
    assert double_booked() == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("waiting", "waiting")


def test_two_who_join_twice_at_once_wait_once_each():
    forum, *_ = one_time_taken()
    wanted, _, _, _, last = forum.people
    assert at_once(*[lambda: forum.wait(last, wanted)] * 4) == ["ok"] * 4
    assert WaitingListEntry.objects.filter(attendee=last).count() == 1


def late_and_next() -> tuple[Forum, list[Callable[[], object]]]:
    """Two come late to the one table, which was given free, while two others agree on the next time.

    The two times overlap by a moment.
    """
    forum = make_forum(people=4, tables=1, slots=1)
    a, b, c, d = forum.people
    late = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.now = forum.slots[0].starts_at + dt.timedelta(minutes=15)
    starts_at = forum.slots[0].ends_at - dt.timedelta(minutes=1)
    after = Slot.objects.create(event=forum.event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=30))
    for one in (c, d):
        forum.open(one, [after])
    request = forum.ask(c, d, after)
    Meeting.objects.filter(pk=late.pk).update(table_freed_at=forum.now)
    come = {"attendee": a, "meeting_id": late.pk, "by": a.person, "now": forum.now}
    return forum, [lambda: arrive(**come), lambda: forum.accept(d, request, after)]


def both_have_chosen_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)
    for owner in (arrivals, booking):
        waits_for(monkeypatch, both, owner, "book_table")


def test_without_the_constraint_a_freed_table_is_taken_by_the_late_and_by_others(monkeypatch, drop_constraint):
    _forum, calls = late_and_next()
    drop_constraint(Meeting, TABLES)
    both_have_chosen_the_table(monkeypatch)
    assert at_once(*calls) == ["ok", "ok"]
    assert tables_taken_twice() == 1


def test_a_freed_table_is_taken_by_the_late_or_by_others_and_never_by_both(monkeypatch):
    _forum, calls = late_and_next()
    both_have_chosen_the_table(monkeypatch)
    assert at_once(*calls) in (["ok", "ok"], ["ok", "no_table_free"])
    assert Meeting.objects.filter(state="accepted", table_freed_at=None).count() == 1
