"""Roundtables that attendees propose: approved before anybody reads them, joined until full, left, over."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import MIN_NOTICE
from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.groups.models import Rounds, RoundTable
from backend.groups.selectors.open_roundtables import open_roundtables_for, own_proposals_for, proposals_for
from backend.groups.selectors.rounds import own_table, own_tables, rounds_for, rounds_page_for
from backend.groups.services import open_roundtables
from backend.groups.services.leaving import end_everything_of
from backend.groups.services.open_roundtables import RoundtableData, change_roundtable, withdraw_roundtable
from backend.groups.services.round_tables import end_refused_places, end_unanswered
from backend.groups.services.rounds import approve_roundtable, cancel_rounds, decline_roundtable, seat_latecomers
from backend.notifications.selectors.notices import notices_for
from backend.notifications.services.deliveries import deliver_notice
from backend.notifications.services.notice_mails import mail_for
from backend.people.models import Person
from backend.privacy.services.rows import erase_rows
from backend.safeguarding.models import ContactRule
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from tests.factories import block_contact, make_attendee, make_session
from tests.halls import OpenHall, each_unfit

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> OpenHall:
    return OpenHall(people=6, tables=2, slots=4)


def listed(viewer: Attendee, hall: OpenHall) -> list[int]:
    return [row.meeting_id for row in open_roundtables_for(viewer, hall.now)]


def told(attendee: Attendee) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee).order_by("pk").values_list("kind", flat=True))


def members(meeting: Meeting) -> set[int]:
    return set(Seat.objects.filter(meeting=meeting, place__isnull=False).values_list("attendee_id", flat=True))


def refusal_of(call: object) -> str:
    with pytest.raises(BusinessError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def decline(hall: OpenHall, rounds: Rounds, reason: str = "Please name what you want to agree on") -> Rounds:
    read = {"rounds_id": rounds.pk, "version": rounds.version}
    return decline_roundtable(event=hall.event, **read, reason=reason, by=hall.boss.person, now=hall.now)


def test_nobody_but_its_host_and_organisers_reads_a_proposal_until_it_is_approved(hall: OpenHall) -> None:
    host, other = hall.people[:2]
    rounds = hall.propose(host, topic=hall.topic)
    assert [one.about for one in own_proposals_for(host, hall.now)] == ["Evidence that reaches the police"]
    [waiting] = proposals_for(hall.event, hall.now)
    assert (waiting.host_name, waiting.seats, bool(waiting.topic_name)) == (host.name, 4, True)
    assert listed(host, hall) == listed(other, hall) == []
    assert own_proposals_for(other, hall.now) == ()
    assert not Meeting.objects.exists()
    with pytest.raises(NotFound):
        rounds_for(hall.event, rounds.pk)
    meeting = hall.approve(rounds)
    assert listed(host, hall) == listed(other, hall) == [meeting.pk]
    assert proposals_for(hall.event, hall.now) == own_proposals_for(host, hall.now) == ()
    assert told(host) == ["roundtable_open"]
    mail = mail_for(Notice.objects.get(attendee=host), hall.now)
    assert mail.subject == "Your roundtable “Evidence that reaches the police” is open"
    assert mail.attachments
    hall.approve(rounds)
    assert Meeting.objects.count() == 1
    assert rounds_page_for(rounds_for(hall.event, rounds.pk)).answered == 1


def test_a_declined_one_is_read_by_nobody_but_its_host_who_reads_why(hall: OpenHall) -> None:
    host = hall.people[0]
    rounds = hall.propose(host)
    assert refusal_of(lambda: decline(hall, rounds, " ")) == "reason_needed"
    decline(hall, rounds)
    decline(hall, rounds)
    [row] = own_proposals_for(host, hall.now)
    assert (row.state, row.reason) == ("declined", "Please name what you want to agree on")
    assert proposals_for(hall.event, hall.now) == ()
    assert refusal_of(lambda: hall.approve(rounds)) == "not_proposed"
    assert not Meeting.objects.exists()


def test_a_host_is_told_once_by_notice_and_mail_that_a_proposal_was_declined_and_why(
    hall: OpenHall, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    host, other = hall.people[:2]
    rounds = hall.propose(host)
    decline(hall, rounds)
    decline(hall, rounds)
    assert (told(host), told(other)) == (["roundtable_declined"], [])
    [shown] = notices_for(host, hall.now)
    assert (shown.declined.rounds_id, shown.declined.reason) == (rounds.pk, "Please name what you want to agree on")
    notice = Notice.objects.get()
    mail = mail_for(notice, hall.now)
    assert mail.subject == "Your roundtable “Evidence that reaches the police” was declined"
    assert "> Please name what you want to agree on" in mail.body
    assert f"/e/{hall.event.slug}/meetings/roundtables/" in mail.body
    assert not mail.attachments
    deliver_notice(notice_id=notice.pk, now=hall.now)
    deliver_notice(notice_id=notice.pk, now=hall.now)
    assert [one.subject for one in mailoutbox] == [mail.subject]
    assert Delivery.objects.get().state == Delivery.State.SENT


def test_a_declined_one_is_in_the_digest_of_whoever_wants_one(
    hall: OpenHall, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    host = hall.people[0]
    Person.objects.filter(pk=host.person_id).update(digest="daily")
    for number in range(2):
        decline(hall, hall.propose(host, slot=number), reason=f"Reason {number}")
    later = hall.now + dt.timedelta(days=2)
    deliver_notice(notice_id=Notice.objects.earliest("pk").pk, now=later)
    [mail] = mailoutbox
    assert "> Reason 0" in mail.body
    assert "> Reason 1" in mail.body


@each_unfit
def test_who_can_hold_no_roundtable_any_more_gets_no_mail_of_a_decline(
    hall: OpenHall, change: dict[str, object]
) -> None:
    host = hall.people[0]
    decline(hall, hall.propose(host))
    Attendee.objects.filter(pk=host.pk).update(**change)
    assert mail_for(Notice.objects.get(), hall.now) is None


def test_people_join_until_it_is_full_and_leave(hall: OpenHall) -> None:
    meeting = hall.opened(*hall.people[1:4])
    host, joined, last = hall.people[0], hall.people[1], hall.people[4]
    assert hall.join(joined, meeting) == meeting
    assert refusal_of(lambda: hall.join(last, meeting)) == "roundtable_full"
    [row] = open_roundtables_for(last, hall.now)
    assert (row.places_left, row.is_mine, row.host.name) == (0, False, host.name)
    table = own_table(host, meeting.pk, hall.now)
    assert {one.attendee_id for one in table.members} == {one.pk for one in hall.people[1:4]}
    assert (table.i_am_host, table.is_open, table.state) == (True, True, "accepted")
    hall.leave(joined, meeting.pk)
    assert open_roundtables_for(last, hall.now)[0].places_left == 1
    hall.join(last, meeting)
    hall.leave(last, meeting.pk)
    hall.join(joined, meeting)
    assert own_table(joined, meeting.pk, hall.now).state == "accepted"
    assert members(meeting) == {one.pk for one in hall.people[:4]}


@pytest.mark.slow
def test_when_its_host_leaves_it_is_off_for_everybody(hall: OpenHall) -> None:
    meeting = hall.opened(*hall.people[1:4])
    hall.leave(hall.people[0], meeting.pk)
    assert {own_table(one, meeting.pk, hall.now).state for one in hall.people[:4]} == {"cancelled"}
    assert "cancelled" in told(hall.people[1])
    assert listed(hall.people[5], hall) == []
    assert not Seat.objects.filter(is_active=True).exists()


def test_with_fewer_than_three_it_is_off_shortly_before_it_would_begin(hall: OpenHall) -> None:
    meeting, other = hall.opened(hall.people[1]), hall.approve(hall.propose(hall.people[2], slot=1))
    for one in hall.people[3:5]:
        hall.join(one, other)
    late = hall.forum.slots[1].starts_at - MIN_NOTICE
    assert refusal_of(lambda: hall.join(hall.people[5], meeting, hall.forum.slots[0].starts_at)) == "not_found"
    end_unanswered(now=hall.forum.slots[0].starts_at - MIN_NOTICE - dt.timedelta(minutes=1))
    meeting.refresh_from_db()
    assert meeting.state == "accepted"
    end_unanswered(now=late)
    end_unanswered(now=late)
    meeting.refresh_from_db()
    other.refresh_from_db()
    assert (meeting.state, other.state) == ("cancelled", "accepted")
    hall.now = late
    hall.leave(hall.people[3], other.pk)
    other.refresh_from_db()
    assert other.state == "cancelled"


@pytest.mark.slow
@each_unfit
def test_who_may_not_be_seated_neither_proposes_nor_reads_nor_joins_and_who_changes_leaves(
    hall: OpenHall, change: dict[str, object]
) -> None:
    meeting = hall.opened(*hall.people[1:4])
    unfit, member = hall.people[5], hall.people[1]
    Attendee.objects.filter(pk=unfit.pk).update(**change)
    assert listed(unfit, hall) == []
    assert refusal_of(lambda: hall.join(unfit, meeting)) == "not_found"
    assert refusal_of(lambda: hall.propose(unfit, slot=1)) == "cannot_host"
    Attendee.objects.filter(pk=member.pk).update(**change)
    assert member.pk not in {one.attendee_id for one in own_table(hall.people[2], meeting.pk, hall.now).members}
    end_refused_places(now=hall.now)
    assert members(meeting) == {hall.people[0].pk, *(one.pk for one in hall.people[2:4])}
    rounds = hall.propose(hall.people[4], slot=2)
    Attendee.objects.filter(pk=hall.people[4].pk).update(**change)
    assert proposals_for(hall.event, hall.now) == ()
    assert refusal_of(lambda: hall.approve(rounds)) == "cannot_sit"
    assert not Meeting.objects.filter(round_table__rounds=rounds).exists()


@pytest.mark.slow
@each_unfit
def test_with_a_host_who_may_no_longer_sit_it_is_off_for_everybody_at_once(
    hall: OpenHall, change: dict[str, object]
) -> None:
    meeting = hall.opened(*hall.people[1:4])
    Attendee.objects.filter(pk=hall.people[0].pk).update(**change)
    assert own_table(hall.people[1], meeting.pk, hall.now).state == "cancelled"
    assert own_table(hall.people[1], meeting.pk, hall.now).members == ()
    assert listed(hall.people[5], hall) == []
    assert end_refused_places(now=hall.now) == 1
    meeting.refresh_from_db()
    assert meeting.state == "cancelled"


@pytest.mark.parametrize("how", ["block", "report"])
@pytest.mark.parametrize("of", [0, 1], ids=["host", "member"])
@pytest.mark.parametrize("turned", [False, True], ids=["by them", "by me"])
def test_it_exists_only_for_those_whom_every_member_may_meet(hall: OpenHall, how: str, of: int, turned: bool) -> None:
    meeting, me = hall.opened(hall.people[1]), hall.people[5]
    pair = (me, hall.people[of]) if turned else (hall.people[of], me)
    assert listed(me, hall) == [meeting.pk]
    block_contact(how, *pair)
    assert listed(me, hall) == []
    with pytest.raises(NotFound) as hidden:
        hall.join(me, meeting)
    meeting.pk += 1_000
    with pytest.raises(NotFound) as absent:
        hall.join(me, meeting)
    assert hidden.value.message == absent.value.message
    assert members(Meeting.objects.get()) == {one.pk for one in hall.people[:2]}


@pytest.mark.parametrize("of", [0, 1], ids=["host", "member"])
def test_nobody_joins_where_they_have_no_language_with_somebody_and_they_read_why(hall: OpenHall, of: int) -> None:
    me, other = hall.people[5], hall.people[of]
    Attendee.objects.filter(pk=other.pk).update(languages=["en", "fr"])
    Attendee.objects.filter(pk=me.pk).update(languages=["th"])
    meeting = hall.opened(hall.people[1])
    Attendee.objects.exclude(pk__in=(me.pk, other.pk)).update(languages=["en", "th"])
    me = Attendee.objects.get(pk=me.pk)
    assert [row.can_talk for row in open_roundtables_for(me, hall.now)] == [False]
    assert refusal_of(lambda: hall.join(me, meeting)) == "no_common_language"
    assert members(meeting) == {one.pk for one in hall.people[:2]}
    assert open_roundtables_for(hall.people[1], hall.now)[0].can_talk


LANGUAGES_HELPED = {
    "interpreters": lambda hall, me, host: Event.objects.filter(pk=hall.event.pk).update(interpreters=True),
    "devices": lambda hall, me, host: Attendee.objects.filter(pk__in=(me, host)).update(translating_device=True),
    "unstated": lambda hall, me, host: Attendee.objects.filter(pk=me).update(languages=[]),
    "in common": lambda hall, me, host: Attendee.objects.filter(pk=host).update(languages=["en", "th"]),
}


@pytest.mark.parametrize("how", LANGUAGES_HELPED)
def test_an_interpreter_two_devices_or_no_word_on_languages_let_somebody_join(hall: OpenHall, how: str) -> None:
    me, meeting = hall.people[5], hall.opened()
    Attendee.objects.filter(pk=me.pk).update(languages=["th"])
    LANGUAGES_HELPED[how](hall, me.pk, hall.people[0].pk)
    hall.join(Attendee.objects.get(pk=me.pk), meeting)
    assert me.pk in members(meeting)


def test_of_two_who_join_at_once_without_a_common_language_the_second_is_told_that_it_is_full(
    hall: OpenHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    Attendee.objects.filter(pk=hall.people[0].pk).update(languages=["en", "th"])
    Attendee.objects.filter(pk=hall.people[5].pk).update(languages=["th"])
    meeting, me = hall.opened(), Attendee.objects.get(pk=hall.people[5].pk)
    read = open_roundtables_for(me, hall.now)[0]
    hall.join(hall.people[1], meeting)
    monkeypatch.setattr(open_roundtables, "open_roundtable_for", lambda *_of: read)
    assert refusal_of(lambda: hall.join(me, meeting)) == "roundtable_full"
    assert members(meeting) == {one.pk for one in hall.people[:2]}


def test_groups_that_a_rule_parts_read_nothing_of_each_other(hall: OpenHall) -> None:
    hall.opened()
    ContactRule.objects.create(event=hall.event, constituency="government", other_constituency="industry")
    seen = {one.constituency for one in hall.people if listed(one, hall)}
    assert hall.people[0].constituency == "government"
    assert seen == {"government", "civil-society"}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["block", "report"])
def test_whoever_blocks_a_member_after_joining_leaves_and_the_others_see_a_leaving(hall: OpenHall, how: str) -> None:
    meeting = hall.opened(*hall.people[1:4])
    blocker, blocked, third = hall.people[1:4]
    block_contact(how, blocker, blocked)
    assert listed(blocker, hall) == []
    assert own_table(blocker, meeting.pk, hall.now).members == ()
    for reader in (hall.people[0], blocked, third):
        assert blocker.pk not in {one.attendee_id for one in own_table(reader, meeting.pk, hall.now).members}
        assert own_table(reader, meeting.pk, hall.now).state == "accepted"
    end_refused_places(now=hall.now)
    assert members(meeting) == {hall.people[0].pk, blocked.pk, third.pk}
    assert told(blocked) == told(third) == []
    assert refusal_of(lambda: hall.join(blocker, meeting)) == "not_found"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["block", "report"])
def test_a_host_who_blocks_a_member_leaves_as_anybody_does_and_it_is_off(hall: OpenHall, how: str) -> None:
    meeting = hall.opened(*hall.people[1:4])
    block_contact(how, hall.people[0], hall.people[1])
    rows = [own_table(one, meeting.pk, hall.now) for one in hall.people[1:4]]
    assert {(row.state, row.members, row.reason) for row in rows} == {("cancelled", (), "")}
    end_refused_places(now=hall.now)
    assert {tuple(told(one)) for one in hall.people[1:4]} == {("cancelled",)}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["block", "report"])
def test_two_who_are_apart_are_at_no_roundtable_to_come(hall: OpenHall, how: str) -> None:
    block_contact(how, hall.people[1], hall.people[2])
    meeting = hall.opened(hall.people[1])
    assert refusal_of(lambda: hall.join(hall.people[2], meeting)) == "not_found"


@pytest.mark.slow
def test_an_alias_stands_wherever_a_roundtable_names_somebody_and_no_topic_tells_who_it_is(hall: OpenHall) -> None:
    host, reader = hall.people[0], hall.people[1]
    data = AliasData(name="Orchid", real_name=host.name)
    set_alias_of(hall.event, host.pk, data, is_wish=True, by=None, now=hall.now)
    host.refresh_from_db()
    assert refusal_of(lambda: hall.propose(host, about=f"Ask {data.real_name}")) == "real_name_in_text"
    rounds = hall.propose(host)
    assert proposals_for(hall.event, hall.now)[0].host_name == "Orchid"
    meeting = hall.approve(rounds)
    assert open_roundtables_for(reader, hall.now)[0].host.name == "Orchid"
    hall.join(reader, meeting)
    assert [one.name for one in own_table(reader, meeting.pk, hall.now).members] == ["Orchid"]


def test_a_person_a_table_and_a_time_are_taken_once(hall: OpenHall) -> None:
    first = hall.opened(hall.people[1])
    second = hall.approve(hall.propose(hall.people[2]))
    assert first.table != second.table
    assert refusal_of(lambda: hall.join(hall.people[1], second)) == "slot_taken"
    assert refusal_of(lambda: hall.propose(hall.people[1])) == "slot_taken"
    assert refusal_of(lambda: hall.propose(hall.people[3])) == "no_table_free"
    Seat.objects.filter(meeting=first, attendee=hall.people[1]).update(is_active=False)
    hall.join(hall.people[1], second)
    with pytest.raises(IntegrityError):
        Seat.objects.filter(meeting=first, attendee=hall.people[1]).update(is_active=True)


def test_of_three_proposed_for_two_tables_the_third_waits_or_is_declined(hall: OpenHall) -> None:
    three = [hall.propose(one) for one in hall.people[:3]]
    assert len({hall.approve(one).table_id for one in three[:2]}) == 2
    assert refusal_of(lambda: hall.approve(three[2])) == "no_table_free"
    assert Rounds.objects.get(pk=three[2].pk).state == "proposed"


def test_a_bookmarked_session_keeps_a_time_and_a_host_who_is_taken_by_now_cannot_hold_it(hall: OpenHall) -> None:
    me, slot = hall.people[1], hall.forum.slots[0]
    meeting, other = hall.opened(), hall.propose(me)
    session = make_session(hall.event)
    session.starts_at, session.ends_at = slot.starts_at, slot.ends_at
    session.save()
    hall.join(me, meeting)
    assert refusal_of(lambda: hall.approve(other)) == "cannot_sit"
    session.parts.create(event=hall.event, attendee=hall.people[2], part="bookmarked")
    assert refusal_of(lambda: hall.join(hall.people[2], meeting)) == "slot_taken"


def test_a_host_takes_a_proposal_back_and_has_three_at_most(hall: OpenHall) -> None:
    host = hall.people[0]
    rounds = [hall.propose(host, slot=number) for number in range(3)]
    assert refusal_of(lambda: hall.propose(host, slot=3)) == "too_many_roundtables"
    target = {"attendee": host, "rounds_id": rounds[0].pk, "by": host.person, "now": hall.now}
    for _again in range(2):
        assert withdraw_roundtable(**target).state == "cancelled"
    hall.propose(host, slot=3)
    assert refusal_of(lambda: hall.approve(rounds[0])) == "not_proposed"
    hall.approve(rounds[1])
    assert refusal_of(lambda: withdraw_roundtable(**target | {"rounds_id": rounds[1].pk})) == "already_approved"
    stranger = {"attendee": hall.people[1], "by": hall.people[1].person}
    assert refusal_of(lambda: withdraw_roundtable(**target | stranger)) == "not_found"


def test_a_host_changes_what_waits_and_an_organiser_answers_what_they_read(hall: OpenHall) -> None:
    host = hall.people[0]
    rounds = hall.propose(host, topic=hall.topic)
    changed = hall.change(rounds, slot=1, seats=6)
    [row] = proposals_for(hall.event, hall.now)
    assert (row.about, row.seats, row.topic, row.version) == ("Evidence, in one form", 6, "", 2)
    assert row.starts_at == hall.forum.slots[1].starts_at
    assert Rounds.objects.count() == RoundTable.objects.count() == 1
    assert refusal_of(lambda: hall.approve(rounds)) == refusal_of(lambda: decline(hall, rounds)) == "changed_meanwhile"
    assert told(host) == []
    meeting = hall.approve(changed)
    assert meeting.slot == hall.forum.slots[1]
    hall.join(hall.people[1], meeting)
    table = own_table(hall.people[1], meeting.pk, hall.now)
    assert (table.title, table.topic_name) == ("Evidence, in one form", "")


def test_what_is_answered_or_taken_back_or_of_another_is_not_changed(hall: OpenHall) -> None:
    host, other = hall.people[:2]
    approved, declined, back = (hall.propose(host, slot=number) for number in range(3))
    hall.approve(approved)
    decline(hall, declined)
    withdraw_roundtable(attendee=host, rounds_id=back.pk, by=host.person, now=hall.now)
    before = list(Rounds.objects.order_by("pk").values())
    assert refusal_of(lambda: hall.change(approved)) == "already_approved"
    assert refusal_of(lambda: hall.change(declined)) == refusal_of(lambda: hall.change(back)) == "not_proposed"
    waiting = hall.propose(host, slot=3)
    data = RoundtableData(about="Mine now", slot_id=hall.forum.slots[3].pk, seats=4)
    for rounds_id in (waiting.pk, 10**9):
        target = {"attendee": other, "rounds_id": rounds_id, "by": other.person, "now": hall.now}
        assert refusal_of(lambda target=target: change_roundtable(**target, data=data)) == "not_found"
    assert list(Rounds.objects.exclude(pk=waiting.pk).order_by("pk").values()) == before


@each_unfit
def test_who_may_not_be_seated_changes_nothing(hall: OpenHall, change: dict[str, object]) -> None:
    rounds = hall.propose(hall.people[0])
    Attendee.objects.filter(pk=hall.people[0].pk).update(**change)
    assert refusal_of(lambda: hall.change(rounds)) == "cannot_host"


def test_a_change_needs_a_time_at_which_its_host_and_a_table_are_free_and_no_real_name(hall: OpenHall) -> None:
    hall.opened(slot=1)
    hall.approve(hall.propose(hall.people[1], slot=1))
    mine, theirs = hall.propose(hall.people[0]), hall.propose(hall.people[2])
    assert refusal_of(lambda: hall.change(mine, slot=1)) == "slot_taken"
    assert refusal_of(lambda: hall.change(theirs, slot=1)) == "no_table_free"
    assert refusal_of(lambda: hall.change(mine, about="")) == "bad_roundtable"
    data = AliasData(name="Orchid", real_name=hall.people[2].name)
    set_alias_of(hall.event, hall.people[2].pk, data, is_wish=True, by=None, now=hall.now)
    assert refusal_of(lambda: hall.change(theirs, about=f"Ask {data.real_name}")) == "real_name_in_text"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"about": " "}, "bad_roundtable"),
        ({"about": "x" * 121}, "bad_roundtable"),
        ({"seats": 3}, "bad_roundtable"),
        ({"seats": 9}, "bad_roundtable"),
        ({"topic": "unknown"}, "bad_roundtable"),
        ({"slot_id": 10**9}, "bad_times"),
    ],
)
def test_what_cannot_be_proposed_is_said(hall: OpenHall, wrong: dict[str, object], code: str) -> None:
    assert refusal_of(lambda: hall.propose(hall.people[0], **wrong)) == code
    assert not Rounds.objects.exists()


def test_nobody_but_organisers_of_the_forum_approves_and_declines(hall: OpenHall) -> None:
    rounds, by = hall.propose(hall.people[0]), hall.people[1].person
    target = {"event": hall.event, "rounds_id": rounds.pk, "by": by, "now": hall.now}
    assert refusal_of(lambda: approve_roundtable(**target, version=1)) == "only_organisers"
    assert refusal_of(lambda: decline_roundtable(**target, version=1, reason="No")) == "only_organisers"
    assert refusal_of(lambda: cancel_rounds(**target | {"by": hall.boss.person})) == "not_found"


def test_an_organiser_cancels_an_open_one_and_seats_no_latecomers_at_it(hall: OpenHall) -> None:
    meeting = hall.opened(hall.people[1])
    target = {"event": hall.event, "rounds_id": meeting.round_table.rounds_id, "by": hall.boss.person}
    assert refusal_of(lambda: seat_latecomers(**target)) == "not_published"
    hall.work(cancel_rounds(**target, now=hall.now))
    assert {row.state for one in hall.people[:2] for row in own_tables(one, hall.now)} == {"cancelled"}


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "archived"])
def test_in_a_forum_that_is_over_nothing_is_proposed_approved_or_joined(hall: OpenHall, state: str) -> None:
    meeting, rounds = hall.opened(), hall.propose(hall.people[1], slot=1)
    Event.objects.update(state=state)
    hall.event.refresh_from_db()
    people = Attendee.objects.select_related("event", "person").order_by("pk")
    me = people.get(pk=hall.people[2].pk)
    for call in (
        lambda: hall.propose(me, slot=2),
        lambda: hall.join(me, meeting),
        lambda: hall.change(rounds),
        lambda: hall.approve(rounds),
        lambda: decline(hall, rounds),
    ):
        assert refusal_of(call) == "not_in_this_state"


def test_in_a_rehearsal_roundtables_are_rehearsed_and_no_mail_leaves(hall: OpenHall) -> None:
    copy = OpenHall(people=3, tables=1, slots=2, slug="rehearsal")
    Event.objects.filter(pk=copy.event.pk).update(rehearsal_of=hall.event)
    meeting = copy.opened(copy.people[1])
    assert own_table(copy.people[1], meeting.pk, copy.now).state == "accepted"
    assert refusal_of(lambda: hall.join(hall.people[1], meeting)) == "not_found"
    assert not Event.objects.get(pk=copy.event.pk).sends_mail


def test_who_leaves_takes_their_proposals_along_and_an_erasure_their_words(hall: OpenHall) -> None:
    host = hall.people[0]
    meeting, waiting = hall.opened(hall.people[1]), hall.propose(host, slot=1)
    declined = decline(hall, hall.propose(host, slot=2))
    end_everything_of(attendee_ids=[host.pk], now=hall.now)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert own_table(hall.people[1], meeting.pk, hall.now).state == "cancelled"
    erase_rows(host, hall.now)
    assert set(Rounds.objects.values_list("title", "reason")) == {("–", "")}
    assert Rounds.objects.get(pk=declined.pk).state == "declined"


@pytest.mark.slow
def test_reading_the_list_takes_as_many_queries_for_four_as_for_one(hall: OpenHall) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            open_roundtables_for(hall.people[5], hall.now)
        return len(found)

    hall.opened(hall.people[4])
    count()
    first = count()
    for number in (1, 2, 3):
        hall.approve(hall.propose(hall.people[number], slot=number))
    assert len(listed(hall.people[5], hall)) == 4
    assert count() == first


def test_a_stranger_of_another_forum_reads_and_joins_nothing(hall: OpenHall) -> None:
    meeting = hall.opened()
    stranger = make_attendee(OpenHall(people=0, slug="another").event)
    assert listed(stranger, hall) == []
    assert refusal_of(lambda: hall.join(stranger, meeting)) == "not_found"
