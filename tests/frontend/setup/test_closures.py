"""The organiser's page of closed times."""

import pytest

from backend.booking.models.closures import Closure
from backend.setup.services.closures import displace_meetings
from tests.frontend.conftest import client_of
from tests.pages import page_of

FIELDS = {"day": "2026-12-09", "opens": "10:00", "closes": "10:30", "room": "", "reason": "Flood"}


@pytest.fixture
def send(booking):
    client = client_of(booking.cast.organiser.person)

    def post(path="set-up/closed/", **fields):
        return client.post(booking.cast.address(path), fields, follow=True)

    return post


def test_a_time_is_counted_closed_and_opened_with_its_meeting_back(booking, send):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    page = page_of(send(**FIELDS, do="preview"))
    assert "1 agreed meeting takes place then." in page
    assert not Closure.objects.exists()
    assert "is closed" in page_of(send(**FIELDS, do="close"))
    closure = Closure.objects.get()
    assert (closure.starts_at, closure.reason) == (booking.slots[0].starts_at, "Flood")
    assert "1 still to move" in page_of(client_of(cast.organiser.person).get(cast.address("set-up/closed/")))
    displace_meetings(now=booking.now)
    meeting.refresh_from_db()
    assert meeting.slot == booking.slots[1]
    page = page_of(client_of(cast.official.person).get(cast.address("availability/")))
    assert "Flood" in page
    page = page_of(send(f"set-up/closed/{closure.pk}/", do="undo"))
    assert "1 meeting is back as before" in page
    meeting.refresh_from_db()
    assert meeting.slot == booking.slots[0]


def test_a_whole_day_is_closed_without_hours_and_one_hour_alone_is_an_error(booking, send):
    send(**FIELDS | {"opens": "", "closes": ""}, do="close")
    closure = Closure.objects.get()
    zone = booking.cast.event.zone
    assert closure.starts_at.astimezone(zone).hour == 0
    assert (closure.ends_at - closure.starts_at).total_seconds() == 24 * 3600
    answer = send(**FIELDS | {"closes": ""}, do="close")
    assert (answer.status_code, "Give both hours" in page_of(answer)) == (422, True)


def test_another_forum_s_closed_time_is_not_found(booking, send):
    assert send("set-up/closed/999/", do="reopen").status_code == 404
    assert send("set-up/closed/999/", do="undo").status_code == 404
    assert send("set-up/closed/999/", do="sing").status_code == 400
