"""Calendar files, written with one library and read back with another (vobject)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.agenda.models import CalendarFeed
from backend.agenda.selectors.calendar import feed_for, invitation_for, meeting_address, zone_between
from backend.agenda.services.calendar_feeds import feed_address, make_feed, revoke_feed, rotate_feed
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.meetings import rows_for
from backend.booking.services.meetings import end_refused_meetings
from backend.events.models.agenda import SessionPart, Slot, Table
from backend.events.models.attendees import Attendee
from backend.safeguarding.services.blocks import block_person
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, make_session, unblock_contact

pytestmark = pytest.mark.django_db


def path_of(feed: CalendarFeed) -> str:
    return "/calendar/" + feed_address(feed).rpartition("/")[2]


def entries_in(body: bytes) -> list[vobject.base.Component]:
    """The events of a calendar as vobject reads them, and no complaint of its checks."""
    calendar = vobject.readOne(body.decode())
    assert calendar.validate(raiseException=True)
    assert b"\r\n" in body
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    return list(getattr(calendar, "vevent_list", []))


def feed_of(attendee: Attendee, forum: Forum) -> list[vobject.base.Component]:
    return entries_in(feed_for(attendee, forum.now, forum.now))


def invited(meeting: Meeting, reader: Attendee, now: dt.datetime) -> bytes:
    meeting.refresh_from_db()
    row = next(iter(rows_for(reader, Meeting.objects.filter(pk=meeting.pk), now)), None)
    return invitation_for(meeting, row, reader, now)


def move(meeting: Meeting, slot: Slot, table: Table) -> None:
    """The meeting takes place elsewhere, as a new agreement would have it."""
    period = DateTimeTZRange(slot.starts_at, slot.ends_at)
    meeting.refresh_from_db()
    meeting.slot, meeting.period, meeting.table, meeting.sequence = slot, period, table, meeting.sequence + 1
    meeting.save()
    Seat.objects.filter(meeting=meeting).update(period=period)


def test_control_characters_in_names_do_not_break_the_feed_or_the_invitation(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], theme="justice"))
    odd = "One\r\nBEGIN:VEVENT\x0b\x85,;\u2028Two"
    read_as = "One BEGIN:VEVENT ,; Two"
    for row, field in (
        (forum.event, "name"), (forum.event, "venue"), (a, "name"), (b, "name"),
        (b.organisation, "name"), (meeting.table, "label"), (meeting.table, "place"),
        (forum.event.themes.get(key="justice"), "name"), (make_session(forum.event), "title"),
    ):  # fmt: skip
        setattr(row, field, odd)
        row.save()
    SessionPart.objects.create(
        event=forum.event, attendee=a, session=forum.event.sessions.get(), part=SessionPart.Part.BOOKMARKED
    )
    a = Attendee.objects.select_related("event", "person").get(pk=a.pk)
    for body in (feed_for(a, forum.now, forum.now), invited(meeting, a, forum.now)):
        text = body.decode()
        assert not set(text) & set("\x0b\x85\u2028")
        entry, *_ = entries_in(body)
        assert entry.summary.value == f"Meeting with {read_as}, {read_as}"
        assert entry.location.value == ", ".join([read_as] * 3)
    calendar = vobject.readOne(feed_for(a, forum.now, forum.now).decode())
    assert calendar.x_wr_calname.value.replace("\\", "") == read_as


def test_after_two_changes_there_is_one_entry_with_the_last_time_and_place(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], theme="justice"))
    first = invited(meeting, a, forum.now)
    move(meeting, forum.slots[2], forum.tables[0])
    move(meeting, forum.slots[3], forum.tables[1])
    for body in (feed_for(a, forum.now, forum.now), invited(meeting, a, forum.now)):
        (entry,) = entries_in(body)
        assert entry.uid.value == str(meeting.uid)
        assert (entry.sequence.value, entry.status.value) == ("2", "CONFIRMED")
        assert entry.dtstart.value == forum.slots[3].starts_at
        assert entry.dtend.value == forum.slots[3].ends_at
        assert entry.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Bangkok"]
        assert (entry.location.value, entry.categories.value) == ("T2", ["Justice"])
        assert b.person.name in entry.summary.value
    (before,) = entries_in(first)
    assert (before.uid.value, before.sequence.value) == (str(meeting.uid), "0")


def test_meetings_in_an_hour_that_the_clock_repeats_are_an_hour_apart(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.event.timezone = a.event.timezone = "Europe/Madrid"
    for hour in (0, 1):  # 02:00 to 02:30 in Madrid, twice
        begins = dt.datetime(2026, 10, 25, hour, tzinfo=dt.UTC)
        again = Slot(starts_at=begins, ends_at=begins + dt.timedelta(minutes=30), event=forum.event)
        again.save()
        move(meeting, again, forum.tables[0])
        (entry,) = feed_of(a, forum)
        read = [edge.value.astimezone(dt.UTC) for edge in (entry.dtstart, entry.dtend)]
        assert read == [again.starts_at, again.ends_at]


def test_a_cancelled_meeting_is_cancelled_in_the_feed_and_by_mail_with_a_higher_number(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.cancel(a, meeting)
    (entry,) = feed_of(b, forum)
    assert (entry.uid.value, entry.sequence.value, entry.status.value) == (str(meeting.uid), "1", "CANCELLED")
    body = invited(meeting, b, forum.now)
    calendar = vobject.readOne(body.decode())
    assert calendar.method.value == "CANCEL"
    assert calendar.vevent.status.value == "CANCELLED"
    assert calendar.vevent.attendee.value == f"mailto:{b.person.email}"


def test_an_invitation_has_what_rfc_5546_asks_for_and_its_stamp_is_the_given_time(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    now = forum.now + dt.timedelta(hours=3)
    calendar = vobject.readOne(invited(meeting, b, now).decode())
    assert calendar.method.value == "REQUEST"
    assert calendar.vevent.dtstamp.value == now
    assert calendar.vevent.organizer.value == "mailto:titian@localhost"
    assert calendar.vevent.organizer.params["CN"] == [forum.event.name]
    assert calendar.vevent.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert a.person.email not in calendar.serialize()


def test_online_the_location_is_the_page_that_opens_the_room(forum: Forum) -> None:
    a, b, *_ = forum.people
    Table.objects.create(
        event=forum.event, label="Online", is_online=True, room_link="https://meet.example.org/{meeting}"
    )
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], is_online=True))
    for reader in (a, b):
        (entry,) = feed_of(reader, forum)
        assert entry.location.value == meeting_address(reader)
        assert meeting.uid.hex not in entry.serialize()


def test_sessions_of_the_agenda_are_in_the_feed_and_requests_are_not(forum: Forum) -> None:
    a, b, *_ = forum.people
    session = make_session(forum.event, title="Opening; with, signs \\ and ศูนย์ " + "x" * 80)
    part = SessionPart.objects.create(event=forum.event, attendee=a, session=session)
    forum.ask(a, b)
    (entry,) = feed_of(a, forum)
    assert entry.summary.value == session.title
    assert entry.dtstart.value == session.starts_at
    part.part = SessionPart.Part.SPEAKING
    part.save()
    (again,) = feed_of(a, forum)
    assert (again.uid.value, again.summary.value) == (entry.uid.value, f"Your talk: {session.title}")
    assert feed_of(b, forum) == []


def test_the_meeting_of_a_blocked_pair_is_cancelled_at_once_and_names_nobody(forum: Forum, blocked_by: str) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], message="Words", theme="justice"))
    block_contact(blocked_by, b, a, forum.now)
    for reader, other in ((a, b), (b, a)):
        body = feed_for(reader, forum.now, forum.now)
        (entry,) = entries_in(body)
        assert (entry.status.value, entry.sequence.value) == ("CANCELLED", "1")
        assert entry.summary.value == "Cancelled meeting"
        assert not hasattr(entry, "location")
        assert other.person.name.encode() not in body
        assert b"Words" not in body
    early = feed_for(a, forum.now, forum.now)
    end_refused_meetings(now=forum.now)  # the job that follows changes nothing once it was read
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("cancelled", 1)
    assert feed_for(a, forum.now, forum.now) == early
    unblock_contact(blocked_by, b, a, forum.now)
    assert feed_of(a, forum)[0].status.value == "CANCELLED"


def test_a_meeting_of_somebody_found_to_be_a_minor_names_nobody(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    Attendee.objects.filter(pk=b.pk).update(age_class="minor")
    (entry,) = feed_of(a, forum)
    assert (entry.status.value, entry.summary.value) == ("CANCELLED", "Cancelled meeting")


def test_in_a_zone_with_summer_time_entries_on_both_sides_of_the_change_are_right() -> None:
    forum = make_forum(timezone="Europe/Berlin", starts_on=dt.date(2027, 3, 27), ends_on=dt.date(2027, 3, 28), slots=2)
    a, b, *_ = forum.people
    night = dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)  # the moment of the change: 02:00 becomes 03:00
    for hours in (-1, 0, 8):
        starts_at = night + dt.timedelta(hours=hours)
        slot = Slot.objects.create(event=forum.event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=30))
        for person in (a, b):
            forum.open(person, [slot])
        forum.slots.append(slot)
    guests = forum.join(3)
    for slot, guest in zip(forum.slots[2:], guests, strict=True):
        forum.accept(b, forum.ask(guest, b, slot))
    read = [entry.dtstart.value for entry in feed_of(b, forum)]
    assert read == [slot.starts_at for slot in forum.slots[2:]]
    # vobject keeps the clock's reading: 01:00 is winter time, 03:00 and 11:00 are summer time.
    assert [moment.hour for moment in read] == [1, 3, 11]
    assert [str(moment.utcoffset()) for moment in read] == ["1:00:00", "2:00:00", "2:00:00"]


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Bangkok"])
@settings(deadline=None, max_examples=50)
@given(minutes=st.integers(0, 60 * 24 * 400))
def test_the_written_zone_shows_every_moment_as_the_real_one_does(zone: str, minutes: int) -> None:
    first = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    moment = first + dt.timedelta(minutes=minutes)
    observances = zone_between(zone, first, first + dt.timedelta(days=401)).subcomponents
    onsets = [(part["dtstart"].dt - part["tzoffsetfrom"].td, part["tzoffsetto"].td) for part in observances]
    offset = next(to for at, to in reversed(onsets) if at <= moment.replace(tzinfo=None))
    assert offset == moment.astimezone(ZoneInfo(zone)).utcoffset()


@pytest.mark.slow
def test_the_feeds_address_is_secret_read_without_signing_in_and_answers_304_until_something_changes(
    forum: Forum, client: object, time_machine: object
) -> None:
    a, b, *_ = forum.people
    time_machine.move_to(forum.now, tick=False)  # type: ignore[attr-defined]
    path = path_of(make_feed(attendee=a, by=a.person, now=forum.now))
    first = client.get(path)  # type: ignore[attr-defined]
    assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "private" in first["Cache-Control"]
    assert first["Last-Modified"] == "Wed, 25 Nov 2026 09:00:00 GMT"

    time_machine.move_to(forum.now + dt.timedelta(minutes=5), tick=False)  # type: ignore[attr-defined]
    for header in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = client.get(path, headers=header)  # type: ignore[attr-defined]
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]

    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    for header in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        changed = client.get(path, headers=header)  # type: ignore[attr-defined]
        assert changed.status_code == 200
        assert len(entries_in(changed.content)) == 1
    assert changed["Last-Modified"] == "Wed, 25 Nov 2026 09:05:00 GMT"
    # A block writes nothing into the meeting, and changes the calendar all the same.
    block_person(blocked=a.person, by=b.person, now=forum.now)
    blocked = client.get(path, headers={"If-None-Match": changed["ETag"]})  # type: ignore[attr-defined]
    assert (blocked.status_code, entries_in(blocked.content)[0].status.value) == (200, "CANCELLED")


def test_a_revoked_rotated_guessed_or_orphaned_address_leads_nowhere(forum: Forum, client: object) -> None:
    a, b, *_ = forum.people
    feed = make_feed(attendee=a, by=a.person, now=forum.now)
    old = path_of(feed)
    assert make_feed(attendee=a, by=a.person, now=forum.now) == feed
    new = path_of(rotate_feed(attendee=a, by=a.person, now=forum.now))
    other = path_of(make_feed(attendee=b, by=b.person, now=forum.now))
    revoke_feed(attendee=b, by=b.person, now=forum.now)
    statuses = [
        client.get(path).status_code  # type: ignore[attr-defined]
        for path in (old, other, new[:-5] + "x.ics", f"/calendar/{feed.key.hex}.ics", "/calendar/%00.ics")
    ]
    assert statuses == [404] * 5
    assert client.get(new).status_code == 200  # type: ignore[attr-defined]
    assert client.post(new).status_code == 405  # type: ignore[attr-defined]
    a.person.is_active = False
    a.person.save()
    gone = client.get(new)  # type: ignore[attr-defined]
    assert (gone.status_code, b"Sign in to get a new one" in gone.content) == (404, True)


def test_nobody_makes_or_closes_the_feed_of_another(forum: Forum) -> None:
    a, b, *_ = forum.people
    for service in (make_feed, rotate_feed, revoke_feed):
        with pytest.raises(Exception, match="Only the attendee"):
            service(attendee=a, by=b.person, now=forum.now)
    assert not CalendarFeed.objects.exists()


@pytest.mark.slow
def test_the_feed_costs_the_same_number_of_queries_for_one_meeting_and_for_five(
    forum: Forum, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    a, *_ = forum.people

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            feed_for(a, forum.now, forum.now)
        return len(caught)

    guests = forum.join(5)
    forum.accept(a, forum.ask(guests[0], a, forum.slots[0]))
    one = queries()
    for guest, slot in zip(guests[1:], forum.slots[1:5], strict=True):
        forum.accept(a, forum.ask(guest, a, slot))
    assert queries() == one
