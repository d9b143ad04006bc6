"""Office hours on the pages and over the API: proposed, opened, joined, left and cancelled."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from django.utils import timezone

from backend.agenda.selectors.calendar import feed_for
from backend.agenda.services.calendar_feeds import make_feed
from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Topic
from backend.notifications.services.reminders import remind_people
from backend.privacy.selectors import export_for
from backend.stats.selectors.overview import overview_for
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, in_two_weeks, token_of
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db

ABOUT = "Evidence reporting"


@pytest.fixture
def forum() -> Forum:
    """Five ask the first of the cast, who offers what four of them seek; the times are to come."""
    made = _forum()
    host, *askers = made.people
    topic = Topic.objects.get(event=made.event, key="evidence-reporting")
    Interest.objects.create(event=made.event, attendee=host, topic=topic, offers=True)
    for asker in askers[:4]:
        Interest.objects.create(event=made.event, attendee=asker, topic=topic, seeks=True)
    for asker in askers:
        made.ask(asker, host, made.slots[0])
    return made


def _forum() -> Forum:
    made = make_forum(people=6, **in_two_weeks())
    made.now = timezone.now()
    return made


def address(forum: Forum, page: str = "") -> str:
    return f"/e/{forum.event.slug}/meetings/{page}"


def opened(forum: Forum) -> Meeting:
    """The office hour that the page proposes, at the second time."""
    client = client_of(forum.people[0].person)
    shown = page_of(client.get(address(forum, "office-hours/new/")))
    client.post(address(forum, "office-hours/new/"), shown.fields() | {"slot": forum.slots[1].pk})
    return Meeting.objects.office_hours().get()


def test_the_page_without_a_shared_need_counts_what_waits_as_the_meetings_page_does() -> None:
    forum = _forum()
    host, asker, other, *_ = forum.people
    forum.ask(asker, host, forum.slots[0])
    forum.propose(host, other, forum.slots[1])
    client = client_of(host.person)
    assert "2 requests wait for your answer" in page_of(client.get(address(forum)))
    assert "See your meetings (2 requests wait)" in page_of(client.get(address(forum, "office-hours/new/")))


@pytest.mark.slow
def test_the_host_answers_those_who_asked_the_same_with_one_press(forum: Forum) -> None:
    host, *askers = forum.people
    client = client_of(host.person)
    meetings = page_of(client.get(address(forum)))
    assert "4 people asked you about the same: Evidence reporting." in meetings
    page = address(forum, "office-hours/new/")
    assert ("Open an office hour (Evidence reporting)", f"{page}?need=topic%3Aevidence-reporting") in (meetings.links())
    shown = page_of(client.get(page))
    assert len(shown.all("input[name=requests][checked]")) == 4
    assert "4 of 4 can come" in shown
    done = client.post(page, shown.fields() | {"slot": forum.slots[1].pk}, follow=True)
    assert "Your office hour is open. 4 guests are invited and told." in page_of(done)
    meeting = Meeting.objects.office_hours().get()
    assert done.redirect_chain[-1][0] == address(forum, f"office-hours/{meeting.pk}/")
    for asker in askers[:4]:
        assert asker.name in page_of(done)
    request = Meeting.objects.get(asker=askers[0], state="gathered")
    answered = page_of(client.get(address(forum, f"{request.pk}/")))
    assert ("See the office hour", done.redirect_chain[-1][0]) in answered.links()
    (guest, *_rest) = askers
    theirs = page_of(client_of(guest.person).get(address(forum)))
    assert "invites you to an office hour" in theirs
    assert f"With {host.name} and 3 other guests" in theirs
    sheet = page_of(client_of(guest.person).get(address(forum, "sheet/")))
    assert f"Office hour: {ABOUT}" in sheet


@pytest.mark.slow
def test_what_is_refused_is_said_on_the_form_and_what_was_typed_stays(forum: Forum) -> None:
    client = client_of(forum.people[0].person)
    page = address(forum, "office-hours/new/")
    fields = page_of(client.get(page)).fields()
    refused = client.post(page, fields | {"slot": forum.slots[1].pk, "about": " "})
    assert refused.status_code == 400
    assert "Say in a few words what the office hour is about." in page_of(refused)
    refused = client.post(page, fields | {"about": "My words"})
    assert refused.status_code == 400
    assert page_of(refused).fields()["about"] == ["My words"]
    assert "Choose one of your free times." in page_of(refused)


def test_without_three_who_asked_the_same_the_page_says_what_to_do() -> None:
    made = _forum()
    client = client_of(made.people[0].person)
    shown = page_of(client.get(address(made, "office-hours/new/")))
    assert "No three people wait who asked you about the same" in shown
    assert "See your meetings" in shown
    assert "(0 requests wait)" not in shown


def test_a_guest_leaves_and_the_host_puts_another_in_from_the_card(forum: Forum) -> None:
    host, guest, *_others, late = forum.people
    meeting = opened(forum)
    own = address(forum, f"office-hours/{meeting.pk}/")
    left = client_of(guest.person).post(f"{own}leave/", follow=True)
    assert "Your place is free for another, and the time is yours again." in page_of(left)
    assert "Off for you" in page_of(client_of(guest.person).get(own))
    hosts = client_of(host.person)
    assert "A guest does not come to your office hour" in page_of(hosts.get(address(forum)))
    cards = page_of(hosts.get(address(forum)))
    assert "Put into my office hour" in cards
    request = Meeting.objects.requests().get(asker=late)
    added = hosts.post(f"{own}add/", {"request": request.pk}, follow=True)
    assert "They have a place in your office hour. We let them know." in page_of(added)
    assert late.name in page_of(hosts.get(own))


def test_the_host_cancels_with_a_reason_that_guests_read(forum: Forum) -> None:
    host, guest, *_others = forum.people
    meeting = opened(forum)
    own = address(forum, f"office-hours/{meeting.pk}/")
    hosts = client_of(host.person)
    assert hosts.post(f"{own}cancel/", {"reason": ""}).status_code == 400
    assert client_of(guest.person).post(f"{own}cancel/", {"reason": "No"}).status_code == 404
    hosts.post(f"{own}cancel/", {"reason": "The minister calls"})
    assert "“The minister calls”" in page_of(client_of(guest.person).get(own))


@pytest.mark.slow
def test_whom_the_policy_parts_is_neither_proposed_nor_counted(forum: Forum) -> None:
    host, a, b, *_others = forum.people
    block_contact("block", b, a, forum.now)
    client = client_of(host.person)
    assert "3 people asked you about the same" in page_of(client.get(address(forum)))
    shown = page_of(client.get(address(forum, "office-hours/new/")))
    assert b.name not in shown.text_of("form.form")
    assert "3 of 3 can come" in shown


def test_a_stranger_sees_nothing_of_it(forum: Forum) -> None:
    meeting = opened(forum)
    stranger = forum.people[5]
    client = client_of(stranger.person)
    own = address(forum, f"office-hours/{meeting.pk}/")
    assert client.get(own).status_code == 404
    assert client.post(f"{own}leave/").status_code == 404
    assert client.get(address(forum, f"{meeting.pk}/meeting.ics")).status_code == 404
    assert client.get(address(forum, f"{meeting.pk}/")).status_code == 404


@pytest.mark.slow
def test_a_guest_can_report_the_host(forum: Forum) -> None:
    meeting = opened(forum)
    guest = forum.people[1]
    page = client_of(guest.person).get(address(forum, f"{meeting.pk}/report/"))
    assert page.status_code == 200


def entries(client: object, where: str) -> list[icalendar.Event]:
    body = client.get(where).content  # type: ignore[attr-defined]
    return list(icalendar.Calendar.from_ical(body).walk("VEVENT"))


def test_calendars_name_the_host_and_follow_what_changes(forum: Forum) -> None:
    host, guest, other, *_others = forum.people
    meeting = opened(forum)
    file = address(forum, f"{meeting.pk}/meeting.ics")
    (entry,) = entries(client_of(guest.person), file)
    assert str(entry["summary"]) == f"Office hour with {host.name}: “{ABOUT}”"
    assert not any(one.name in entry.to_ical().decode() for one in forum.people[2:])
    before = int(entry["sequence"])
    client_of(guest.person).post(address(forum, f"office-hours/{meeting.pk}/leave/"))
    (entry,) = entries(client_of(guest.person), file)
    assert (entry["status"], int(entry["sequence"])) == ("CANCELLED", before + 1)
    (theirs,) = entries(client_of(other.person), file)
    assert theirs["status"] == "CONFIRMED"
    make_feed(attendee=host, by=host.person, now=forum.now)
    (mine,) = icalendar.Calendar.from_ical(feed_for(host, forum.now, forum.now)).walk("VEVENT")
    assert str(mine["summary"]) == f"Your office hour “{ABOUT}”"


def test_the_api_proposes_opens_adds_leaves_and_cancels(forum: Forum) -> None:
    host, guest, *_others, late = forum.people
    api = f"/api/v1/events/{forum.event.slug}/office-hours/"

    def call(person: Attendee, method: str, path: str = "", body: object = None, **more: str) -> object:
        client = client_of(person.person)
        send = getattr(client, method)
        headers = {"authorization": f"Token {token_of(person.person)}"} | more
        if method == "get":
            return send(f"{api}{path}", headers=headers)
        return send(f"{api}{path}", body or {}, content_type="application/json", headers=headers)

    (need,) = call(host, "get", "proposed/").json()
    assert (need["name"], len(need["requests"])) == (ABOUT, 4)
    body = {"requests": need["requests"], "slot": forum.slots[1].pk, "about": need["name"]}
    first = call(host, "post", body=body, **{"idempotency-key": "k1"})
    assert first.status_code == 201
    assert call(host, "post", body=body, **{"idempotency-key": "k1"}).json() == first.json()
    number = first.json()["office_hour"]
    assert len(first.json()["guests"]) == 4
    assert call(guest, "get", f"{number}/").json()["host"]["name"] == host.name
    assert call(guest, "post", f"{number}/leave/").json()["state"] == "cancelled"
    request = Meeting.objects.requests().get(asker=late)
    added = call(host, "post", f"{number}/guests/", {"request": request.pk})
    assert len(added.json()["guests"]) == 4
    early = call(host, "post", f"{number}/here/")
    assert early.json()["code"] == "too_early"
    assert call(host, "post", f"{number}/cancel/", {"reason": "Ill"}).json()["state"] == "cancelled"
    assert [row["state"] for row in call(late, "get").json()] == ["cancelled"]
    assert call(late, "get", "999999/").status_code == 404


@pytest.mark.slow
def test_times_of_an_office_hour_are_mailed_ten_minutes_before(forum: Forum) -> None:
    meeting = opened(forum)
    soon = forum.slots[1].starts_at - dt.timedelta(minutes=5)
    remind_people(now=soon)
    reminded = set(meeting.notices.filter(kind="reminder_soon").values_list("attendee", flat=True))
    assert reminded == {one.pk for one in forum.people[:5]}


def test_home_and_my_data_know_of_it_and_organisers_read_how_many_there_are(forum: Forum) -> None:
    guest = forum.people[1]
    opened(forum)
    home = page_of(client_of(guest.person).get(f"/e/{forum.event.slug}/home/"))
    assert f"With {forum.people[0].name} and 3 other guests" in home
    (mine,) = export_for(guest.person, forum.now)["forums"][0]["office_hours"]
    assert (mine["host"], mine["about"], mine["i_am_host"]) == (forum.people[0].name, ABOUT, False)
    figures = overview_for(forum.event, forum.now)
    assert (figures.office_hours, figures.office_hour_guests) == (1, 4)
    assert (figures.accepted, figures.people_without_meeting) == (0, 6)
    shown = page_of(client_of(forum.boss().person).get(f"/e/{forum.event.slug}/set-up/venue/"))
    assert "1, with 4 guests" in shown
