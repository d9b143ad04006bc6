"""Meetings arranged and cancelled by organisers, ended by the contact policy, and moved with their table."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import AlreadyAnswered, TooLate
from backend.booking.selectors.meetings import meeting_for, meetings_without_contact
from backend.booking.services import meetings
from backend.booking.services.availability import close_slots
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.services.venue import BadTable, TableData
from backend.notifications.services.notice_mails import mail_for
from backend.setup.services.tables import change_table
from tests.backend.conftest import Forum, make_forum
from tests.factories import NOW, block_contact, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


# --- arranged by an organiser ---


def test_what_is_arranged_is_agreed_at_once_and_the_same_again_changes_nothing(forum):
    a, b, *_ = forum.people
    meeting = forum.arrange(a, b, forum.slots[0], key="plan-1-1")
    assert (meeting.state, meeting.slot, meeting.asker) == (Meeting.State.ACCEPTED, forum.slots[0], None)
    assert not Meeting.objects.answered()  # nobody answered it
    assert forum.arrange(a, b, forum.slots[0], key="plan-1-1").pk == meeting.pk
    assert sorted(meeting.notices.values_list("attendee", "kind")) == [(a.pk, "arranged"), (b.pk, "arranged")]


def test_an_arranged_meeting_is_one_mail_to_each_that_says_so_with_an_entry_for_the_calendar(forum):
    a, b, *_ = forum.people
    forum.arrange(a, b, forum.slots[0])
    for reader, other in ((a, b), (b, a)):
        mail = mail_for(reader.notices.get(), forum.now)
        assert mail.subject == f"A meeting with {other.person.name} is arranged for you"
        assert f"The organisers arranged a meeting for you with {other.person.name}" in mail.body
        assert "10:00–10:30" in mail.body
        assert "T1" in mail.body
        (entry,) = mail.attachments
        assert "METHOD:REQUEST" in entry.get_payload(decode=True).decode()


# --- cancelled by an organiser, and ended by the contact policy ---


def cancel_for_both(forum, meeting, by, reason="The hall is closed"):
    return meetings.cancel_for_both(
        event=forum.event, meeting_id=meeting.pk, reason=reason, by=by.person, now=forum.now
    )


def test_both_read_who_cancelled_and_why_and_are_free_again(forum, boss):
    a, b, c, _ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    for _ in range(2):
        assert cancel_for_both(forum, meeting, boss).state == "cancelled"
    assert not Seat.objects.filter(meeting=meeting, is_active=True).exists()
    for reader, other in ((a, b), (b, a)):
        mail = mail_for(reader.notices.get(kind="cancelled"), forum.now)
        assert mail.subject == f"Your meeting with {other.person.name} is cancelled"
        assert f"The organisers cancelled this meeting with {other.person.name}" in mail.body
        assert "> The hall is closed" in mail.body
        assert boss.person.name not in mail.body
        row = meeting_for(reader, meeting.pk, forum.now)
        assert (row.sequence, row.ended_by_me, row.ended_by_organisers) == (1, False, True)
    assert forum.accept(a, forum.ask(c, a, forum.slots[0])).state == "accepted"


def test_a_cancellation_by_one_of_the_two_or_by_a_job_does_not_name_the_organisers(forum):
    a, b, c, _ = forum.people
    own = forum.cancel(a, forum.accept(b, forum.ask(a, b, forum.slots[0])))
    assert not meeting_for(b, own.pk, forum.now).ended_by_organisers
    asked = forum.ask(c, b)
    expire_requests(now=asked.expires_at)
    assert not meeting_for(b, asked.pk, asked.expires_at).ended_by_organisers


def test_only_an_organiser_of_the_forum_can_and_only_what_is_still_to_come(forum, boss):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    waiting = forum.ask(b, forum.people[2], forum.slots[1])
    with pytest.raises(OrganisersOnly):
        cancel_for_both(forum, meeting, a)
    with refuses("reason_needed"):
        cancel_for_both(forum, meeting, boss, reason="  ")
    with pytest.raises(AlreadyAnswered):
        cancel_for_both(forum, waiting, boss)
    elsewhere = make_forum(slug="elsewhere", people=0)
    stranger = make_attendee(elsewhere.event, permission="organiser")
    with pytest.raises(NotFound):
        cancel_for_both(elsewhere, meeting, stranger)
    forum.now = forum.slots[0].ends_at
    with pytest.raises(TooLate):
        cancel_for_both(forum, meeting, boss)
    meeting.refresh_from_db()
    assert meeting.state == "accepted"


def test_the_job_that_ends_what_is_refused_asks_the_policy_once_for_an_event(forum, blocked_by):
    a, *others = [*forum.people, *forum.join(5)]
    agreed = [forum.accept(other, forum.ask(a, other, slot)) for other, slot in zip(others, forum.slots, strict=False)]
    assert meetings_without_contact(Meeting.objects.all()) == set()
    with CaptureQueriesContext(connection) as caught:
        assert end_refused_meetings(now=forum.now) == 0
    assert len(caught) == 5
    block_contact(blocked_by, others[2], a)
    assert meetings_without_contact(Meeting.objects.all()) == {agreed[2].pk}
    others[4].person.is_active = False
    others[4].person.save()
    assert end_refused_meetings(now=forum.now) == 2
    states = [*Meeting.objects.order_by("pk").values_list("state", flat=True)]
    assert states == ["accepted", "accepted", "cancelled", "accepted", "cancelled", "accepted"]
    a.delete()
    assert meetings_without_contact(Meeting.objects.all()) == set()


def test_requests_of_somebody_who_was_erased_end_and_break_nothing(forum):
    a, b, c, _ = forum.people
    asked, agreed = forum.ask(a, b, key="one"), forum.accept(c, forum.ask(a, c, forum.slots[1]))
    erased = b.pk
    for gone in (b, c):
        gone.delete()
    close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=a.person, now=forum.now)
    with pytest.raises(NotFound):
        forum.ask(a, Attendee(pk=erased), key="one")
    for change in (forum.withdraw, forum.cancel):
        with pytest.raises(NotFound):
            change(a, asked)
    assert end_refused_meetings(now=forum.now) == 2
    asked.refresh_from_db()
    agreed.refresh_from_db()
    assert (asked.state, agreed.state) == ("expired", "cancelled")


def test_over_the_api_it_is_for_organisers(forum, boss, time_machine):
    time_machine.move_to(NOW, tick=False)
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    address = f"/api/v1/events/forum/meetings/{meeting.pk}/cancel-for-both/"
    answers = []
    for who in (a, boss):
        client = APIClient()
        client.force_login(who.person)
        answers.append(client.post(address, {"reason": "The hall is closed"}, format="json").status_code)
    assert answers == [403, 204]
    meeting.refresh_from_db()
    assert meeting.state == "cancelled"


# --- moved with their table ---


@pytest.fixture
def at_first_table(forum: Forum) -> Meeting:
    """Two people meet at T1 in the first slot."""
    a, b, *_ = forum.people
    return forum.accept(b, forum.ask(a, b, forum.slots[0]))


def change_to(forum: Forum, boss: Attendee, table: Table, now: dt.datetime | None = None, **fields: object) -> Table:
    whole = {"label": table.label, "place": table.place, "step_free": table.step_free,
             "is_online": table.is_online, "room_link": table.room_link} | fields  # fmt: skip
    return change_table(
        event=forum.event, table_id=table.pk, data=TableData(**whole), by=boss.person, now=now or forum.now
    )


def moved() -> list[tuple[int, int]]:
    """The attendees and meetings of the notices of another place."""
    notices = Notice.objects.filter(kind="moved").order_by("attendee_id")
    return list(notices.values_list("attendee_id", "meeting_id"))


@pytest.mark.slow
@pytest.mark.parametrize("fields", [{"label": "T9"}, {"place": "Garden"}])
def test_both_get_a_notice_and_a_later_calendar_entry_with_the_new_place(
    forum: Forum, boss: Attendee, at_first_table: Meeting, fields: dict[str, str]
) -> None:
    later = forum.now + dt.timedelta(hours=1)
    change_to(forum, boss, at_first_table.table, later, **fields)
    now = Meeting.objects.get()
    assert (now.sequence, now.changed_at, now.state) == (at_first_table.sequence + 1, later, "accepted")
    both = [attendee.pk for attendee in forum.people[:2]]
    assert moved() == [(pk, at_first_table.pk) for pk in both]
    for notice in Notice.objects.filter(kind="moved"):
        assert Delivery.objects.get(notice=notice).state == "queued"
        mail = mail_for(notice, later)
        (entry,) = mail.attachments
        (word,) = fields.values()
        assert word in mail.body
        assert "The organisers changed when or where you meet" in mail.body
        text = entry.get_payload(decode=True).decode()
        assert f"SEQUENCE:{now.sequence}" in text
        assert word in text


def test_of_two_changes_only_the_last_is_still_mailed_and_of_a_meeting_that_is_off_none(
    forum: Forum, boss: Attendee, at_first_table: Meeting
) -> None:
    for label in ("T8", "T9"):
        change_to(forum, boss, at_first_table.table, label=label)
    first, second = Notice.objects.filter(kind="moved", attendee=forum.people[0]).order_by("pk")
    assert mail_for(first, forum.now) is None
    assert mail_for(second, forum.now) is not None
    forum.cancel(forum.people[0], at_first_table)
    assert mail_for(second, forum.now) is None


def test_no_notice_is_written_where_the_place_stays_or_the_meeting_is_over(
    forum: Forum, boss: Attendee, at_first_table: Meeting
) -> None:
    change_to(forum, boss, at_first_table.table)
    change_to(forum, boss, at_first_table.table, step_free=not at_first_table.table.step_free)
    other = next(table for table in forum.tables if table.pk != at_first_table.table_id)
    change_to(forum, boss, other, label="Else")
    change_to(forum, boss, at_first_table.table, forum.slots[0].ends_at, label="Later")
    assert moved() == []
    assert Meeting.objects.get().sequence == at_first_table.sequence


def test_the_mark_stays_while_somebody_who_needs_it_is_to_come(forum: Forum, boss: Attendee) -> None:
    Table.objects.update(step_free=True)
    a, b, *_ = forum.people
    at_first_table = forum.accept(b, forum.ask(a, b, forum.slots[0], needs_step_free=True))
    with refuses("step_free_needed") as refusal:
        change_to(forum, boss, at_first_table.table, step_free=False, label="T9")
    assert refusal.value.message.endswith(".")
    assert not Table.objects.filter(label="T9").exists()
    change_to(forum, boss, at_first_table.table, step_free=True, label="T9")
    assert len(moved()) == 2
    assert not change_to(forum, boss, at_first_table.table, forum.slots[0].ends_at, step_free=False).step_free


def test_an_online_room_that_moves_is_found_on_the_page_to_which_the_mail_leads(forum: Forum, boss: Attendee) -> None:
    room = Table.objects.create(
        event=forum.event, label="Online", is_online=True, room_link="https://a.example.org/{meeting}"
    )
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], is_online=True))
    change_to(forum, boss, room, room_link="https://b.example.org/{meeting}")
    mail = mail_for(Notice.objects.filter(kind="moved").first(), forum.now)
    assert f"/e/{forum.event.slug}/meetings/" in mail.body
    assert meeting.uid.hex not in mail.body
    place = meeting_for(a, meeting.pk, forum.slots[0].starts_at).place
    assert place.link == f"https://b.example.org/{meeting.uid.hex}"


def test_a_refused_change_of_a_table_changes_nothing_and_notifies_nobody(
    forum: Forum, boss: Attendee, at_first_table: Meeting
) -> None:
    with pytest.raises(OrganisersOnly):
        change_to(forum, forum.people[0], at_first_table.table, label="T9")
    with pytest.raises(BadTable):
        change_to(forum, boss, at_first_table.table, label="")
    foreign = Table.objects.create(event=make_event("elsewhere"), label="T1")
    with pytest.raises(NotFound):
        change_to(forum, boss, foreign, label="T9")
    assert moved() == []
    assert Meeting.objects.get().sequence == at_first_table.sequence


def test_the_api_notifies_them_too_and_refuses_by_code(forum: Forum, boss: Attendee, at_first_table: Meeting) -> None:
    client = APIClient()
    client.force_login(boss.person)
    address = f"/api/v1/events/forum/tables/{at_first_table.table_id}/"
    assert client.put(address, {"label": "T9"}, format="json").json()["label"] == "T9"
    assert len(moved()) == 2
    Table.objects.update(step_free=True)
    Meeting.objects.update(needs_step_free=True)
    refused = client.put(address, {"label": "T9"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "step_free_needed")
