"""Rounds of tables on the pages and over the API, for organisers and for whoever has a place."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from backend.agenda.selectors.calendar import feed_for
from backend.booking.models.meetings import Meeting, Seat
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables
from backend.notifications.services.reminders import remind_people
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
    assert "There is no such table in these rounds." in shown.text
    shown = page_of(client.post(f"{answer.url}publish/", {"day": "", "hour": ""}))
    assert "This field is required." in shown.text
    by = hall.now.astimezone(hall.event.zone) + dt.timedelta(days=1)
    client.post(f"{answer.url}publish/", {"day": by.date().isoformat(), "hour": "18:00"})
    hall.work(rounds)
    assert "Places accepted0 / 36" in page_of(client.get(answer.url)).text
    assert (
        "Everybody meets everybody Published" in page_of(client.get(address(hall, "programme/rounds/"))).text
    )


def test_what_is_wrong_with_an_order_stands_at_its_field(hall: Hall) -> None:
    shown = page_of(desk(hall).post(address(hall, "programme/rounds/"), {"least": 2, "most": 5}))
    assert "Give the rounds a title of at most 120 characters." in shown.text


def test_somebody_reads_their_tables_accepts_and_leaves(hall: Hall) -> None:
    rounds = hall.published()
    me = hall.people[0]
    client = client_of(me.person)
    assert (
        "The organisers propose you places at tables" in page_of(client.get(address(hall, "meetings/"))).text
    )
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
        hall.event,
        hidden.pk,
        AliasData(name="Orchid", real_name=hidden.name),
        is_wish=True,
        by=None,
        now=hall.now,
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
