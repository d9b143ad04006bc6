"""The mails of tables of rounds: what they say, what they attach, and when none is sent."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from django.core.mail import EmailMultiAlternatives

from backend.agenda.selectors.calendar import feed_for
from backend.booking.models.notices import Notice
from backend.core.period import Period
from backend.events.models.attendees import Attendee
from backend.events.services.venue import TableData
from backend.groups.selectors.rounds import own_tables
from backend.groups.services.round_outcomes import answer_table_follow_up, attest_table, note_table_follow_up
from backend.groups.services.round_tables import end_unanswered
from backend.notifications.services.notice_mails import mail_for
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.attestations import ask_whether_held
from backend.outcomes.services.connections import ContactData, share_contact
from backend.outcomes.services.follow_ups import remind_follow_ups
from backend.programme.selectors.planning_data import read_planning_data
from backend.setup.services.closures import close_period, displace_meetings
from backend.setup.services.tables import change_table
from tests.factories import block_contact
from tests.halls import Hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    made = Hall()
    made.published()
    return made


def mail(reader: Attendee, kind: str, now: dt.datetime) -> EmailMultiAlternatives | None:
    return mail_for(Notice.objects.filter(attendee=reader, kind=kind).earliest("-pk"), now)


def test_who_has_places_reads_until_when_to_answer_and_nobodys_name(hall: Hall) -> None:
    me, other = hall.people[:2]
    found = mail(me, "rounds_proposed", hall.now)
    assert found.subject == "Places at tables for you: Everybody meets everybody"
    assert "Say by" in found.body
    assert f"/meetings/rounds/{own_tables(me, hall.now)[0].rounds_id}/" in found.body
    assert not any(one.name in found.body for one in hall.people[1:])
    assert not found.attachments
    hall.accept_all(other)
    assert mail(other, "rounds_proposed", hall.now) is None


def test_a_place_without_an_answer_ends_with_a_mail_that_says_so(hall: Hall) -> None:
    end_unanswered(now=hall.answer_by)
    found = mail(hall.people[0], "cancelled", hall.answer_by)
    assert found.subject.startswith("Off for you: “Everybody meets everybody”")
    assert "You have no place there any more: Table of “Everybody meets everybody”." in found.body


def test_only_who_said_yes_is_mailed_another_place_and_reminded(hall: Hall) -> None:
    me = hall.people[0]
    first = own_tables(me, hall.now)[0]
    hall.accept_all(me)
    table = next(one for one in hall.forum.tables if one.label == first.place.label)
    change_table(
        event=hall.event, table_id=table.pk, data=TableData(label="Elsewhere"), by=hall.boss.person, now=hall.now
    )
    found = mail(me, "moved", hall.now)
    assert "Elsewhere" in found.body
    assert found.attachments
    other = next(one for one in hall.people if one.pk == first.members[0].attendee_id)
    assert mail(other, "moved", hall.now) is None
    soon = first.starts_at - dt.timedelta(minutes=5)
    remind_people(now=soon)
    assert mail(me, "reminder_soon", soon).subject == "In a few minutes: “Everybody meets everybody”"
    day = first.starts_at - dt.timedelta(hours=23)
    remind_people(now=day)
    assert "Reminder" in mail(me, "reminder_day", day).subject


@pytest.mark.parametrize(("kind", "name"), [("rounds", "Table of"), ("roundtables", "Roundtable"), ("trios", "Trio")])
def test_mails_and_calendars_name_the_kind(kind: str, name: str) -> None:
    hall, words = Hall(kind=kind), f"{name} “Everybody meets everybody”"
    hall.published()
    me = next(one for one in hall.people if own_tables(one, hall.now))
    hall.accept_all(me)
    first = own_tables(me, hall.now)[0]
    soon = first.starts_at - dt.timedelta(minutes=5)
    remind_people(now=soon)
    assert f"You have a place: {words}." in mail(me, "reminder_soon", soon).body

    def summaries() -> set[str]:
        entries = icalendar.Calendar.from_ical(feed_for(me, hall.now, hall.now)).walk("VEVENT")
        return {str(entry["summary"]) for entry in entries}

    assert summaries() == {words}
    for row in own_tables(me, hall.now):
        hall.leave(me, row.meeting_id)
    assert summaries() == {f"Cancelled: {words}"}
    assert f"Cancelled: {words}" in str(
        mail(me, "cancelled", hall.now).attachments[0].get_payload(decode=True).decode()
    )


def test_a_closed_time_ends_its_tables_with_the_reason(hall: Hall) -> None:
    me, slot = hall.people[0], hall.forum.slots[0]
    hall.accept_all(me)
    close_period(
        event=hall.event, period=Period(slot.starts_at, slot.ends_at), reason="Water", by=hall.boss.person, now=hall.now
    )
    assert displace_meetings(now=hall.now) == 3
    assert [row.state for row in own_tables(me, hall.now)] == ["cancelled", "accepted", "accepted"]
    assert "Water" in mail(me, "cancelled", hall.now).body


def test_the_planner_of_meetings_of_two_leaves_the_time_of_a_place_alone(hall: Hall) -> None:
    busy = read_planning_data(hall.event, hall.now).busy[hall.people[0].pk]
    assert [(one.starts_at, one.title) for one in busy] == [
        (slot.starts_at, "Round of tables") for slot in hall.forum.slots
    ]


@pytest.mark.parametrize(("kind", "words"), [("roundtables", "Roundtable"), ("trios", "Trio")])
def test_the_planner_names_a_group_by_the_word_of_its_kind(kind: str, words: str) -> None:
    hall = Hall(kind=kind, slots=1)
    hall.published()
    titles = {one.title for periods in read_planning_data(hall.event, hall.now).busy.values() for one in periods}
    assert titles == {words}


def test_after_a_table_people_are_asked_whether_it_took_place_until_they_have_said_so(hall: Hall) -> None:
    me = hall.people[0]
    hall.accept_all()
    first = own_tables(me, hall.now)[0]
    ask_whether_held(now=first.ends_at)
    found = mail(me, "attest", first.ends_at)
    assert found.subject == "Did your table of “Everybody meets everybody” take place?"
    assert not any(one.name in found.body for one in hall.people[1:])
    assert not found.attachments
    target = {"attendee": me, "meeting_id": first.meeting_id, "by": me.person, "now": first.ends_at}
    attest_table(**target, took_place=True)
    assert mail(me, "attest", first.ends_at) is None
    due = first.ends_at.date() + dt.timedelta(days=1)
    note_table_follow_up(**target, agreed="A joint note", due_on=due)
    remind_follow_ups(now=first.ends_at + dt.timedelta(days=2))
    later = first.ends_at + dt.timedelta(days=2)
    found = mail(me, "follow_up", later)
    assert found.subject == "You wanted to follow up on “Everybody meets everybody”"
    assert "A joint note" not in found.body
    answer_table_follow_up(**target, kept=True)
    assert mail(me, "follow_up", later) is None


def test_an_offer_to_stay_in_touch_after_a_table_names_the_one_who_made_it_while_the_policy_shows_them(
    hall: Hall,
) -> None:
    me = hall.people[0]
    hall.accept_all()
    first = own_tables(me, hall.now)[0]
    other = Attendee.objects.select_related("person", "event").get(pk=first.members[0].attendee_id)
    data = ContactData(email="me@example.org")
    share_contact(attendee=me, other_id=other.pk, data=data, by=me.person, now=first.ends_at)
    found = mail(other, "contact_offered", first.ends_at)
    assert found.subject == f"{me.name} would like to stay in touch"
    assert "me@example.org" not in found.body
    share_contact(attendee=other, other_id=me.pk, data=data, by=other.person, now=first.ends_at)
    assert mail(me, "connected", first.ends_at).subject == f"You and {other.name} are connected"
    block_contact("block", other, me)
    assert mail(other, "contact_offered", first.ends_at) is None
    assert mail(me, "connected", first.ends_at) is None
