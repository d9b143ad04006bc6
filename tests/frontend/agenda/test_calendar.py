"""My agenda in a calendar program, and on paper."""

import pytest
import vobject

from tests.factories import block_contact
from tests.frontend.conftest import client_of
from tests.pages import page_of


def text_of(client, address):
    return client.get(address).content.decode()


def test_the_day_sheet_shows_the_day_asked_for(booking):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    client = client_of(cast.official.person)
    sheet = page_of(client.get(cast.address("meetings/sheet/?day=2026-12-09")))
    assert "Wednesday 9 December 2026" in sheet
    assert sheet.texts("td strong") == ["Arif Rahman"]
    assert "T1" in sheet
    other = page_of(client.get(cast.address("meetings/sheet/?day=nonsense")))
    assert other.texts("td strong") == ["Arif Rahman"]
    assert "Nothing to print yet" in text_of(client_of(cast.lawyer.person), cast.address("meetings/sheet/"))


@pytest.mark.slow
def test_one_meeting_downloads_alone_and_after_a_cancel_takes_itself_out(booking):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    booking.accept(cast.lawyer, booking.ask(cast.official, cast.lawyer, booking.slots[1]))
    client = client_of(cast.official.person)
    address = booking.page(meeting, "meeting.ics")
    assert address in [link for _, link in page_of(client.get(booking.page(meeting))).links()]
    for verb, method, sequence, status in (("", "REQUEST", "0", "CONFIRMED"), ("cancel/", "CANCEL", "1", "CANCELLED")):
        if verb:
            client.post(booking.page(meeting, verb), {"reason": "I fell ill"})
        file = client.get(address)
        assert file["Content-Type"].startswith("text/calendar")
        assert file["Content-Disposition"] == 'attachment; filename="meeting.ics"'
        calendar = vobject.readOne(file.content.decode())
        assert calendar.validate(raiseException=True)
        assert calendar.method.value == method
        (entry,) = calendar.vevent_list
        assert (entry.uid.value, entry.sequence.value, entry.status.value) == (str(meeting.uid), sequence, status)
        assert "Arif Rahman" in entry.summary.value


def test_a_request_and_a_meeting_of_others_have_no_file(booking):
    cast = booking.cast
    asked = booking.ask(cast.official, cast.engineer, booking.slots[0])
    answer = client_of(cast.official.person).get(booking.page(asked, "meeting.ics"))
    assert answer.status_code == 404
    assert "not agreed yet" in page_of(answer)
    assert "meeting.ics" not in text_of(client_of(cast.official.person), booking.page(asked))
    agreed = booking.accept(cast.engineer, asked)
    assert client_of(cast.lawyer.person).get(booking.page(agreed, "meeting.ics")).status_code == 404
    block_contact("block", cast.engineer, cast.official)
    assert client_of(cast.official.person).get(booking.page(agreed, "meeting.ics")).status_code == 404


def test_the_calendar_downloads_and_its_address_can_be_rotated_and_closed(booking):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    client = client_of(cast.official.person)
    download = client.get(cast.address("calendar/titian.ics"))
    assert download["Content-Type"].startswith("text/calendar")
    assert b"Meeting with Arif Rahman" in download.content
    calendar = cast.address("calendar/")
    assert 'id="feed-address"' not in text_of(client, calendar)
    found = []
    for do in ("make", "make", "rotate"):
        shown = page_of(client.post(calendar, {"do": do}, follow=True))
        found.append("/calendar/" + shown.attribute("#feed-address", "value").partition("/calendar/")[2])
    first, again, fresh = found
    assert first == again != fresh
    assert client.get(first).status_code == 404
    assert b"Meeting with Arif Rahman" in client.get(fresh).content
    client.post(calendar, {"do": "close"})
    assert client.get(fresh).status_code == 404


def test_an_organiser_calls_off_a_meeting_of_two_others_once_they_say_why(booking):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    address = booking.page(meeting, "call-off/")
    assert client_of(cast.official.person).get(address).status_code == 403
    boss = client_of(cast.organiser.person)
    page = text_of(boss, address)
    assert "Wed 9 Dec, 10:00–10:30" in page
    assert "Arif Rahman" not in page
    assert "in a few words" in page_of(boss.post(address, {"reason": ""}))
    answer = boss.post(address, {"reason": "The hall is closed"}, follow=True)
    assert "called off, and both are told why" in page_of(answer)
    page = text_of(client_of(cast.official.person), booking.page(meeting))
    assert "The organisers cancelled it:" in page
    assert "The hall is closed" in page
    assert boss.get(address).status_code == 404


def test_the_calendar_page_gives_the_address_to_select_and_a_link_for_calendar_programs(booking):
    cast = booking.cast
    client = client_of(cast.official.person)
    assert not page_of(client.get(cast.address("calendar/"))).has("a[href^='webcal:']")
    page = page_of(client.post(cast.address("calendar/"), {"do": "make"}, follow=True))
    address = page.attribute("#feed-address", "value")
    assert page.attribute("a.button[href^='webcal:']", "href") == "webcal" + address[address.index(":") :]
    assert page.attribute("[data-copy]", "data-copy") == "feed-address"
    assert "hidden" in page.one("[data-copy]").attributes  # until a script can copy
    api = client.post(f"/api/v1/events/{cast.event.slug}/calendar-feed/").json()
    assert api["subscription"] == "webcal" + api["address"][api["address"].index(":") :]
