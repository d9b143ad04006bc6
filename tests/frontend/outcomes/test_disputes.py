"""Meetings on which the two reports differ or one side only reported, as organisers see them."""

import datetime as dt
import re

import pytest

from backend.events.models.attendees import Attendee
from backend.outcomes.services.attestations import attest_meeting, settle_unattested
from backend.safeguarding.services.blocks import block_person
from frontend.outcomes.views import disputes
from tests.factories import make_attendee
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.fixture
def page(booking):
    """The page as the organiser reads it."""
    client = client_of(booking.cast.organiser.person)

    def read(query="", address="set-up/told/"):
        answer = client.get(booking.cast.address(address + query))
        assert answer.status_code == 200
        return page_of(answer)

    return read


@pytest.fixture
def met(booking):
    """Two meetings that are over: the official says both took place."""
    cast = booking.cast
    meetings = [
        booking.accept(other, booking.ask(cast.official, other, slot))
        for other, slot in ((cast.engineer, booking.slots[0]), (cast.lawyer, booking.slots[1]))
    ]
    booking.now = booking.slots[-1].ends_at
    for meeting in meetings:
        attest(booking, cast.official, meeting, took_place=True)
    return meetings


def attest(booking, who, meeting, took_place):
    attest_meeting(attendee=who, meeting_id=meeting.pk, took_place=took_place, by=who.person, now=booking.now)


@pytest.mark.slow
def test_disputes_come_first_with_both_reports_then_meetings_reported_by_one(booking, met, page):
    cast = booking.cast
    assert "Nothing to ask about" in page()
    attest(booking, cast.engineer, met[0], took_place=False)
    assert "The two reports differ 1" in page(address="set-up/venue/")
    settle_unattested(now=booking.now + dt.timedelta(days=4))
    text = page().text
    disputed, by_one = text.index("Arif Rahman"), text.index("Linh Tran")
    assert disputed < by_one
    assert re.search(r"Mali Wongsa, [^:]+: it took place Arif Rahman, [^:]+: it did not take place", text)
    assert re.search(r"Reported by one side only Mali Wongsa, [^:]+: it took place Linh Tran, [^:]+: no report", text)
    assert "Reported by one side only 1" in page(address="set-up/venue/")
    attest(booking, cast.lawyer, met[1], took_place=True)
    assert "Linh" not in page().html


@pytest.mark.slow
def test_one_side_that_says_they_did_not_meet_stands_there_too(booking, met, page):
    cast = booking.cast
    assert "Reported by one side only 0" in page(address="set-up/venue/")
    attest(booking, cast.official, met[0], took_place=False)
    assert "Reported by one side only 1" in page(address="set-up/venue/")
    assert re.search(r"Mali Wongsa, [^:]+: it did not take place Arif Rahman, [^:]+: no report", page().text)


def test_it_names_people_as_the_organisers_list_does_and_links_only_whom_they_may_see(booking, met):
    cast = booking.cast
    attest(booking, cast.engineer, met[0], took_place=False)
    boss = make_attendee(cast.event, name="Olaf", permission="organiser")
    links = [cast.address(f"people/{one.pk}/") for one in (cast.official, cast.engineer)]

    def seen():
        page = page_of(client_of(boss.person).get(cast.address("set-up/told/")))
        found = [address for _, address in page.links()]
        return [link in found for link in links], "Rahman" in page.html

    assert seen() == ([True, True], True)
    block_person(blocked=boss.person, by=cast.official.person, now=booking.now)
    Attendee.objects.filter(pk=cast.engineer.pk).update(age_class="minor")
    assert seen() == ([False, False], False)


@pytest.mark.slow
def test_many_are_turned_over_page_by_page(booking, met, page, monkeypatch):
    cast = booking.cast
    for other, meeting in zip((cast.engineer, cast.lawyer), met, strict=True):
        attest(booking, other, meeting, took_place=False)
    monkeypatch.setattr(disputes, "PAGE", 1)
    assert ["Linh Tran" in page(f"?page={number}") for number in (1, 2)] == [True, False]
