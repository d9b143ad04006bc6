"""The calendar in a real browser, read by ical.js over HTTP from the feed's secret address."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from playwright.sync_api import Page

from backend.agenda.selectors.calendar import entry_for, feed_for
from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.safeguarding.services.blocks import block_person
from tests.backend.conftest import Forum, make_forum

DAY = dt.timedelta(days=1)
PARSER = Path(__file__).parent.parent / "vendor" / "ical.js"
READ = """
async ({parser, text}) => {
    const ICAL = (await import("data:text/javascript;base64," + parser)).default;
    const calendar = new ICAL.Component(ICAL.parse(text));
    for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
    const words = calendar.getAllSubcomponents("vevent").map(part => {
        const event = new ICAL.Event(part);
        return {
            uid: event.uid, sequence: event.sequence, summary: event.summary, location: event.location,
            status: part.getFirstPropertyValue("status"), zone: event.startDate.zone.tzid,
            clock: event.startDate.toString(),
            starts: event.startDate.toUnixTime(), ends: event.endDate.toUnixTime(),
        };
    });
    return {method: calendar.getFirstPropertyValue("method"), entries: words};
}
"""


def read(page: Page, text: str) -> dict[str, Any]:
    """What ical.js makes of a calendar; it knows no zone but those the file itself describes."""
    parser = base64.b64encode(PARSER.read_bytes()).decode()
    read_back: dict[str, Any] = page.evaluate(READ, {"parser": parser, "text": text})
    return read_back


def fetch(page: Page, door: str, forum: Forum, person: int) -> list[dict[str, Any]]:
    attendee = forum.people[person]
    feed = make_feed(attendee=attendee, by=attendee.person, now=forum.now)
    answer = page.request.get(f"{door}/calendar/{feed_address(feed).rpartition('/')[2]}")
    assert answer.ok
    entries: list[dict[str, Any]] = read(page, answer.text())["entries"]
    return entries


def alone(page: Page, reader: Attendee, meeting: Meeting, forum: Forum) -> tuple[str, list[tuple[Any, ...]]]:
    """The file of one meeting, as the page gives it and the mail carries it."""
    read_back = read(page, entry_for(reader, meeting.pk, forum.now).decode())
    return read_back["method"], [(e["uid"], e["sequence"], e["status"]) for e in read_back["entries"]]


def move(meeting: Meeting, slot: Slot) -> None:
    period = DateTimeTZRange(slot.starts_at, slot.ends_at)
    meeting.slot, meeting.period, meeting.sequence = slot, period, meeting.sequence + 1
    meeting.save()
    Seat.objects.filter(meeting=meeting).update(period=period)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Asia/Bangkok", dt.date(2027, 3, 28), "T11:00:00"),
        ("Europe/Berlin", dt.date(2027, 3, 28), "T11:00:00"),  # the day on which summer time begins
        ("America/New_York", dt.date(2027, 11, 7), "T11:00:00"),  # and one on which it ends
    ],
)
def test_a_browsers_parser_reads_one_entry_after_two_changes_and_a_cancelled_one_after_a_cancel(
    page: Page, door: str, zone: str, day: dt.date, clock: str
) -> None:
    forum = make_forum(timezone=zone, starts_on=day, ends_on=day)
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    move(meeting, forum.slots[1])
    move(meeting, forum.slots[2])
    for person, other in ((0, b), (1, a)):
        (entry,) = fetch(page, door, forum, person)
        assert (entry["uid"], entry["sequence"], entry["status"]) == (str(meeting.uid), 2, "CONFIRMED")
        assert (entry["zone"], entry["clock"]) == (zone, f"{day.isoformat()}{clock}")
        assert entry["starts"] == forum.slots[2].starts_at.timestamp()
        assert entry["ends"] == forum.slots[2].ends_at.timestamp()
        assert other.person.name in entry["summary"]
        assert entry["location"] == "T1"

    assert alone(page, b, meeting, forum) == ("REQUEST", [(str(meeting.uid), 2, "CONFIRMED")])

    forum.cancel(a, meeting)
    for person in (0, 1):
        (entry,) = fetch(page, door, forum, person)
        assert (entry["uid"], entry["sequence"], entry["status"]) == (str(meeting.uid), 3, "CANCELLED")
    assert alone(page, b, meeting, forum) == ("CANCEL", [(str(meeting.uid), 3, "CANCELLED")])


@pytest.mark.django_db(transaction=True)
def test_a_browsers_parser_reads_no_name_after_a_block(page: Page, door: str) -> None:
    forum = make_forum()
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    block_person(blocked=b.person, by=a.person, now=forum.now)
    for person in (0, 1):
        (entry,) = fetch(page, door, forum, person)
        assert (entry["status"], entry["summary"], entry["location"]) == ("CANCELLED", "Cancelled meeting", None)


ZONES = {"Europe/London": dt.date(2027, 3, 27), "America/New_York": dt.date(2027, 11, 6)}  # clocks change next
Entry = tuple[str, int, str, float, float]


def forum_over_a_change_of_clocks(zone: str, people: int) -> Forum:
    """Somebody with so many others; half hours from the evening before the change to the evening after it."""
    day = ZONES[zone]
    forum = make_forum(people=0, tables=2, slots=0, timezone=zone, starts_on=day, ends_on=day + DAY)
    opens = dt.datetime.combine(day, dt.time(20), forum.event.zone).astimezone(dt.UTC)
    half = dt.timedelta(minutes=30)
    forum.slots = [
        Slot.objects.create(event=forum.event, starts_at=opens + n * half, ends_at=opens + (n + 1) * half)
        for n in range(48)
    ]
    forum.join(people + 1)
    return forum


def as_icalendar_reads(text: str) -> set[Entry]:
    return {
        (
            str(one["uid"]), int(one["sequence"]), str(one["status"]), one.decoded("dtstart").timestamp(),
            one.decoded("dtend").timestamp(),
        )
        for one in icalendar.Calendar.from_ical(text).walk("VEVENT")
    }  # fmt: skip


def as_vobject_reads(text: str) -> set[Entry]:
    return {
        (
            one.uid.value, int(one.sequence.value), one.status.value, one.dtstart.value.timestamp(),
            one.dtend.value.timestamp(),
        )
        for one in vobject.readOne(text).vevent_list
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_three_parsers_read_forty_entries_alike_after_moves_cancels_and_a_change_of_clocks(
    page: Page, zone: str
) -> None:
    forum = forum_over_a_change_of_clocks(zone, 40)
    me, *others = forum.people
    meetings = [forum.arrange(me, other, slot) for other, slot in zip(others, forum.slots[:40], strict=True)]
    for meeting, slot in zip(meetings[30:38], forum.slots[40:], strict=True):
        forum.move(meeting, slot)
    for meeting in meetings[:10]:
        forum.cancel(me, meeting)
    expected = {
        (str(one.uid), one.sequence, "CANCELLED" if one.state == "cancelled" else "CONFIRMED",
         one.period.lower.timestamp(), one.period.upper.timestamp())
        for one in Meeting.objects.all()
    }  # fmt: skip
    text = feed_for(me, forum.now, forum.now).decode()
    by_ical_js = {
        (one["uid"], one["sequence"], one["status"], float(one["starts"]), float(one["ends"]))
        for one in read(page, text)["entries"]
    }
    assert len(expected) == 40
    assert sorted({sequence for _, sequence, *_ in expected}) == [0, 1]
    assert as_icalendar_reads(text) == expected
    assert as_vobject_reads(text) == expected
    assert by_ical_js == expected
