"""Rounds of tables on the pages and over the API, for organisers and for whoever has a place."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from time_machine import TimeMachineFixture

from backend.agenda.selectors.calendar import feed_for
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables
from backend.notifications.services.reminders import remind_people
from backend.notifications.services.table_words import words_of_table
from backend.people.models import Person
from backend.privacy.selectors import export_for
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.stats.selectors.overview import counted_meetings
from tests.factories import block_contact, in_two_weeks, token_of
from tests.frontend.conftest import client_of
from tests.halls import Hall
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    return Hall(now=timezone.now(), **in_two_weeks())


def address(hall: Hall, page: str = "") -> str:
    return f"/e/{hall.event.slug}/{page}"


def desk(hall: Hall) -> Client:
    return client_of(hall.boss.person)


def test_an_organiser_drafts_moves_and_publishes(hall: Hall) -> None:
    client = desk(hall)
    shown = page_of(client.get(address(hall, "programme/rounds/")))
    assert "None chosen: everybody who has joined, 12 people." in shown.text
    sent = {
        "title": "Everybody meets everybody",
        "slots": [slot.pk for slot in hall.forum.slots],
        "tables": [table.pk for table in hall.forum.tables],
        "least": 2,
        "most": 4,
        "most_each": 1,
        "kind": "rounds",
    }
    answer = client.post(address(hall, "programme/rounds/"), sent)
    rounds = Rounds.objects.get()
    assert answer.url == address(hall, f"programme/rounds/{rounds.pk}/")
    assert "The planner seats people" in page_of(client.get(answer.url)).text
    hall.work(rounds)
    Rounds.objects.update(most=5)
    shown = page_of(client.get(answer.url))
    assert "People at tables12" in shown.text
    assert "Round 3" in shown.text
    seat = rounds.seats.first()
    other = next(one for one in rounds.seats.filter(slot=seat.slot) if one.table_id != seat.table_id)
    move = {"slot": seat.slot_id, "attendee": seat.attendee_id, "table": other.table.label}
    shown = page_of(client.post(f"{answer.url}seat/", move, follow=True))
    assert "Moved." in shown.text
    shown = page_of(client.post(f"{answer.url}seat/", move | {"table": "T99"}))
    assert "There is no such table in this draft." in shown.text
    shown = page_of(client.post(f"{answer.url}publish/", {"day": "", "hour": ""}))
    assert "This field is required." in shown.text
    by = hall.now.astimezone(hall.event.zone) + dt.timedelta(days=1)
    client.post(f"{answer.url}publish/", {"day": by.date().isoformat(), "hour": "18:00"})
    hall.work(rounds)
    assert "Places accepted0 / 36" in page_of(client.get(answer.url)).text
    assert "Everybody meets everybody Published" in page_of(client.get(address(hall, "programme/rounds/"))).text


def test_what_is_wrong_with_an_order_stands_at_its_field(hall: Hall) -> None:
    shown = page_of(
        desk(hall).post(address(hall, "programme/rounds/"), {"least": 2, "most": 5, "most_each": 1, "kind": "rounds"})
    )
    assert "Give a title of at most 120 characters." in shown.text


def test_somebody_reads_their_tables_accepts_and_leaves(hall: Hall) -> None:
    rounds = hall.published()
    me = hall.people[0]
    client = client_of(me.person)
    assert "The organisers propose you places at tables" in page_of(client.get(address(hall, "meetings/"))).text
    page = address(hall, f"meetings/rounds/{rounds.pk}/")
    shown = page_of(client.get(page))
    first = own_tables(me, hall.now)[0]
    assert "3 tables wait for your answer" in shown.text
    assert all(other.name in shown.text for other in first.members)
    client.post(address(hall, f"meetings/tables/{first.meeting_id}/accept/"))
    assert Seat.objects.filter(attendee=me, is_active=True).count() == 1
    shown = page_of(client.post(f"{page}accept/", follow=True))
    assert "You have a place at 2 tables." in shown.text
    agenda = page_of(client.get(address(hall, "agenda/"))).text
    assert [f"Round {number}, with 3 others at the table" in agenda for number in (1, 2, 3)] == [True] * 3
    shown = page_of(client.post(address(hall, f"meetings/tables/{first.meeting_id}/leave/"), follow=True))
    assert "You have no place at this table any more" in shown.text
    other = client_of(first_member(hall, first.members[0].attendee_id))
    assert me.name not in page_of(other.get(page)).texts(f"#table-{first.meeting_id} ~ ul li")


def first_member(hall: Hall, attendee_id: int) -> Person:
    return next(one.person for one in hall.people if one.pk == attendee_id)


def test_an_accepted_table_is_in_the_calendar_without_a_name_and_is_taken_out_of_it(hall: Hall) -> None:
    hall.published()
    me = hall.people[0]
    assert not calendar_of(hall)
    first, second = own_tables(me, hall.now)[:2]
    hall.accept(me, first.meeting_id)
    hall.accept(me, second.meeting_id)
    entries = calendar_of(hall)
    assert [str(entry["summary"]) for entry in entries] == ["Table of “Everybody meets everybody”"] * 2
    assert all(other.name not in str(entry) for entry in entries for other in first.members)
    hall.accept_all(*hall.people[1:])  # once each, and not what waits for one's own answer
    assert len(calendar_of(hall)) == 2
    client = client_of(me.person)
    download = client.get(address(hall, f"meetings/{first.meeting_id}/meeting.ics"))
    assert b"Table of" in download.content
    third = own_tables(me, hall.now)[2]
    assert client.get(address(hall, f"meetings/{third.meeting_id}/meeting.ics")).status_code == 404
    block_contact("block", me, next(one for one in hall.people if one.pk == first.members[0].attendee_id))
    assert "CANCELLED" in {str(entry["status"]) for entry in calendar_of(hall)}


def calendar_of(hall: Hall) -> list[icalendar.Event]:
    found = icalendar.Calendar.from_ical(feed_for(hall.people[0], hall.now, hall.now))
    return list(found.walk("VEVENT"))


def test_an_alias_stands_on_every_page_of_the_tables(hall: Hall) -> None:
    rounds = hall.published()
    hidden = hall.people[1]
    set_alias_of(
        hall.event, hidden.pk, AliasData(name="Orchid", real_name=hidden.name), is_wish=True, by=None, now=hall.now
    )
    table = own_tables(hidden, hall.now)[0]
    other = client_of(first_member(hall, table.members[0].attendee_id))
    shown = page_of(other.get(address(hall, f"meetings/rounds/{rounds.pk}/"))).text
    assert "Orchid" in shown
    assert hidden.person.name not in shown
    shown = page_of(desk(hall).get(address(hall, f"programme/rounds/{rounds.pk}/"))).text
    assert hidden.person.name not in shown


def test_reminders_come_to_those_who_said_yes(hall: Hall) -> None:
    hall.published()
    me = hall.people[0]
    first = own_tables(me, hall.now)[0]
    hall.accept(me, first.meeting_id)
    remind_people(now=first.starts_at - dt.timedelta(minutes=5))
    told = Meeting.objects.get(pk=first.meeting_id).notices.filter(kind="reminder_soon")
    assert [notice.attendee_id for notice in told] == [me.pk]


def test_they_are_counted_apart_from_meetings_of_two_and_are_in_ones_own_data(hall: Hall) -> None:
    hall.published()
    hall.accept_all()
    assert not counted_meetings(hall.event).exists()
    rows = export_for(hall.people[0].person, hall.now)["forums"][0]["tables_of_rounds"]
    assert [row["state"] for row in rows] == ["accepted"] * 3


def test_programs_order_publish_read_and_answer(hall: Hall) -> None:
    boss = {"HTTP_AUTHORIZATION": f"Token {token_of(hall.boss.person)}"}
    client, base = Client(), f"/api/v1/events/{hall.event.slug}/rounds/"

    def send(path: str, body: dict[str, object] | None = None, **of: str) -> HttpResponse:
        return client.post(f"{base}{path}", body or {}, content_type="application/json", **(of or boss))

    order = {
        "title": "Everybody meets everybody",
        "slots": [slot.pk for slot in hall.forum.slots],
        "tables": [table.pk for table in hall.forum.tables],
        "least": 2,
        "most": 5,
    }
    made = send("", order)
    assert made.status_code == 202
    rounds = Rounds.objects.get(pk=made.json()["rounds"])
    hall.work(rounds)
    page = client.get(f"{base}{rounds.pk}/", **boss).json()
    assert page["rounds"]["work"] == "ready"
    assert page["figures"]["people"] == 12
    seat = page["each"][0]["tables"][0]
    move = {"slot": page["each"][0]["slot"], "attendee": seat["people"][0]["attendee_id"]}
    assert send(f"{rounds.pk}/seat/", move).status_code == 200
    assert send(f"{rounds.pk}/again/").status_code == 202
    hall.work(rounds)
    by = hall.now + dt.timedelta(days=1)
    assert send(f"{rounds.pk}/publish/", {"answer_by": by.isoformat()}).status_code == 202
    hall.work(rounds)
    me = {"HTTP_AUTHORIZATION": f"Token {token_of(hall.people[0].person)}"}
    mine = client.get(f"{base}mine/", **me).json()
    assert [row["actions"] for row in mine] == [["accept", "leave"]] * 3
    assert send(f"mine/{mine[0]['meeting']}/accept/", **me).json()["state"] == "accepted"
    meeting = mine[1]["meeting"]
    assert send(f"mine/{meeting}/leave/", **me).json()["state"] == "cancelled"
    assert send(f"{rounds.pk}/latecomers/").status_code == 202
    hall.work(rounds)
    assert send(f"{rounds.pk}/cancel/").status_code == 202
    assert client.get(base, **boss).json()[0]["state"] == "cancelled"
    assert client.get(base, **me).status_code == 403


@pytest.fixture(params=["roundtables", "trios"])
def talks(request: pytest.FixtureRequest) -> Hall:
    return Hall(now=timezone.now(), kind=request.param, **in_two_weeks())


def test_an_organiser_drafts_groups_around_a_topic_and_reads_why(talks: Hall) -> None:
    sent = {
        "title": "Evidence",
        "kind": talks.kind,
        "topic": talks.topic,
        "slots": [slot.pk for slot in talks.forum.slots],
        "tables": [table.pk for table in talks.forum.tables],
        "least": 3,
        "most": 4,
        "most_each": 1,
    }
    answer = desk(talks).post(address(talks, "programme/rounds/"), sent)
    rounds = Rounds.objects.get()
    talks.work(rounds)
    shown = page_of(desk(talks).get(answer.url))
    topic = talks.event.topics.get(key=talks.topic).name
    assert rounds.get_kind_display() in shown.text
    assert {"Seeks", "Offers"} <= set(shown.texts(".entry .chip"))
    assert ("Host" in shown.texts(".entry .chip")) == (talks.kind == "roundtables")
    assert topic in shown.texts(".group p")
    gap = ("less well than the best there could be", "No better draft is possible.")
    assert sum(words in shown.text for words in gap) == 1
    assert "Round 1" not in shown.text
    listed = page_of(desk(talks).get(address(talks, "programme/rounds/")))
    assert listed.texts(".plan-row .dots > span")[:2] == [rounds.get_kind_display(), topic]


def test_roundtables_without_a_topic_are_refused_at_the_field() -> None:
    hall = Hall(now=timezone.now(), **in_two_weeks())
    sent = {"title": "x", "kind": "roundtables", "least": 4, "most": 6, "most_each": 1}
    sent |= {"slots": [hall.forum.slots[0].pk], "tables": [hall.forum.tables[0].pk]}
    shown = page_of(desk(hall).post(address(hall, "programme/rounds/"), sent))
    assert "Choose what the roundtables are about." in shown.text


def test_somebody_reads_what_their_table_is_about_and_who_seeks_and_offers(talks: Hall) -> None:
    rounds = talks.published()
    me = talks.people[0]
    page = address(talks, f"meetings/rounds/{rounds.pk}/")
    [row] = own_tables(me, talks.now)
    shown = page_of(client_of(me.person).get(page))
    assert shown.texts("h2")[:1] == [row.topic_name]
    assert "At least three have to say yes, or it does not take place." in shown.text
    assert len(shown.texts(".who-row .chip")) >= len(row.members)
    talks.accept(me, row.meeting_id)
    agenda = page_of(client_of(me.person).get(address(talks, "agenda/"))).text
    assert f"{row.topic_name} · With {len(row.members)} others at the table" in agenda
    hosts = [one for one in talks.people for at in own_tables(one, talks.now) if at.i_am_host]
    assert bool(hosts) == (talks.kind == "roundtables")
    for host in hosts[:1]:
        assert "You are the host." in page_of(client_of(host.person).get(page)).text


def test_the_mail_of_a_place_says_what_it_is_about(talks: Hall) -> None:
    talks.published()
    [row] = own_tables(talks.people[0], talks.now)
    reader = talks.people[0]
    content = words_of_table(Notice.Kind.ROUNDS_PROPOSED, {}, row, reader)
    assert row.topic_name in content.lines
    assert "At least three have to say yes, or it does not take place." in content.lines
    assert all(other.name not in line for other in row.members for line in content.lines)


def test_those_at_a_table_say_that_they_are_there_what_came_of_it_and_stay_in_touch(
    talks: Hall, time_machine: TimeMachineFixture
) -> None:
    rounds = talks.published()
    talks.accept_all()
    me = talks.people[0]
    [row] = own_tables(me, talks.now)
    other = first_member(talks, row.members[0].attendee_id)
    page, base = address(talks, f"meetings/rounds/{rounds.pk}/"), f"meetings/tables/{row.meeting_id}/"
    time_machine.move_to(row.starts_at, tick=False)
    client, theirs = client_of(me.person), client_of(other)
    assert "I am here" in page_of(client.get(page)).text
    assert "They see now" in page_of(client.post(address(talks, f"{base}here/"), follow=True)).text
    assert f"{row.members[0].name} is there." not in page_of(theirs.get(page)).text
    assert f"{me.name} is there." in page_of(theirs.get(page)).text
    time_machine.move_to(row.ends_at, tick=False)
    assert f"Were you at the table of “{row.title}”?" in page_of(client.get(page)).text
    said = {"took_place": "yes", "usefulness": "5"}
    shown = page_of(client.post(address(talks, f"{base}attest/"), said, follow=True)).text
    assert "You said: it took place." in shown
    noted = {"agreed": "A call in March", "due_on": row.ends_at.date().isoformat()}
    shown = page_of(client.post(address(talks, f"{base}follow-up/"), noted, follow=True)).text
    assert "Saved. Nobody but you reads it." in shown
    assert "A call in March" not in page_of(theirs.get(page)).text
    kept = {"answer": "yes"}
    shown = page_of(client.post(address(talks, f"{base}follow-up/kept/"), kept, follow=True)).text
    assert "You said: it is done." in shown
    contact = {"email": "me@example.org", "phone": "", "link": ""}
    client.post(address(talks, f"people/{row.members[0].attendee_id}/contact/"), contact)
    heard = page_of(theirs.get(address(talks, "notices/"))).text
    assert f"{me.name} would like to stay in touch." in heard
    block_contact("block", talks.people[0], next(one for one in talks.people if one.person_id == other.pk))
    heard = page_of(theirs.get(address(talks, "notices/"))).text
    assert me.name not in heard
    token = {"HTTP_AUTHORIZATION": f"Token {token_of(other)}"}
    told = Client().get(f"/api/v1/events/{talks.event.slug}/notices/", **token).json()
    assert "contact_offered" not in str(told)
    assert client.post(address(talks, f"{base}attest/"), said).status_code == 404


def test_programs_say_the_same_of_a_table(talks: Hall, time_machine: TimeMachineFixture) -> None:
    talks.published()
    talks.accept_all()
    [row] = own_tables(talks.people[0], talks.now)
    me = {"HTTP_AUTHORIZATION": f"Token {token_of(talks.people[0].person)}"}
    base = f"/api/v1/events/{talks.event.slug}/rounds/mine/{row.meeting_id}/"
    client = Client()

    def send(path: str, body: dict[str, object], method: str = "post") -> dict[str, object]:
        call = getattr(client, method)
        return call(f"{base}{path}/", body, content_type="application/json", **me).json()

    time_machine.move_to(row.starts_at, tick=False)
    shown = send("arrive", {})
    assert (shown["kind"], shown["topic"], shown["i_am_here"]) == (talks.kind, talks.topic, True)
    time_machine.move_to(row.ends_at, tick=False)
    assert send("attest", {"took_place": True, "usefulness": 4})["my_word"] == "held"
    due = (row.ends_at.date() + dt.timedelta(days=1)).isoformat()
    assert send("follow-up", {"agreed": "x", "due_on": due}, "put")["follow_up"]["due_on"] == due
    assert send("follow-up", {"kept": False})["follow_up"]["kept"] is False
