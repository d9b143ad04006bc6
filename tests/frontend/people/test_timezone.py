"""The zone one reads in: chosen once, and then shown on pages, in mails and in the calendar."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest

from backend.booking.models.notices import Notice
from backend.notifications.services.notice_mails import mail_for
from tests.pages import page_of

MINE = "12:00–12:30 your time"


@pytest.fixture
def agreed(booking):
    cast = booking.cast
    return booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))


def choose(client, booking, zone):
    return client.post(booking.cast.address("zone/"), {"zone": zone}, follow=True)


def texts(booking, agreed, client):
    """What the page, the mail and the calendar file say of the time."""
    page = client.get(booking.cast.address(f"meetings/{agreed.pk}/")).content.decode()
    notice = Notice.objects.get(meeting=agreed, kind="accepted", attendee=booking.cast.official)
    mail = mail_for(notice, booking.now)
    calendar = icalendar.Calendar.from_ical(client.get(booking.cast.address("calendar/titian.ics")).content)
    (entry,) = calendar.walk("vevent")
    return page, mail.body, str(entry["description"])


@pytest.mark.slow
def test_a_chosen_zone_stands_beside_the_forum_s_on_pages_in_mails_and_in_the_calendar(booking, agreed, official):
    page, mail, entry = texts(booking, agreed, official)
    assert "your time" not in page
    assert entry == "Wednesday 9 December 2026, 10:00–10:30 (Bangkok time, UTC+07:00)"
    text = choose(official, booking, "Asia/Tokyo").content.decode()
    assert "Beside the forum’s time you read that of Tokyo wherever it differs." in text
    booking.cast.official.person.refresh_from_db()
    page, mail, entry = texts(booking, agreed, official)
    assert MINE in page
    for words in (mail, entry):
        assert "10:00–10:30 (Bangkok time, UTC+07:00)" in words
        assert "12:00–12:30 (Tokyo time, UTC+09:00)" in words


def test_what_one_chose_counts_more_than_what_the_browser_says(booking, agreed, official):
    official.cookies["zone"] = "Asia/Tokyo"
    assert MINE in texts(booking, agreed, official)[0]
    choose(official, booking, "Asia/Kolkata")
    assert "08:30–09:00 your time" in texts(booking, agreed, official)[0]
    choose(official, booking, "Asia/Bangkok")
    assert "your time" not in texts(booking, agreed, official)[0]
    choose(official, booking, "")
    assert MINE in texts(booking, agreed, official)[0]


def test_the_browser_s_zone_is_preselected_and_a_made_up_one_ignored(booking, official):
    official.cookies["zone"] = "Asia/Tokyo"
    page = page_of(official.get(booking.cast.address("zone/")))
    assert page.attributes("#zone option[selected]", "value") == ["Asia/Tokyo"]
    assert "Your browser is set to Tokyo." in page
    official.cookies["zone"] = '"><script>'
    page = page_of(official.get(booking.cast.address("zone/")))
    assert page.attributes("#zone option[selected]", "value") == [""]
    assert "Your browser is set" not in page


def test_a_zone_there_is_not_is_refused_and_nothing_kept(booking, official):
    for zone in ("Mars/Olympus", "../../etc/passwd", "x" * 400):
        answer = choose(official, booking, zone)
        assert answer.status_code == 400
        assert "There is no time zone" in answer.content.decode()
    booking.cast.official.person.refresh_from_db()
    assert booking.cast.official.person.own_timezone == ""


def test_another_day_is_named(booking, official):
    late = booking.cast.event.sessions.create(
        title="Night",
        starts_at=booking.slots[0].starts_at + dt.timedelta(hours=13),
        ends_at=booking.slots[0].starts_at + dt.timedelta(hours=14),
    )
    late.parts.create(event=booking.cast.event, attendee=booking.cast.official)
    choose(official, booking, "Asia/Tokyo")
    page = official.get(booking.cast.address("meetings/")).content.decode()
    assert re.search(r">Thu 01:00–[0-9:]+ your time<", page)


def test_quiet_hours_are_chosen_on_the_same_page_and_switched_off(booking, official):
    address, me = booking.cast.address("zone/"), booking.cast.official.person
    hours = {"zone": "", "quiet_from": "21:00", "quiet_until": "06:00", "digest": "daily"}
    official.post(address, hours)
    me.refresh_from_db()
    assert (me.quiet_from, me.quiet_until, me.digest) == (dt.time(21), dt.time(6), "daily")
    refused = official.post(address, hours | {"digest": "weekly"})
    assert refused.status_code == 400
    assert "Choose whether mails come at once" in page_of(refused)
    page = page_of(official.get(address))
    assert page.attributes("#quiet-from option[selected]", "value") == ["21:00"]
    assert page.attributes("#quiet-until option[selected]", "value") == ["06:00"]
    assert page.attributes("input[name=digest][checked]", "value") == ["daily"]
    refused = official.post(address, hours | {"quiet_until": "21:00"})
    assert refused.status_code == 400
    assert "Quiet hours begin at one time and end at another" in refused.content.decode()
    official.post(address, hours | {"quiet_from": ""})
    me.refresh_from_db()
    assert (me.quiet_from, me.quiet_until) == (None, None)
    page = page_of(official.get(address))
    assert page.attributes("#quiet-until option[selected]", "value") == ["07:00"]
