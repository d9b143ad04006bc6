"""Saying that one is at the table."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.core.errors import NotFound
from backend.meetings import services
from backend.meetings.models import Seat
from backend.meetings.selectors import meeting_for
from tests.backend.meetings.conftest import Forum

pytestmark = pytest.mark.django_db
QUARTER = dt.timedelta(minutes=15)


def arrive(forum: Forum, attendee, meeting):
    return services.arrive(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=forum.now)


def test_from_a_quarter_of_an_hour_before_until_the_end_the_other_sees_who_is_there(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    start, end = meeting.period.lower, meeting.period.upper
    forum.now = start - QUARTER - dt.timedelta(seconds=1)
    assert "arrive" not in meeting_for(a, meeting.pk, forum.now).actions
    with pytest.raises(services.TooEarly):
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
    with pytest.raises(services.TooLate):
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
    with pytest.raises(services.AlreadyAnswered):
        arrive(forum, a, request)
    forum.accept(b, request)
    with pytest.raises(NotFound):
        arrive(forum, c, request)
