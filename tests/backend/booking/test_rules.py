"""What each side may do with a request or a meeting, in each state and at each time."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.rules import allowed_actions, expiry_of, is_expired
from tests.backend.conftest import Forum

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def actions(meeting: Meeting, forum: Forum, now: dt.datetime) -> list[tuple[str, ...]]:
    """The actions of the asker, then of the invited attendee."""
    seats = {seat.part: seat for seat in meeting.seats.select_related("attendee")}
    return [allowed_actions(seats[part].attendee, meeting, seats[part], now) for part in ("asker", "invited")]


def test_a_request_is_the_asker_s_to_change_and_the_other_s_to_answer_until_it_expires(forum: Forum) -> None:
    a, b, *_ = forum.people
    request = forum.ask(a, b, forum.slots[0])
    last = request.expires_at - dt.timedelta(seconds=1)
    assert actions(request, forum, last) == [("edit", "withdraw"), ("accept", "decline", "counter", "ask_question")]
    assert not is_expired(request, last)
    assert actions(request, forum, request.expires_at) == [(), ()]
    assert is_expired(request, request.expires_at)


def test_a_confirmed_meeting_can_be_cancelled_until_it_ends_and_attested_then(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    before, after = meeting.period.upper - dt.timedelta(minutes=1), meeting.period.upper
    assert actions(meeting, forum, before) == [("cancel", "arrive")] * 2  # it has begun
    assert actions(meeting, forum, forum.now) == [("cancel", "counter")] * 2
    assert actions(meeting, forum, after) == [("attest",)] * 2
    forum.now = after
    forum.attest(a, meeting, took_place=True)
    meeting.refresh_from_db()
    assert actions(meeting, forum, after) == [("attest",)] * 2
    forum.attest(b, meeting, took_place=True)
    meeting.refresh_from_db()
    assert actions(meeting, forum, after) == [(), ()]


@pytest.mark.parametrize("state", ["declined", "withdrawn", "expired"])
def test_nothing_is_left_to_do_with_a_request_that_ended(forum: Forum, state: str) -> None:
    a, b, *_ = forum.people
    request = forum.ask(a, b)
    request.state = state
    assert actions(request, forum, forum.now) == [(), ()]


def test_the_sets_of_states_partition_them_all() -> None:
    gathered = {Meeting.State.GATHERED}  # no meeting of its own: an office hour is
    sets = (set(Meeting.NEVER_CONFIRMED_STATES), set(Meeting.EVER_CONFIRMED_STATES), gathered)
    assert set.union(*sets) == set(Meeting.State)
    assert sum(map(len, sets)) == len(Meeting.State)
    assert set(Meeting.EVER_CONFIRMED_STATES) - set(Meeting.CONFIRMED_STATES) == {Meeting.State.CANCELLED}


@pytest.mark.parametrize(
    ("notice_hours", "limit_hours", "expires_after"),
    [(100, 48, 48 * HOUR), (10, 48, 8 * HOUR), (4, 48, 2 * HOUR), (3, 48, dt.timedelta(hours=2, minutes=50))],
)
def test_a_request_expires_by_its_hours_or_shortly_before_its_last_slot(
    forum: Forum, notice_hours: int, limit_hours: int, expires_after: dt.timedelta
) -> None:
    expires_at = expiry_of(
        asked_at=forum.now, changed_at=forum.now, last_starts_at=forum.now + notice_hours * HOUR, hours=limit_hours
    )
    assert expires_at - forum.now == expires_after
