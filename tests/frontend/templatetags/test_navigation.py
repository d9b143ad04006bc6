"""The navigation of an attendee: its entries, and how many things wait for an answer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.meetings import Meeting
from backend.booking.models.questions import Question
from backend.booking.selectors.meetings import requests_to_answer
from backend.booking.selectors.open_contacts import waiting_answers
from backend.events.models.attendees import Attendee
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact
from tests.frontend.conftest import Booking, Cast, client_of
from tests.pages import page_of

MEETINGS = "Meetings 2 waiting"


@pytest.fixture
def forum(db: None) -> Forum:
    return make_forum(people=6)


def agree(attendee: Attendee, now: dt.datetime) -> int:
    """The count, which is that of the rows."""
    count = waiting_answers(attendee, now)
    assert count == len(requests_to_answer(attendee, now))
    return count


@pytest.mark.slow
def test_the_count_is_that_of_the_rows_whatever_waits(forum: Forum) -> None:
    me, a, b, c, d, e = forum.people
    assert agree(me, forum.now) == 0
    asked = forum.ask(a, me, *forum.slots[:2])
    forum.ask(b, me, forum.slots[0])
    sent = forum.ask(me, c, forum.slots[1])
    assert (agree(me, forum.now), agree(c, forum.now)) == (2, 1)
    forum.question(c, sent, "About what?")
    assert agree(me, forum.now) == 3
    forum.reply(me, sent, "Chats.")
    assert agree(me, forum.now) == 2
    forum.counter(c, sent, forum.slots[3])
    assert (agree(me, forum.now), agree(c, forum.now)) == (3, 0)
    forum.propose(me, d, forum.slots[4])
    assert (agree(me, forum.now), agree(d, forum.now)) == (4, 1)
    forum.accept(d, Meeting.objects.latest("pk"))
    assert (agree(me, forum.now), agree(d, forum.now)) == (4, 0)
    forum.accept(me, asked, forum.slots[0])
    assert agree(me, forum.now) == 3
    forum.counter(a, asked, forum.slots[5])
    assert agree(me, forum.now) == 4
    with CaptureQueriesContext(connection) as asked_of:
        waiting_answers(me, forum.now)
    assert len(asked_of) == 2
    assert agree(me, forum.now + dt.timedelta(days=300)) == agree(e, forum.now) == 0
    assert Question.objects.count() == 1


def test_who_is_hidden_from_me_is_not_counted(forum: Forum, blocked_by: str) -> None:
    me, a, b, *_ = forum.people
    forum.ask(a, me, forum.slots[0])
    forum.ask(b, me, forum.slots[1])
    assert agree(me, forum.now) == 2
    Attendee.objects.filter(pk=a.pk).update(visibility="hidden")
    assert agree(me, forum.now) == 1
    block_contact(blocked_by, b, me, forum.now)
    assert agree(me, forum.now) == 0


def test_the_bar_has_six_entries_and_a_screen_reader_hears_how_many_wait(booking: Booking) -> None:
    cast = booking.cast
    for asker, slot in ((cast.engineer, booking.slots[0]), (cast.lawyer, booking.slots[1])):
        booking.ask(asker, cast.official, slot)
    page = page_of(client_of(cast.official.person).get(cast.address("suggestions/")))
    assert page.texts(".nav > a") == ["Home", "Suggestions", MEETINGS, "Agenda", "People"]
    assert page.text_of("#more > summary") == "More"
    assert page.texts(".nav > a[aria-current]") == ["Suggestions"]
    other = page_of(client_of(cast.engineer.person).get(cast.address("people/")))
    assert other.texts(".nav > a") == ["Home", "Suggestions", "Meetings", "Agenda", "People"]


def test_the_agenda_is_a_page_of_its_own(booking: Booking) -> None:
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    booking.accept(cast.engineer, meeting, booking.slots[0])
    page = page_of(client_of(cast.official.person).get(cast.address("agenda/")))
    assert page.texts(".nav > a[aria-current]") == ["Agenda"]
    assert "Arif Rahman" in page.text_of(".agenda")
    assert "Nothing in your agenda yet" in page_of(client_of(cast.lawyer.person).get(cast.address("agenda/")))


def test_a_minor_reads_no_count_and_no_way_to_people(cast: Cast) -> None:
    page = page_of(client_of(cast.minor.person).get(cast.address("sessions/")))
    assert page.texts(".nav > a") == ["Home", "Sessions", "My profile"]
    agenda = page_of(client_of(cast.minor.person).get(cast.address("agenda/")))
    assert "Nobody under 18 is asked to meet one to one" in agenda
    assert not agenda.has("main a.button")
