"""One's own calendar on the page of one's times, and over the API."""

import pytest

from backend.booking.models.availability import Availability, BusyCalendar
from backend.booking.services.availability import follow_calendar
from backend.events.models.attendees import Attendee
from tests.factories import NOW
from tests.frontend.conftest import client_of
from tests.pages import page_of

ADDRESS = "https://calendar.example.org/private-1234/me.ics"


@pytest.fixture
def official(booking):
    client_of(booking.cast.official.person).post(
        booking.cast.address("availability/calendar/"), {"address": f" {ADDRESS} "}
    )
    return booking.cast.official


def times_of(booking, attendee):
    return page_of(client_of(attendee.person).get(booking.cast.address("availability/")))


def test_the_address_is_taken_and_shown_nowhere_and_what_it_closes_is_said(booking, official):
    page = times_of(booking, official)
    assert "Your calendar is read soon." in page
    kept = BusyCalendar.objects.get()
    follow_calendar(calendar_id=kept.pk, busy=[slot.pk for slot in booking.slots[:2]], now=NOW)
    BusyCalendar.objects.update(read_at=NOW)
    page = times_of(booking, official)
    assert "it closes 2 times" in page
    assert page.texts(".tick-cell .because") == ["busy in my calendar"] * 2
    own = client_of(official.person).get(booking.cast.address("availability/calendar/"))
    assert "private-1234" not in own.content.decode()
    client_of(official.person).post(booking.cast.address("availability/calendar/remove/"))
    assert not BusyCalendar.objects.exists()
    assert Availability.objects.filter(attendee=official).count() == len(booking.slots)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("peer_denied", "The other server does not let us read it."),
        ("peer_failed", "The other server did not answer, or answered with an error."),
        ("calendar_unreadable", "What stands there is no calendar that can be read."),
    ],
)
def test_what_hinders_it_is_one_sentence_beside_the_times(booking, official, code, sentence):
    BusyCalendar.objects.update(error=code, tried_at=NOW)
    assert sentence in times_of(booking, official)


def test_whole_groups_that_one_closes_stay_closed_once_the_calendar_is_free(booking, official):
    [kept] = BusyCalendar.objects.all()
    first = booking.slots[0].pk
    follow_calendar(calendar_id=kept.pk, busy=[first], now=NOW)
    address = booking.cast.address("availability/")
    client_of(official.person).post(address, {"slots": [], "all": "close:"})
    follow_calendar(calendar_id=kept.pk, busy=[], now=NOW)
    assert not Availability.objects.filter(attendee=official).exists()


@pytest.mark.parametrize("address", ["", "me.ics", "http://example.org/me.ics", "https://a:b@example.org/me.ics"])
def test_what_is_no_address_is_said_at_its_field(booking, address):
    cast = booking.cast
    answer = client_of(cast.official.person).post(cast.address("availability/calendar/"), {"address": address})
    assert answer.status_code == 422
    assert not BusyCalendar.objects.exists()
    assert page_of(answer).texts(".error")


def test_whoever_is_no_known_adult_is_offered_none(booking):
    cast = booking.cast
    Attendee.objects.filter(pk=cast.official.pk).update(age_class="unknown")
    client = client_of(cast.official.person)
    assert "Close times by my own calendar" not in page_of(client.get(cast.address("availability/")))
    answer = client.post(cast.address("availability/calendar/"), {"address": ADDRESS})
    assert answer.status_code == 422
    assert not BusyCalendar.objects.exists()


def test_the_api_takes_the_address_and_gives_none(booking):
    cast = booking.cast
    client, address = client_of(cast.official.person), f"/api/v1/events/{cast.event.slug}/busy-calendar/"
    assert client.get(address).status_code == 404
    answer = client.put(address, {"address": ADDRESS}, content_type="application/json")
    empty = {"busy_slots": [], "closed_slots": [], "tried_at": None, "read_at": None, "error": ""}
    assert (answer.json(), client.get(address).json()) == (empty, empty)
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
