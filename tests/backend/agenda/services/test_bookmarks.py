"""Speakers named by organisers are busy at their session."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from tests.backend.conftest import Forum
from tests.factories import make_attendee, make_event, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def boss(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


@pytest.fixture
def session(forum: Forum) -> Session:
    """A talk during the first two slots."""
    found = make_session(forum.event, "Talk")
    found.starts_at, found.ends_at = forum.slots[0].starts_at, forum.slots[1].ends_at
    found.save()
    return found


def put(by: Attendee, session: Session, attendee: Attendee, verb: str = "put") -> tuple[int, str]:
    client = APIClient()
    client.force_login(by.person)
    answer = getattr(client, verb)(f"/api/v1/events/forum/sessions/{session.pk}/speakers/{attendee.pk}/")
    return answer.status_code, answer.json()["code"] if answer.content else ""


def test_a_speaker_s_requests_lose_the_session_s_time_and_get_it_back(
    forum: Forum, boss: Attendee, session: Session
) -> None:
    a, b, *_ = forum.people
    request = forum.ask(a, b, forum.slots[0], forum.slots[3])
    assert put(boss, session, b) == put(boss, session, b) == (204, "")
    assert [time.slot for time in request.times.all()] == [forum.slots[3]]
    assert Notice.objects.filter(kind="time_taken", attendee=a).count() == 1
    assert SessionPart.objects.get().part == "speaking"
    assert put(boss, session, b, "delete") == put(boss, session, b, "delete") == (204, "")
    assert not SessionPart.objects.exists()
    forum.edit(a, request, forum.slots[0])


def test_a_bookmark_becomes_a_talk_and_dropping_a_speaker_leaves_bookmarks(
    forum: Forum, boss: Attendee, session: Session
) -> None:
    a, b, *_ = forum.people
    for attendee in (a, b):
        SessionPart.objects.create(event=forum.event, attendee=attendee, session=session)
    put(boss, session, a)
    put(boss, session, b, "delete")
    assert dict(SessionPart.objects.values_list("attendee", "part")) == {a.pk: "speaking", b.pk: "bookmarked"}


def test_who_has_agreed_to_meet_then_cannot_be_made_to_speak(forum: Forum, boss: Attendee, session: Session) -> None:
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[1]))
    assert put(boss, session, b) == (409, "speaker_in_a_meeting")
    assert not SessionPart.objects.exists()
    session.ends_at = forum.slots[1].starts_at
    session.save()
    assert put(boss, session, b) == (204, "")


def test_only_organisers_name_speakers_and_only_among_their_own_people_and_sessions(
    forum: Forum, boss: Attendee, session: Session
) -> None:
    a, *_ = forum.people
    stranger = make_attendee(make_event("elsewhere"))
    for verb in ("put", "delete"):
        assert put(a, session, a, verb) == (403, "only_organisers")
        assert put(boss, session, stranger, verb) == (404, "not_found")
        assert put(boss, make_session(make_event("beyond")), a, verb) == (404, "not_found")
    assert not SessionPart.objects.exists()


def test_a_program_reads_what_is_on_now_one_meeting_as_a_file_and_one_s_zone(
    forum: Forum, session: Session, time_machine: object
) -> None:
    a, b, *_ = forum.people
    SessionPart.objects.create(event=forum.event, attendee=a, session=session)
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[2]))
    request = forum.ask(a, forum.people[2])
    time_machine.move_to(session.starts_at + dt.timedelta(minutes=1), tick=False)  # type: ignore[attr-defined]
    mine = APIClient()
    mine.force_login(a.person)
    asked = mine.get("/api/v1/events/forum/agenda/now/")
    again = {"If-None-Match": asked["ETag"]}
    assert mine.get("/api/v1/events/forum/agenda/now/", headers=again).status_code == 304
    now = asked.json()
    assert [item["session"] for item in now["current"]] == [session.pk]
    assert now["following"]["meeting"]["meeting"] == meeting.pk

    base = "/api/v1/events/forum/meetings/"
    file = mine.get(f"{base}{meeting.pk}/meeting.ics", headers={"Accept": "text/calendar"})
    assert (file.status_code, file["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    forum.cancel(b, meeting)
    changed = mine.get("/api/v1/events/forum/agenda/now/", headers=again)
    assert (changed.status_code, changed.json()["following"]) == (200, None)
    assert str(Meeting.objects.get(pk=meeting.pk).uid) in file.content.decode()
    assert mine.get(f"{base}{request.pk}/meeting.ics").status_code == 404
    other = APIClient()
    other.force_login(forum.people[3].person)
    refused = other.get(f"{base}{meeting.pk}/meeting.ics")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")

    assert mine.get("/api/v1/me/").json()["timezone"] == ""
    assert mine.put("/api/v1/me/", {"timezone": "Asia/Tokyo"}, format="json").json()["timezone"] == "Asia/Tokyo"
    wrong = mine.put("/api/v1/me/", {"timezone": "Asia/Tokio"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_timezone")
    assert APIClient().get("/api/v1/me/").status_code == 401
