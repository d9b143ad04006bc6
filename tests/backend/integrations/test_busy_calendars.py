"""An attendee's own calendar closes their free times: over real HTTPS, and as three programs write calendars."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection

from backend.agenda.selectors.calendar import feed_for
from backend.booking.models.availability import Availability, BusyCalendar
from backend.booking.models.meetings import Meeting
from backend.booking.services.availability import close_slots, open_slots
from backend.core.errors import NotYours
from backend.core.outgoing import AddressRefused
from backend.core.sandbox import TooLarge, Unreadable
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.integrations.services import busy_calendars
from backend.integrations.services.busy_calendars import (
    READ_CALENDAR,
    queue_due_calendars,
    read_busy_calendar,
    remove_busy_calendar,
    set_busy_calendar,
)
from backend.integrations.services.busy_times import busy_times
from backend.privacy.selectors import export_for
from backend.privacy.services.leaving import erase_account
from tests.backend.conftest import Forum, make_forum
from tests.factories import make_attendee, make_session
from tests.https import Answer, Peer
from tests.refusals import refuses
from tests.registrations import QUICK
from tests.worker import waiting_jobs

FOLDER: Path = settings.BASE_DIR / "tests" / "fixtures" / "calendars"
BANGKOK = ZoneInfo("Asia/Bangkok")
HOUR = dt.timedelta(hours=1)


def written(*lines: str) -> bytes:
    """A calendar of one entry for each line, whose properties are parted by bars."""
    entries = [f"BEGIN:VEVENT|{line}|END:VEVENT" for line in lines]
    return "\r\n".join(["BEGIN:VCALENDAR", *"|".join(entries).split("|"), "END:VCALENDAR", ""]).encode()


def at(slot: int, uid: str = "one", more: str = "") -> str:
    """An entry in one of the forum's half hours."""
    starts = dt.datetime(2026, 12, 9, 3, tzinfo=dt.UTC) + slot * HOUR / 2
    return f"UID:{uid}|DTSTART:{starts:%Y%m%dT%H%M%SZ}|DURATION:PT30M{more}"


def read(data: bytes) -> list[str]:
    first = dt.datetime(2026, 12, 9, 8, tzinfo=BANGKOK)
    last = dt.datetime(2026, 12, 12, 18, tzinfo=BANGKOK)
    found = busy_times(data, starts_at=first, ends_at=last, zone="Asia/Bangkok")
    hours = [[f"{one.astimezone(BANGKOK):%d %H:%M}" for one in both] for _uid, *both in found]
    return [f"{starts}-{ends[3:]}" for starts, ends in hours]


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("google", ["09 10:00-10:30", "09 16:00-16:30"]),  # a series of which one is moved and one left out
        ("outlook", ["09 10:00-10:30", "10 09:00-09:30", "11 00:00-00:00"]),  # zones by their Windows names
        ("apple", ["09 09:00-09:30", "09 12:00-12:45", "10 11:00-11:45", "10 15:00-15:30"]),
    ],
)
def test_calendars_of_three_programs_are_read(name: str, times: list[str]) -> None:
    data = (FOLDER / f"{name}.ics").read_bytes()
    assert read(data) == times
    assert read(data.replace(b"\n", b"\r\n")) == times


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("RRULE:FREQ=DAILY;UNTIL=20261210", ["09 10:00-10:30", "10 10:00-10:30"]),
        ("RRULE:FREQ=DAILY;UNTIL=20261210T030000Z", ["09 10:00-10:30", "10 10:00-10:30"]),
        ("RRULE:FREQ=DAILY;COUNT=3|EXDATE;VALUE=DATE:20261210", ["09 10:00-10:30", "11 10:00-10:30"]),
        ("RDATE;VALUE=PERIOD:20261210T030000Z/PT1H", ["09 10:00-10:30", "10 10:00-10:30"]),
        ("RRULE:FREQ=NONSENSE", []),
        ("TRANSP:TRANSPARENT", []),
        ("STATUS:CANCELLED", []),
    ],
)
def test_what_repeats_is_read_to_its_end_and_what_is_free_is_not(rule: str, times: list[str]) -> None:
    assert read(written(at(0, more=f"|{rule}"))) == times


@pytest.mark.slow
def test_a_calendar_beyond_the_limits_or_that_is_none_is_refused_in_time() -> None:
    never_ending = "UID:x|DTSTART:19700101T000000Z|DTEND:19700101T000001Z|RRULE:FREQ=SECONDLY"
    for data in (written(never_ending), written(*["UID:x|DTSTART:20200101"] * 20_001)):
        with pytest.raises(TooLarge):
            read(data)
    for data in (b"", b"<html></html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", written(at(0))[:60]):
        with pytest.raises(Unreadable):
            read(data)


