"""A table that becomes another one under agreed meetings: both are told, and their calendars follow."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models import Attendee, Table
from backend.events.services import BadTable, TableData
from backend.meetings.models import Delivery, Meeting, Notice
from backend.meetings.services import StepFreeNeeded, change_table
from backend.meetings.services.notice_mails import mail_for
from tests.backend.meetings.conftest import Forum
from tests.factories import make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


@pytest.fixture
def meeting(forum: Forum) -> Meeting:
    """Two people meet at T1 in the first slot."""
    a, b, *_ = forum.people
    return forum.accept(b, forum.ask(a, b, forum.slots[0]))


def change(
    forum: Forum, boss: Attendee, table: Table, now: dt.datetime | None = None, **said: object
) -> Table:
    whole = {"label": table.label, "place": table.place, "step_free": table.step_free,
             "is_online": table.is_online, "room_link": table.room_link} | said  # fmt: skip
    return change_table(
        event=forum.event,
        table_id=table.pk,
        data=TableData(**whole),
        by=boss.person,
        now=now or forum.now,
    )


def moved() -> list[tuple[int, int]]:
    """Whom of which meeting was told of another place."""
    told = Notice.objects.filter(kind="moved").order_by("attendee_id")
    return list(told.values_list("attendee_id", "meeting_id"))


@pytest.mark.parametrize("said", [{"label": "T9"}, {"place": "Garden"}])
def test_both_are_told_and_their_calendars_get_a_later_entry_with_the_new_place(
    forum: Forum, boss: Attendee, meeting: Meeting, said: dict[str, str]
) -> None:
    later = forum.now + dt.timedelta(hours=1)
    change(forum, boss, meeting.table, later, **said)
    now = Meeting.objects.get()
    assert (now.sequence, now.changed_at, now.state) == (meeting.sequence + 1, later, "accepted")
    both = [attendee.pk for attendee in forum.people[:2]]
    assert moved() == [(pk, meeting.pk) for pk in both]
    for notice in Notice.objects.filter(kind="moved"):
        assert Delivery.objects.get(notice=notice).state == "queued"
        mail = mail_for(notice, later)
        (entry,) = mail.attachments
        (word,) = said.values()
        assert word in mail.body
        assert "The organisers changed where you meet" in mail.body
        text = entry.get_payload(decode=True).decode()
        assert f"SEQUENCE:{now.sequence}" in text
        assert word in text


def test_of_two_changes_only_the_last_is_still_mailed_and_of_a_meeting_that_is_off_none(
    forum: Forum, boss: Attendee, meeting: Meeting
) -> None:
    for label in ("T8", "T9"):
        change(forum, boss, meeting.table, label=label)
    first, second = Notice.objects.filter(kind="moved", attendee=forum.people[0]).order_by("pk")
    assert mail_for(first, forum.now) is None
    assert mail_for(second, forum.now) is not None
    forum.cancel(forum.people[0], meeting)
    assert mail_for(second, forum.now) is None


def test_nobody_is_told_of_what_leaves_the_place_as_it_is_or_of_what_is_over(
    forum: Forum, boss: Attendee, meeting: Meeting
) -> None:
    change(forum, boss, meeting.table)
    change(forum, boss, meeting.table, step_free=not meeting.table.step_free)
    other = next(table for table in forum.tables if table.pk != meeting.table_id)
    change(forum, boss, other, label="Else")
    change(forum, boss, meeting.table, forum.slots[0].ends_at, label="Later")
    assert moved() == []
    assert Meeting.objects.get().sequence == meeting.sequence


def test_the_mark_stays_while_somebody_who_needs_it_is_to_come(forum: Forum, boss: Attendee) -> None:
    Table.objects.update(step_free=True)
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], needs_step_free=True))
    with pytest.raises(StepFreeNeeded) as refusal:
        change(forum, boss, meeting.table, step_free=False, label="T9")
    assert refusal.value.message.endswith(".")
    assert not Table.objects.filter(label="T9").exists()
    change(forum, boss, meeting.table, step_free=True, label="T9")
    assert len(moved()) == 2
    assert not change(forum, boss, meeting.table, forum.slots[0].ends_at, step_free=False).step_free


def test_an_online_room_that_moves_gives_each_meeting_its_new_link(forum: Forum, boss: Attendee) -> None:
    room = Table.objects.create(
        event=forum.event, label="Online", is_online=True, room_link="https://a.example.org/{meeting}"
    )
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], is_online=True))
    change(forum, boss, room, room_link="https://b.example.org/{meeting}")
    mail = mail_for(Notice.objects.filter(kind="moved").first(), forum.now)
    assert f"https://b.example.org/{meeting.uid.hex}" in mail.body


def test_what_is_refused_changes_nothing_and_tells_nobody(
    forum: Forum, boss: Attendee, meeting: Meeting
) -> None:
    with pytest.raises(OrganisersOnly):
        change(forum, forum.people[0], meeting.table, label="T9")
    with pytest.raises(BadTable):
        change(forum, boss, meeting.table, label="")
    foreign = Table.objects.create(event=make_event("elsewhere"), label="T1")
    with pytest.raises(NotFound):
        change(forum, boss, foreign, label="T9")
    assert moved() == []
    assert Meeting.objects.get().sequence == meeting.sequence


def test_the_api_tells_them_too_and_refuses_by_name(forum: Forum, boss: Attendee, meeting: Meeting) -> None:
    client = APIClient()
    client.force_login(boss.person)
    address = f"/api/v1/events/forum/tables/{meeting.table_id}/"
    assert client.put(address, {"label": "T9"}, format="json").json()["label"] == "T9"
    assert len(moved()) == 2
    Table.objects.update(step_free=True)
    Meeting.objects.update(needs_step_free=True)
    refused = client.put(address, {"label": "T9"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "step_free_needed")
