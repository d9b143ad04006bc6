"""The mails of office hours: whom they name, what they attach, and when none is sent."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import resolve

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.events.models.attendees import Attendee
from backend.events.services.venue import TableData
from backend.groups.services.office_hours import (
    OfficeHourData,
    cancel_office_hour,
    end_refused_seats,
    leave_office_hour,
    open_office_hour,
)
from backend.notifications.services.notice_mails import mail_for
from backend.notifications.services.reminders import remind_people
from backend.setup.services.tables import change_table
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact

pytestmark = pytest.mark.django_db
ABOUT = "Reports that reach the police"


@pytest.fixture
def opened() -> tuple[Forum, Meeting]:
    """An office hour of the first of the cast with three guests."""
    forum = make_forum(people=5)
    host, *askers = forum.people
    requests = [forum.ask(asker, host, forum.slots[0]) for asker in askers[:3]]
    data = OfficeHourData(request_ids=tuple(one.pk for one in requests), slot_id=forum.slots[2].pk, about=ABOUT)
    meeting = open_office_hour(attendee=host, data=data, by=host.person, now=forum.now)
    return forum, meeting


def mail(reader: Attendee, kind: str, now: dt.datetime) -> EmailMultiAlternatives | None:
    return mail_for(Notice.objects.filter(attendee=reader, kind=kind).earliest("-pk"), now)


def method_of(found: EmailMultiAlternatives | None) -> str:
    assert found is not None
    return str(found.attachments[0].get_param("method")) if found.attachments else ""  # type: ignore[union-attr]


def leave(forum: Forum, meeting: Meeting, guest: Attendee) -> None:
    leave_office_hour(attendee=guest, meeting_id=meeting.pk, by=guest.person, now=forum.now)


@pytest.mark.slow
def test_an_invitation_names_the_host_and_counts_the_others(opened: tuple[Forum, Meeting]) -> None:
    forum, _meeting = opened
    host, guest, *others = forum.people
    found = mail(guest, "office_hour", forum.now)
    assert found is not None
    assert found.subject.startswith(f"{host.name} invites you to an office hour on ")
    assert f"“{ABOUT}”" in found.body
    assert "2 others who asked about it come, too." in found.body
    assert not any(one.name in found.body for one in others)
    assert method_of(found) == "REQUEST"
    addresses = [line for line in found.body.splitlines() if line.startswith("http")]
    assert {resolve(urlsplit(one).path).url_name for one in addresses} == {"office_hour", "meetings"}


def test_the_host_is_told_of_a_free_place_and_the_guest_gets_the_time_back(opened: tuple[Forum, Meeting]) -> None:
    forum, meeting = opened
    host, guest, *_others = forum.people
    leave(forum, meeting, guest)
    free = mail(host, "office_left", forum.now)
    assert free is not None
    assert "A place is free in your office hour" in free.subject
    assert guest.name not in free.body  # those who left and those parted read the same
    off = mail(guest, "cancelled", forum.now)
    assert off is not None
    assert "You have no place in the office hour" in off.body
    assert method_of(off) == "CANCEL"
    assert mail(guest, "office_hour", forum.now) is None


def test_the_reason_of_the_host_is_read_and_what_is_past_is_not_mailed(opened: tuple[Forum, Meeting]) -> None:
    forum, meeting = opened
    host, guest, *_others = forum.people
    remind_people(now=forum.slots[2].starts_at - dt.timedelta(hours=23))
    day = forum.slots[2].starts_at - dt.timedelta(hours=23)
    reminder = mail(guest, "reminder_day", day)
    assert reminder is not None
    assert host.name in reminder.body
    mine = mail(host, "reminder_day", day)
    assert mine is not None
    assert "You hold the office hour" in mine.body
    assert mail(guest, "reminder_day", forum.slots[2].ends_at) is None
    cancel_office_hour(attendee=host, meeting_id=meeting.pk, reason="The minister calls", by=host.person, now=forum.now)
    off = mail(guest, "cancelled", forum.now)
    assert off is not None
    assert "The minister calls" in off.body
    assert mail(guest, "reminder_day", day) is None


@pytest.mark.parametrize("how", ["block", "report"])
def test_of_a_host_whom_the_policy_hides_the_mail_names_nobody(opened: tuple[Forum, Meeting], how: str) -> None:
    forum, _meeting = opened
    host, guest, *_others = forum.people
    block_contact(how, host, guest)
    assert mail(guest, "office_hour", forum.now) is None
    end_refused_seats(now=forum.now)
    off = mail(guest, "cancelled", forum.now)
    assert off is not None
    assert host.name not in off.subject + off.body
    assert ABOUT not in off.body
    assert method_of(off) == "CANCEL"


def test_another_table_is_told_to_those_who_come_alone(opened: tuple[Forum, Meeting]) -> None:
    forum, meeting = opened
    host, guest, *others = forum.people
    leave(forum, meeting, guest)
    change_table(
        event=forum.event,
        table_id=meeting.table_id,
        data=TableData(label="Terrace"),
        by=forum.boss().person,
        now=forum.now,
    )
    told = set(Notice.objects.filter(kind="moved").values_list("attendee", flat=True))
    assert told == {host.pk, *(one.pk for one in others[:2])}
    moved = mail(others[0], "moved", forum.now)
    assert moved is not None
    assert "Terrace" in moved.body
    assert method_of(moved) == "REQUEST"
