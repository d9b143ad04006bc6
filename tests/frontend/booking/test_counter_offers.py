"""Other times instead, on the pages of the two and through the links of their mails."""

from __future__ import annotations

import pytest

from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import Meeting
from backend.notifications.selectors.answer_links import answer_token
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of


@pytest.fixture
def asked(booking: Booking) -> Meeting:
    return booking.ask(booking.cast.official, booking.cast.engineer, booking.slots[0])


def link(meeting, attendee, purpose, slot=None):
    return f"/answer/{answer_token(meeting.pk, attendee, purpose, slot_id=slot.pk if slot else None)}/"


def ids_in(page):
    return [int(value) for value in page.attributes("input[name=slots]", "value")]


def test_the_pages_lead_from_a_request_to_another_time_and_from_there_to_a_move(booking, asked):
    cast, slots = booking.cast, booking.slots
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    address = booking.page(asked, "other-times/")
    assert ("Offer other times (Mali Wongsa)", address) in page_of(arif.get(booking.page(asked))).links()
    assert mali.get(address).status_code == 302  # her request: she changes it
    shown = page_of(arif.get(address))
    assert ids_in(shown) == [slot.pk for slot in slots[1:]]
    nothing = arif.post(address)
    assert nothing.status_code == 400
    assert "Offer one to 3 different times." in page_of(nothing)
    told = arif.post(address, {"slots": [slots[1].pk, slots[2].pk]}, follow=True)
    assert "We sent Mali Wongsa the times." in page_of(told)
    assert "You offered other times" in page_of(told)
    assert "They offer other times than you asked for." in page_of(mali.get(cast.address()))
    hers = page_of(mali.get(cast.address("meetings/")))
    assert "Arif Rahman offers other times" in hers.text_of("section.counter-offer .label")
    again = arif.get(address)
    assert page_of(again).fields()["slots"] == [str(slots[1].pk), str(slots[2].pk)]
    wrong = mali.post(f"{address}take/", {"slot": slots[4].pk})
    assert wrong.status_code == 400
    assert "not among those that are offered" in page_of(wrong)
    done = mali.post(f"{address}take/", {"slot": slots[2].pk}, follow=True)
    assert "You meet Arif Rahman: " in page_of(done)
    asked.refresh_from_db()
    assert (asked.state, asked.slot_id) == ("accepted", slots[2].pk)

    assert "That stays so until Arif Rahman takes one" in page_of(mali.get(address))
    mali.post(address, {"slots": [slots[3].pk]})
    page = page_of(arif.get(booking.page(asked)))
    assert len(page.all("section.counter-offer button.time")) == 1
    arif.post(f"{address}refuse/")
    assert not page_of(mali.get(booking.page(asked))).has(".counter-offer")
    mali.post(address, {"slots": [slots[4].pk]})
    mali.post(f"{address}withdraw/")
    gone = arif.post(f"{address}take/", {"slot": slots[4].pk})
    assert (gone.status_code, CounterOffer.objects.filter(state="open").count()) == (409, 0)
    asked.refresh_from_db()
    assert asked.slot_id == slots[2].pk


@pytest.mark.slow
def test_a_request_answered_with_other_times_waits_for_the_asker_on_every_page(booking, asked):
    cast, slots = booking.cast, booking.slots
    arif = client_of(cast.engineer.person)
    pages = [cast.address(), cast.address("meetings/"), cast.address(f"people/{cast.official.pk}/")]
    assert all("Waits for your answer" in page_of(arif.get(pages[at])) for at in (2,))
    arif.post(booking.page(asked, "other-times/"), {"slots": [slots[1].pk]})
    for address in (*pages, booking.page(asked)):
        page = page_of(arif.get(address))
        assert "waits for your answer" not in page.text.lower()
    assert "Mali Wongsa" in page_of(arif.get(cast.address("meetings/"))).text_of("[aria-labelledby=offered]")
    assert "You offered other times" in page_of(arif.get(pages[2])).text_of(".actions")
    listed = arif.get(f"/api/v1/events/{cast.event.slug}/meetings/").json()
    assert [len(listed[name]) for name in ("to_answer", "offered_times")] == [0, 1]
    arif.post(booking.page(asked, "other-times/withdraw/"))
    assert "1 request waits for your answer" in page_of(arif.get(cast.address("meetings/")))


def test_the_mail_s_page_to_accept_leads_to_other_times_and_to_a_no(booking, asked, client):
    cast, slots = booking.cast, booking.slots
    page = page_of(client.get(link(asked, cast.engineer, "accept", slots[0])))
    ways = dict(page.links(".answer"))
    assert "Decline Mali Wongsa’s request?" in page_of(client.get(ways["Decline"]))
    address = ways["Offer other times"]
    assert ids_in(page_of(client.get(address))) == [slot.pk for slot in slots[1:]]
    assert CounterOffer.objects.count() == 0
    assert client.post(address, {"slots": [slots[0].pk]}).status_code == 400
    assert page_of(client.post(address, {"slots": [slots[1].pk]})).text_of("h1") == "The times are offered"
    take = link(asked, cast.official, "take_counter", slots[1])
    ways = dict(page_of(client.get(take)).links(".answer"))
    assert "None of the times Arif Rahman offers" in page_of(client.get(ways["None of them suits me"]))
    for _ in range(2):
        assert page_of(client.post(take)).text_of("h1") == "You meet Arif Rahman"
    asked.refresh_from_db()
    assert (asked.state, asked.slot_id) == ("accepted", slots[1].pk)
    assert client.get(address).status_code == 200  # an agreed meeting can be moved by the same link
    assert client.get(ways["None of them suits me"]).status_code == 409


@pytest.mark.slow
def test_the_link_that_none_suits_answers_once(booking, asked, client):
    cast = booking.cast
    client.post(link(asked, cast.engineer, "counter"), {"slots": [booking.slots[1].pk]})
    address = link(asked, cast.official, "refuse_counter")
    assert page_of(client.post(address)).text_of("h1") == "Thank you, noted"
    assert client.post(address).status_code == 409
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_over_the_api_times_are_offered_taken_refused_and_taken_back(booking, asked):
    cast, slots = booking.cast, booking.slots
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    address = f"/api/v1/events/{cast.event.slug}/meetings/{asked.pk}/other-times/"

    def send(client, verb, rest="", **body):
        return getattr(client, verb)(f"{address}{rest}", body, content_type="application/json")

    offer = send(arif, "put", slots=[slots[1].pk]).json()
    assert offer["counter_offer"]["by_me"]
    assert "withdraw_counter" in offer["actions"]
    listed = mali.get(f"/api/v1/events/{cast.event.slug}/meetings/").json()
    assert [one["counter_offer"]["times"][0]["slot"] for one in listed["to_answer"]] == [slots[1].pk]
    assert send(mali, "post", "refuse/").json()["counter_offer"] is None
    assert send(mali, "post", "refuse/").json()["code"] == "no_counter_offer"
    assert send(mali, "put", slots=[slots[1].pk]).status_code == 403
    assert send(arif, "put", slots=[]).status_code == 400
    send(arif, "put", slots=[slots[2].pk])
    assert send(arif, "delete").json()["counter_offer"] is None
    send(arif, "put", slots=[slots[3].pk])
    assert send(mali, "post", "take/", slot=slots[3].pk).json()["state"] == "accepted"
    assert send(client_of(cast.lawyer.person), "post", "take/", slot=slots[3].pk).status_code == 404