@dataclass
class Own:
    """A forum, and the calendar of its first attendee on a server that answers `data`."""

    forum: Forum
    me: Attendee
    peer: Peer
    data: bytes = written()
    status: int = 200

    def follow(self) -> None:
        address = self.peer.address("/private/me.ics")
        set_busy_calendar(attendee=self.me, address=address, by=self.me.person, now=self.forum.now)

    def read(self, *slots: int, data: bytes = b"") -> list[int]:
        """Read the calendar with these half hours busy; gives which are open then."""
        self.data = data or written(*[at(one, f"uid{one}") for one in slots])
        read_busy_calendar(calendar_id=self.kept().pk, now=self.forum.now, patience=QUICK)
        return self.opened()

    def kept(self) -> BusyCalendar:
        return BusyCalendar.objects.get(attendee=self.me)

    def opened(self) -> list[int]:
        found = set(Availability.objects.filter(attendee=self.me).values_list("slot_id", flat=True))
        return [number for number, slot in enumerate(self.forum.slots) if slot.pk in found]

    def change(self, service: object, *slots: int) -> None:
        ids = [self.forum.slots[one].pk for one in slots]
        service(attendee=self.me, slot_ids=ids, by=self.me.person, now=self.forum.now)  # type: ignore[operator]


@pytest.fixture
def own(db: None, peer: Peer) -> Own:
    forum = make_forum()
    found = Own(forum, forum.people[0], peer)
    inside = {"Location": "https://169.254.169.254/latest/meta-data/"}
    peer.answer = lambda _asked: Answer(found.data, found.status, inside if found.status == 302 else {})
    found.follow()
    return found


def test_busy_times_are_closed_and_opened_again_with_the_calendar(own: Own) -> None:
    assert own.read(0, 2) == [1, 3, 4, 5]
    assert own.read(2) == [0, 1, 3, 4, 5]
    assert own.read() == [0, 1, 2, 3, 4, 5]
    assert own.peer.asked[0].path == "/private/me.ics"
    assert own.kept().error == ""


def test_it_opens_only_what_it_closed_and_leaves_what_one_opens_or_closes_oneself(own: Own) -> None:
    own.change(close_slots, 1)
    assert own.read(0, 1, 2, 3) == [4, 5]
    own.change(open_slots, 0)
    own.change(close_slots, 2)  # closed by the calendar, and now for good
    assert own.read(0, 1, 2, 3) == [0, 4, 5]
    assert own.read() == [0, 3, 4, 5]


def test_a_meeting_is_never_closed_and_requests_go_on_at_their_other_times(own: Own) -> None:
    other, third = own.forum.people[1:3]
    agreed = own.forum.accept(other, own.forum.ask(own.me, other, own.forum.slots[0]))
    asked = own.forum.ask(third, own.me, *own.forum.slots[1:3])
    assert own.read(0, 1) == [0, 2, 3, 4, 5]
    agreed.refresh_from_db()
    asked.refresh_from_db()
    assert (agreed.state, asked.state) == (Meeting.State.ACCEPTED, Meeting.State.REQUESTED)
    assert [one.slot for one in asked.times.all()] == own.forum.slots[2:3]
    own.forum.cancel(other, agreed)
    assert own.read(0, 1) == [2, 3, 4, 5]  # still busy there, and free of the meeting


def test_our_own_calendar_given_as_the_address_closes_nothing(own: Own) -> None:
    other = own.forum.people[1]
    session = make_session(own.forum.event)
    slot = own.forum.slots[3]
    type(session).objects.filter(pk=session.pk).update(starts_at=slot.starts_at, ends_at=slot.ends_at)
    session.parts.create(event=own.forum.event, attendee=own.me)
    own.forum.accept(other, own.forum.ask(own.me, other, own.forum.slots[0]))
    feed = feed_for(own.me, own.forum.now, own.forum.now)
    assert feed.count(b"BEGIN:VEVENT") == 2
    assert own.read(data=feed) == [0, 1, 2, 3, 4, 5]
    assert own.read(data=feed.replace(b"UID:", b"UID:not-ours-")) == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(
    ("status", "data", "error"),
    [
        (403, b"", "peer_denied"),
        (404, b"", "peer_failed"),
        (500, b"", "peer_failed"),
        (302, b"", "address_refused"),
        (200, b"<html>Sign in</html>", "calendar_unreadable"),
    ],
)
def test_what_fails_is_kept_as_a_code_and_changes_no_time(own: Own, status: int, data: bytes, error: str) -> None:
    assert own.read(0) == [1, 2, 3, 4, 5]
    own.status = status
    assert own.read(data=data or written()) == [1, 2, 3, 4, 5]
    assert own.kept().error == error
    own.status = 200
    assert own.read() == [0, 1, 2, 3, 4, 5]
    assert own.kept().error == ""


