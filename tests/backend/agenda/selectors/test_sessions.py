"""Sessions as one attendee sees them: their speakers, and the open slots they take."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from backend.agenda.selectors.sessions import sessions_for
from backend.agenda.services.bookmarks import bookmark_session
from backend.booking.services.availability import close_slots
from backend.events.models.agenda import SessionPart
from backend.events.models.events import Theme
from backend.safeguarding.services.blocks import block_person
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db
BASE = "/api/v1/events/forum/sessions/"


def hold(forum, number, count=1, title="Opening", theme=""):
    """A session over `count` slots from this one on."""
    return forum.event.sessions.create(
        title=title,
        theme=Theme.objects.filter(event=forum.event, key=theme).first(),
        starts_at=forum.slots[number].starts_at,
        ends_at=forum.slots[number + count - 1].ends_at,
    )


def speak(session, *attendees):
    for attendee in attendees:
        session.parts.create(event=session.event, attendee=attendee, part="speaking")


def rows_of(attendee, now=NOW, **asked):
    return {row.title: row for day in sessions_for(attendee, now, **asked).days for row in day.sessions}


def keep(attendee, session):
    bookmark_session(attendee=attendee, session_id=session.pk, by=attendee.person, now=NOW)


def test_sessions_stand_by_day_of_the_event_s_zone_and_each_theme_is_counted(forum):
    late = dt.datetime.combine(forum.event.starts_on, dt.time(23, 30), forum.event.zone)
    hold(forum, 0, title="Evidence", theme="justice")
    hold(forum, 2, title="Lessons", theme="prevention")
    for title, starts_at in (("Night", late), ("Dawn", late + dt.timedelta(hours=1))):
        forum.event.sessions.create(title=title, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))
    found = sessions_for(forum.people[0], NOW)
    assert [(day.date.day, [row.title for row in day.sessions]) for day in found.days] == [
        (9, ["Evidence", "Lessons", "Night"]),
        (10, ["Dawn"]),
    ]
    assert [(theme.key, theme.count) for theme in found.themes] == [("justice", 1), ("prevention", 1)]
    assert found.total == 4
    narrowed = sessions_for(forum.people[0], NOW, theme="prevention")
    assert ([*rows_of(forum.people[0], theme="prevention")], narrowed.total) == (["Lessons"], 4)
    assert len(rows_of(forum.people[0], theme="no such theme")) == 4


def test_a_speaker_is_named_only_to_those_who_may_see_them(forum):
    a, b, c, _ = forum.people
    (minor,) = forum.join(1, age_class="minor")
    (unknown,) = forum.join(1, age_class="unknown")
    (hidden,) = forum.join(1, visibility="hidden")
    session = hold(forum, 0)
    speak(session, b, c, minor, unknown, hidden)
    block_person(blocked=a.person, by=c.person, now=NOW)
    assert [speaker.name for speaker in rows_of(a)["Opening"].speakers] == [b.person.name]
    for viewer in (minor, unknown, hidden):
        assert rows_of(viewer)["Opening"].speakers == ()
    assert rows_of(b)["Opening"].part == "speaking"
    assert [speaker.name for speaker in rows_of(b)["Opening"].speakers] == [c.person.name]


def test_a_session_says_how_many_open_times_it_alone_takes(forum):
    a, b, *_ = forum.people
    long, short = hold(forum, 0, 3, title="Long"), hold(forum, 1, title="Short")
    assert {title: row.times for title, row in rows_of(a).items()} == {"Long": 3, "Short": 1}
    keep(a, long)
    assert {title: (row.part, row.times) for title, row in rows_of(a).items()} == {
        "Long": ("bookmarked", 3),
        "Short": ("", 0),
    }
    keep(a, short)
    assert rows_of(a)["Long"].times == 2
    close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=a.person, now=NOW)
    assert rows_of(a)["Long"].times == 1
    assert rows_of(a, forum.slots[2].starts_at)["Long"].times == 0
    assert rows_of(b)["Long"].part == ""


def test_a_session_names_the_meeting_i_agreed_to_during_it(forum):
    a, b, c, _ = forum.people
    hold(forum, 0, 2)
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[1]))
    assert rows_of(a)["Opening"].meeting.meeting_id == meeting.pk
    assert rows_of(a)["Opening"].times == 1
    assert rows_of(c)["Opening"].meeting is None
    block_person(blocked=b.person, by=a.person, now=NOW)
    assert rows_of(a)["Opening"].meeting is None


def test_a_requested_meeting_blocks_no_bookmark_and_loses_the_time(forum):
    a, b, *_ = forum.people
    asked = forum.ask(b, a, forum.slots[0], forum.slots[1])
    keep(a, hold(forum, 0))
    assert [time.slot for time in asked.times.all()] == [forum.slots[1]]
    assert asked.notices.get(kind="time_taken").attendee == b


def test_over_the_api_sessions_are_listed_kept_refused_and_forgotten(forum, time_machine):
    time_machine.move_to(NOW, tick=False)
    a, b, *_ = forum.people
    session, other = hold(forum, 0, theme="justice"), hold(forum, 2, title="Lessons", theme="prevention")
    speak(session, b)
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[2]))
    client = APIClient()
    client.force_login(a.person)
    assert client.put(f"{BASE}{session.pk}/bookmark/").status_code == 204
    refused = client.put(f"{BASE}{other.pk}/bookmark/")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_a_meeting")
    assert refused.json()["details"] == {"meeting": meeting.pk}
    (day,) = client.get(BASE).json()
    assert [(row["session"], row["part"], row["times"], row["meeting"]) for row in day["sessions"]] == [
        (session.pk, "bookmarked", 1, None),
        (other.pk, "", 0, meeting.pk),
    ]
    assert [speaker["attendee_id"] for speaker in day["sessions"][0]["speakers"]] == [b.pk]
    ((row,),) = [day["sessions"] for day in client.get(BASE, {"theme": "prevention"}).json()]
    assert row["title"] == "Lessons"
    assert client.delete(f"{BASE}{session.pk}/bookmark/").status_code == 204
    assert not SessionPart.objects.filter(attendee=a).exists()
    stranger = APIClient()
    stranger.force_login(make_attendee(make_event("elsewhere")).person)
    assert stranger.get(BASE).status_code == 404
