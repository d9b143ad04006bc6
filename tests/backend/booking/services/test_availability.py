"""Open slots, and sessions that make an attendee busy."""

from __future__ import annotations

import pytest

from backend.agenda.selectors.agenda import agenda_for
from backend.agenda.services.bookmarks import AttendeeInMeeting, bookmark_session, remove_bookmark
from backend.booking.models.availability import Availability
from backend.booking.selectors.availability import availability_for, free_slots_between
from backend.booking.services.availability import close_slots, open_slots
from backend.core.errors import NotFound, NotYours
from backend.events.models.agenda import SessionPart
from tests.backend.conftest import make_forum
from tests.factories import make_session
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


def opened(attendee):
    return set(Availability.objects.filter(attendee=attendee).values_list("slot_id", flat=True))


def session_over(forum, slot, title="Opening"):
    session = make_session(forum.event, title)
    session.starts_at, session.ends_at = slot.starts_at, slot.ends_at
    session.save()
    return session


def test_opening_twice_and_closing_twice_change_nothing_more(forum):
    a = forum.people[0]
    ids = [forum.slots[0].pk]
    close = {"attendee": a, "slot_ids": ids, "by": a.person, "now": forum.now}
    assert [close_slots(**close) for _ in range(2)] == [1, 0]
    assert [open_slots(**close) for _ in range(2)] == [1, 0]


def test_slots_of_elsewhere_of_the_past_and_of_others_cannot_be_opened(forum):
    a, b, *_ = forum.people
    elsewhere = make_forum(slug="elsewhere", people=0)
    for slot, now in ((elsewhere.slots[0], forum.now), (forum.slots[0], forum.slots[0].starts_at)):
        with refuses("unknown_slot"):
            open_slots(attendee=a, slot_ids=[slot.pk], by=a.person, now=now)
    with pytest.raises(NotYours):
        close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=b.person, now=forum.now)
    assert opened(a) == {slot.pk for slot in forum.slots}


def test_closing_a_slot_keeps_the_agreed_meeting_and_takes_the_time_out_of_requests(forum):
    a, b, c, _ = forum.people
    agreed = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    asked = forum.ask(c, b, forum.slots[1], forum.slots[2])
    ids = [forum.slots[0].pk, forum.slots[1].pk]
    close_slots(attendee=b, slot_ids=ids, by=b.person, now=forum.now)
    agreed.refresh_from_db()
    assert agreed.state == "accepted"
    assert [time.slot for time in asked.times.all()] == [forum.slots[2]]
    assert asked.notices.get(kind="time_taken").attendee == c


def test_a_bookmark_makes_busy_and_the_grid_says_why(forum):
    a, b, *_ = forum.people
    session = session_over(forum, forum.slots[0])
    asked = forum.ask(b, a, forum.slots[0], forum.slots[1])
    for _ in range(2):
        bookmark_session(attendee=a, session_id=session.pk, by=a.person, now=forum.now)
    forum.accept(a, asked)
    (day,) = availability_for(a, forum.now)
    assert [(cell.busy, cell.because) for cell in day.cells[:3]] == [("session", "Opening"), ("meeting", ""), ("", "")]
    assert [cell.can_be_asked for cell in day.cells[:3]] == [False, False, True]
    remove_bookmark(attendee=a, session_id=session.pk, by=a.person)
    assert availability_for(a, forum.now)[0].cells[0].busy == ""


def test_a_session_during_an_agreed_meeting_cannot_be_bookmarked(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    session = session_over(forum, forum.slots[0])
    with pytest.raises(AttendeeInMeeting) as caught:
        bookmark_session(attendee=a, session_id=session.pk, by=a.person, now=forum.now)
    assert caught.value.details["meeting"] == meeting.pk


def test_a_talk_one_gives_cannot_be_forgotten_and_an_unknown_session_is_not_found(forum):
    a = forum.people[0]
    session = session_over(forum, forum.slots[0])
    SessionPart.objects.create(event=forum.event, attendee=a, session=session, part="speaking")
    with refuses("speaking"):
        remove_bookmark(attendee=a, session_id=session.pk, by=a.person)
    elsewhere = session_over(make_forum(slug="elsewhere", people=0), forum.slots[0])
    with pytest.raises(NotFound):
        bookmark_session(attendee=a, session_id=elsewhere.pk, by=a.person, now=forum.now)


def test_the_agenda_joins_sessions_and_meetings_by_day_of_the_event_s_zone(forum):
    a, b, *_ = forum.people
    session = session_over(forum, forum.slots[2])
    bookmark_session(attendee=a, session_id=session.pk, by=a.person, now=forum.now)
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    agenda = agenda_for(a, forum.slots[0].starts_at)
    (day,) = agenda.days
    assert day.date == forum.event.starts_on
    assert [(item.title, item.session_id) for item in day.items] == [(b.person.name, None), ("Opening", session.pk)]
    assert [item.meeting.meeting_id for item in agenda.current] == [meeting.pk]
    assert agenda.following.session_id == session.pk


def test_free_times_of_two_are_those_both_opened_and_neither_is_busy_in(forum):
    a, b, c, d = forum.people
    close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=a.person, now=forum.now)
    forum.accept(c, forum.ask(b, c, forum.slots[1]))
    session = session_over(forum, forum.slots[3])
    SessionPart.objects.create(event=forum.event, attendee=a, session=session, part="speaking")
    for pair in ((a, b), (b, a)):
        times = free_slots_between(pair[0], pair[1].pk, forum.now)
        assert [time.slot_id for time in times] == [forum.slots[n].pk for n in (2, 4, 5)]
    (hidden,) = forum.join(1, visibility="hidden")
    with pytest.raises(NotFound):
        free_slots_between(d, hidden.pk, forum.now)