def test_no_address_of_ones_own_network_is_asked(own: Own, settings) -> None:
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    own.read(0)
    assert (own.kept().error, own.peer.asked) == ("address_refused", [])
    for address in ("http://example.org/me.ics", "https://me:secret@example.org/", "file:///etc/passwd", ""):
        with pytest.raises(AddressRefused):
            set_busy_calendar(attendee=own.me, address=address, by=own.me.person, now=own.forum.now)


def test_the_address_is_encrypted_and_nothing_else_of_the_calendar_is_kept(own: Own) -> None:
    data = (FOLDER / "google.ics").read_bytes()
    assert own.read(data=data) == [1, 2, 3, 4, 5]
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(one)::text from booking_busycalendar one")
        [(kept,)] = cursor.fetchall()
    assert not [word for word in ("private", "localhost", "google", "Team") if word in kept]
    set_busy_calendar(
        attendee=own.me, address="WEBCAL://localhost/other.ics", by=own.me.person, now=own.forum.now
    )  # as programs show it
    assert own.kept().read_at is None
    settings_of = export_for(own.me.person, own.forum.now)["forums"][0]["busy_calendar"]
    assert settings_of[0]["closed_slots"] == [own.forum.slots[0].pk]


def test_who_forgets_it_has_the_times_back_that_it_closed_also_in_an_archived_forum(own: Own) -> None:
    own.change(close_slots, 1)
    own.read(0, 1)
    Event.objects.update(state=Event.State.ARCHIVED)
    own.me.event.refresh_from_db()
    remove_busy_calendar(attendee=own.me, by=own.me.person, now=own.forum.now)
    assert own.opened() == [0, 2, 3, 4, 5]
    assert not BusyCalendar.objects.exists()


def test_it_is_the_attendees_alone_and_goes_with_them(own: Own) -> None:
    other = own.forum.people[1]
    with pytest.raises(NotYours):
        set_busy_calendar(attendee=own.me, address="https://example.org/", by=other.person, now=own.forum.now)
    with pytest.raises(NotYours):
        remove_busy_calendar(attendee=own.me, by=other.person, now=own.forum.now)
    erase_account(person=own.me.person, is_confirmed=True, by=own.me.person, now=own.forum.now)
    assert not BusyCalendar.objects.exists()


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_only_known_adults_have_one_and_whoever_is_none_any_more_has_it_forgotten(own: Own, age_class: str) -> None:
    young = make_attendee(own.forum.event, age_class=age_class)
    with refuses("no_calendar_here"):
        set_busy_calendar(attendee=young, address="https://example.org/", by=young.person, now=own.forum.now)
    Attendee.objects.filter(pk=own.me.pk).update(age_class=age_class)
    own.read(0)
    assert own.peer.asked == []
    assert queue_due_calendars(now=own.forum.now) == 0
    assert not BusyCalendar.objects.exists()


def test_a_rehearsal_reads_no_calendar(own: Own) -> None:
    rehearsal = make_forum(rehearsal_of=own.forum.event)
    one = rehearsal.people[0]
    with refuses("no_calendar_here"):
        set_busy_calendar(attendee=one, address="https://example.org/", by=one.person, now=own.forum.now)


def test_the_clock_reads_each_once_an_hour_until_the_forum_is_over(own: Own) -> None:
    own.read(0)
    assert queue_due_calendars(now=own.forum.now + HOUR / 2) == 0
    assert [queue_due_calendars(now=own.forum.now + HOUR) for _again in range(2)] == [1, 1]
    assert len(waiting_jobs(READ_CALENDAR)) == 2  # the first reading, and one of the clock
    assert queue_due_calendars(now=own.forum.now + dt.timedelta(days=30)) == 0


def test_an_address_that_was_changed_meanwhile_gets_nothing_of_the_one_before(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_slowly(data: bytes, **more: object) -> object:
        own.follow()
        return busy_times(data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(busy_calendars, "busy_times", read_slowly)
    assert own.read(0) == [0, 1, 2, 3, 4, 5]
    assert own.kept().tried_at is None
