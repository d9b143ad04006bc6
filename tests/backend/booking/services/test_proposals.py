"""What organisers propose or arrange in their own name, and that neither of the two learns the other's no."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from backend.agenda.selectors.agenda import agenda_for
from backend.booking.models.availability import MeetingRules
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered, TooLate
from backend.booking.selectors.meetings import answered_proposals, meeting_for, requests_sent, requests_to_answer
from backend.booking.selectors.open_contacts import open_contacts_for
from backend.booking.services.availability import close_slots
from backend.booking.services.booking import NoTableFree, SlotTaken
from backend.booking.services.meeting_rules import set_rules
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.moving import move_meeting
from backend.booking.services.proposals import propose_meeting, withdraw_proposal
from backend.booking.services.requests import AlreadyAsked, BadTimes, KeyReused, expire_requests
from backend.core.errors import BusinessError, NotFound, OrganisersOnly
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.notifications.services.notice_mails import mail_for
from backend.notifications.services.reminders import remind_people
from backend.stats.selectors.overview import overview_for
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, make_attendee
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def kinds(attendee: Attendee) -> list[str]:
    return [*attendee.notices.order_by("pk").values_list("kind", flat=True)]


def withdraw(forum: Forum, meeting: Meeting) -> Meeting:
    return withdraw_proposal(event=forum.event, meeting_id=meeting.pk, by=forum.boss().person, now=forum.now)


def refusal_of(forum: Forum, *people: Attendee, slot: int = 0) -> tuple[str, str, object]:
    a, b = people
    with pytest.raises(BusinessError) as caught:
        forum.propose(a, b, forum.slots[slot])
    return caught.value.code, caught.value.message, caught.value.details.get("alternatives")


# --- proposed, and agreed by two yeses ---


def test_nobody_asks_and_two_yeses_agree_it_at_the_planned_table(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0], table_id=forum.tables[1].pk, because="You both work on safety.")
    assert (meeting.state, meeting.asker, kinds(a), kinds(b)) == ("proposed", None, ["proposed"], ["proposed"])
    for reader, other in ((a, b), (b, a)):
        (row,) = requests_to_answer(reader, forum.now)
        assert (row.by_organisers, row.asked_by_me, row.message) == (True, False, "You both work on safety.")
        assert row.actions == ("accept", "decline")
        assert [time.slot_id for time in row.times] == [forum.slots[0].pk]
        assert requests_sent(reader, forum.now) == ()
        mail = mail_for(reader.notices.get(), forum.now)
        assert mail is not None
        assert mail.subject == f"The organisers propose that you meet {other.person.name}"
        assert "meet, one to one, because: You both work on safety.\n" in str(mail.body)
    assert forum.accept(a, meeting).state == "proposed"
    assert (kinds(a), kinds(b)) == (["proposed"], ["proposed"])
    agreed = forum.accept(b, meeting)
    assert (agreed.state, agreed.slot, agreed.table) == ("accepted", forum.slots[0], forum.tables[1])
    for reader in (a, b):
        assert kinds(reader) == ["proposed", "accepted"]
        mail = mail_for(reader.notices.get(kind="accepted"), forum.now)
        assert mail is not None
        assert "The organisers proposed it and you both said yes." in mail.body
    assert not Meeting.objects.answered()


def test_pending_blocks_no_time_and_counts_in_no_cap(forum: Forum) -> None:
    a, b, c, d = forum.people
    MeetingRules.objects.create(event=forum.event, open_requests=1)
    forum.propose(a, b, forum.slots[0])
    forum.propose(a, c, forum.slots[0])
    assert forum.accept(d, forum.ask(a, d, forum.slots[0])).state == "accepted"
    assert forum.ask(a, *forum.join(1)).state == "requested"


def test_an_own_answer_can_be_changed_until_both_said_yes(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])
    forum.decline(a, meeting)
    assert meeting_for(a, meeting.pk, forum.now).actions == ("accept",)
    forum.accept(b, meeting)
    assert meeting_for(b, meeting.pk, forum.now).actions == ("decline",)
    assert forum.accept(a, meeting).state == "accepted"
    with pytest.raises(AlreadyAnswered):
        forum.decline(b, meeting)


def test_three_times_may_be_proposed_and_a_yes_is_to_any_of_them(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, *forum.slots[:3])
    forum.accept(a, meeting)
    with refuses("not_offered"):
        forum.accept(b, meeting, forum.slots[4])
    assert forum.accept(b, meeting, forum.slots[1]).slot == forum.slots[1]
    with pytest.raises(BadTimes):
        forum.propose(a, forum.people[2], *forum.slots[:4])
    with pytest.raises(BadTimes):
        forum.propose(a, forum.people[2])


# --- a no, a withdrawal and silence read the same ---


def seen_by(reader: Attendee, meeting: Meeting, now: dt.datetime) -> object:
    """All that the pages, the API and the mails tell this attendee of the meeting at this time."""
    client = APIClient()
    client.force_login(reader.person)
    answers = [
        client.get(f"/api/v1/events/forum/{path}")
        for path in ("meetings/", f"meetings/{meeting.pk}/", "agenda/", "notices/", "availability/")
    ]
    return (
        [(answer.status_code, answer.json(), answer.headers.get("ETag")) for answer in answers],
        meeting_for(reader, meeting.pk, now),
        agenda_for(reader, now),
        answered_proposals(reader, now),
        open_contacts_for(reader, now),
        kinds(reader),
        [mail.body for one in reader.notices.order_by("pk") if (mail := mail_for(one, now))],
    )


def told(value: object, meeting: Meeting, number: int) -> str:
    """What was seen, without the ids and marks that two meetings cannot share."""
    text = repr(value)
    for name in (str(meeting.uid), meeting.uid.hex, f"/{meeting.pk}/"):
        text = text.replace(name, "the meeting")
    return text


ENDS = {
    "alive": lambda forum, other, meeting: None,
    "no": lambda forum, other, meeting: forum.decline(other, meeting, "I would rather not"),
    "withdrawn": lambda forum, other, meeting: withdraw(forum, meeting),
}


@pytest.mark.slow
@pytest.mark.parametrize("mine", ["yes", "no", ""])
def test_until_it_expires_nothing_differs_between_alive_refused_and_withdrawn(
    forum: Forum, mine: str, time_machine
) -> None:
    """The same forum three times, put back in between, with a no, a withdrawal and nothing."""
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])

    def run(end: str) -> list[str]:
        found: list[str] = []
        sid = transaction.savepoint()
        ENDS[end](forum, b, meeting)
        forum.now = meeting.asked_at + HOUR
        if mine:
            (forum.accept if mine == "yes" else forum.decline)(a, meeting)
        end_refused_meetings(now=forum.now)
        remind_people(now=meeting.asked_at + 40 * HOUR)
        for at in (meeting.asked_at + 41 * HOUR, meeting.expires_at - dt.timedelta(seconds=1)):
            time_machine.move_to(at, tick=False)
            expire_requests(now=at)
            found.append(told(seen_by(a, meeting, at), meeting, 0))
            for who, other in ((a, b), (b, a)):
                with pytest.raises(AlreadyAsked, match="The organisers proposed that you two meet"):
                    forum.ask(who, other)
        time_machine.move_to(meeting.expires_at, tick=False)
        expire_requests(now=meeting.expires_at)
        found.append(told(seen_by(a, meeting, meeting.expires_at), meeting, 0))
        assert kinds(a)[-1] == kinds(b)[-1] == "expired"
        meeting.refresh_from_db()
        assert meeting.state == "expired"
        transaction.savepoint_rollback(sid)
        meeting.refresh_from_db()
        forum.now = meeting.asked_at
        return found

    pages = {
        end: [re.sub(r"'notice': \d+|notice_id=\d+|/answer/[^/]+/", "", text) for text in run(end)] for end in ENDS
    }
    assert pages["alive"] == pages["no"] == pages["withdrawn"]
    assert "did not come about" in pages["no"][-1]


@pytest.mark.parametrize("end", ["no", "withdrawn"])
def test_a_yes_to_a_proposal_that_is_dead_is_stored_and_never_books(forum: Forum, end: str) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])
    ENDS[end](forum, b, meeting)
    if end == "withdrawn":
        forum.accept(b, meeting)
    assert forum.accept(a, meeting).state == "proposed"
    assert not Seat.objects.filter(is_active=True).exists()


@pytest.mark.parametrize("taken", ["time", "table"])
def test_time_and_table_are_checked_in_the_same_way_whatever_the_other_said(forum: Forum, taken: str) -> None:
    a, b, c, d, *_more = [*forum.people, *forum.join(2)]
    alive, dead, agreed = (forum.propose(a, one, forum.slots[0]) for one in (b, c, d))
    forum.decline(c, dead)
    forum.accept(d, agreed)
    if taken == "time":
        a.availability.filter(slot=forum.slots[0]).delete()
    else:
        Table.objects.all().delete()
    refusals = set()
    for meeting in (alive, dead, agreed):
        with pytest.raises((SlotTaken, NoTableFree)) as caught:
            forum.accept(a, meeting)
        refusals.add((caught.value.code, caught.value.message))
    assert len(refusals) == 1


def test_a_reason_given_with_a_no_is_not_kept(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])
    forum.decline(b, meeting, "She is dull")
    expire_requests(now=meeting.expires_at)
    meeting.refresh_from_db()
    assert (meeting.reason, meeting.ended_by) == ("", None)


# --- its time closes, it expires, it is withdrawn ---


@pytest.mark.parametrize("no", [False, True])
def test_when_its_time_closes_it_gets_the_next_and_a_yes_is_asked_again(forum: Forum, no: bool) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])
    forum.accept(a, meeting)
    if no:
        forum.decline(b, meeting)
    close_slots(attendee=b, slot_ids=[forum.slots[0].pk], by=b.person, now=forum.now)
    assert [*meeting.times.values_list("slot", flat=True)] == [forum.slots[1].pk]
    assert {seat.attendee_id: seat.answer for seat in meeting.seats.all()} == {a.pk: "", b.pk: "no" if no else ""}
    assert kinds(a) == ["proposed", "time_taken"]
    assert kinds(b) == (["proposed"] if no else ["proposed", "time_taken"])
    mail = mail_for(a.notices.get(kind="time_taken"), forum.now)
    assert mail is not None
    assert "The organisers propose the next time you are both free" in mail.body


@pytest.mark.parametrize("no", [False, True])
def test_with_no_time_left_it_ends_and_both_are_told_that_it_did_not_come_about(forum: Forum, no: bool) -> None:
    a, b, *_ = forum.people
    meeting = forum.propose(a, b, forum.slots[0])
    if no:
        forum.decline(b, meeting)
    every = [slot.pk for slot in forum.slots]
    close_slots(attendee=a, slot_ids=every, by=a.person, now=forum.now)
    meeting.refresh_from_db()
    assert (meeting.state, kinds(a)[-1], kinds(b)[-1]) == ("expired", "expired", "expired")


def test_it_waits_for_hours_of_its_own_and_reminds_who_has_not_answered(forum: Forum) -> None:
    a, b, *_ = forum.people
    boss = forum.boss().person
    limits = {"open_requests": 8, "expiry_hours": 48, "proposal_hours": 20}
    set_rules(event=forum.event, **limits, by=boss)
    with refuses("bad_rules"):
        set_rules(event=forum.event, **{**limits, "proposal_hours": 0}, by=boss)
    meeting = forum.propose(a, b, forum.slots[0])
    assert meeting.expires_at == forum.now + 20 * HOUR
    forum.accept(a, meeting)
    assert remind_people(now=forum.now + 9 * HOUR) == 0
    assert remind_people(now=forum.now + 10 * HOUR) == 1
    assert remind_people(now=forum.now + 11 * HOUR) == 0
    assert (kinds(a), kinds(b)) == (["proposed"], ["proposed", "reminder_half"])


@pytest.mark.slow
def test_the_contact_policy_ends_it_and_erased_people_break_nothing(forum: Forum, blocked_by: str) -> None:
    a, b, c, d = forum.people
    parted, left = forum.propose(a, b, forum.slots[0]), forum.propose(c, d, forum.slots[0])
    block_contact(blocked_by, a, b, forum.now)
    assert requests_to_answer(b, forum.now) == ()
    for gone in (c, d):
        gone.delete()
    assert end_refused_meetings(now=forum.now) == 2
    for meeting in (parted, left):
        meeting.refresh_from_db()
        assert meeting.state == "expired"


def test_only_an_organiser_withdraws_and_only_a_proposal_that_is_open(forum: Forum) -> None:
    a, b, c, _ = forum.people
    meeting, asked = forum.propose(a, b, forum.slots[0]), forum.ask(a, c)
    with pytest.raises(OrganisersOnly):
        withdraw_proposal(event=forum.event, meeting_id=meeting.pk, by=a.person, now=forum.now)
    with pytest.raises(NotFound):
        withdraw(forum, asked)
    assert withdraw(forum, meeting).withdrawn_at == withdraw(forum, meeting).withdrawn_at == forum.now
    again = forum.propose(a, b, forum.slots[1])
    assert (again.pk, again.withdrawn_at, kinds(a)) == (meeting.pk, None, ["proposed", "time_taken"])
    for who in (a, b):
        forum.accept(who, again)
    with pytest.raises(AlreadyAnswered):
        withdraw(forum, meeting)


# --- whom organisers may put forward ---


def test_two_whom_the_policy_parts_answer_exactly_as_two_without_a_common_time(forum: Forum, blocked_by: str) -> None:
    a, b, c, _ = forum.people
    (late,) = forum.join(1)
    late.availability.all().delete()
    lonely = refusal_of(forum, a, late)
    assert lonely[:2] == ("slot_taken", "These two have no time in common at which both are free.")
    for hidden in ({"age_class": "minor"}, {"visibility": "hidden"}):
        Attendee.objects.filter(pk=c.pk).update(age_class="adult", visibility="listed")
        Attendee.objects.filter(pk=c.pk).update(**hidden)
        assert refusal_of(forum, a, c) == lonely
    block_contact(blocked_by, a, b, forum.now)
    assert refusal_of(forum, a, b) == lonely
    assert not Meeting.objects.exists()
    assert not Notice.objects.exists()


def test_refusals_name_what_is_wrong(forum: Forum) -> None:
    a, b, c, d = forum.people
    elsewhere = make_forum(slug="elsewhere", people=1)
    assert refusal_of(forum, a, a)[0] == "same_person"
    assert refusal_of(forum, a, elsewhere.people[0])[0] == "not_found"
    with pytest.raises(BadTimes):
        forum.propose(a, b, elsewhere.slots[0])
    with pytest.raises(NotFound):
        forum.propose(a, b, forum.slots[0], table_id=elsewhere.tables[0].pk)
    new = make_attendee(forum.event, has_joined=False, name="Nok")
    assert refusal_of(forum, a, new)[:2] == ("not_joined", "Nok has not joined this forum yet; whoever joins can meet.")
    forum.ask(a, b)
    assert refusal_of(forum, a, b)[0] == "already_asked"
    forum.accept(d, forum.ask(c, d, forum.slots[0]))
    assert refusal_of(forum, c, b)[2][0]["slot"] == forum.slots[1].pk
    with pytest.raises(OrganisersOnly):
        propose_meeting(event=forum.event, pair=(a.pk, c.pk), slot_ids=[forum.slots[1].pk], by=a.person, now=forum.now)
    with pytest.raises(KeyReused):
        forum.propose(a, c, forum.slots[1], key="k")
        forum.propose(b, d, forum.slots[1], key="k")


@pytest.mark.slow
def test_organisers_count_them_apart(forum: Forum) -> None:
    a, b, c, d = forum.people
    forum.ask(a, c)
    first, second, third = (forum.propose(*two, forum.slots[n]) for n, two in enumerate([(a, b), (c, d), (b, c)]))
    for who in (c, d):
        forum.accept(who, second)
    forum.decline(b, third)
    figures = overview_for(forum.event, forum.now)
    assert (figures.waiting, figures.proposed, figures.accepted, figures.not_agreed) == (1, 2, 1, 0)
    later = overview_for(forum.event, third.expires_at)
    assert (later.proposed, later.not_agreed, later.answer_hours) == (0, 2, None)
    expire_requests(now=first.expires_at)
    after = overview_for(forum.event, third.expires_at)
    assert (after.proposed, after.not_agreed, after.expired) == (0, 2, 1)


# --- an agreed meeting is moved ---


@pytest.mark.slow
@pytest.mark.parametrize("made", ["asked", "arranged"])
def test_an_organiser_moves_an_agreed_meeting_and_both_are_told_and_can_cancel(forum: Forum, made: str) -> None:
    a, b, c, _ = forum.people
    meeting = forum.arrange(a, b, forum.slots[0])
    if made == "asked":
        forum.cancel(a, meeting)
        meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    waiting = forum.ask(c, a, forum.slots[2])
    forum.move(meeting, forum.slots[0], forum.tables[1])
    moved = forum.move(meeting, forum.slots[2])
    assert (moved.slot, moved.table, moved.sequence) == (forum.slots[2], forum.tables[1], 2)
    assert forum.move(meeting, forum.slots[2]).sequence == 2
    assert kinds(a).count("moved") == kinds(b).count("moved") == 2
    assert [*waiting.times.values_list("slot", flat=True)] == [
        slot.pk for slot in forum.slots[:1] + forum.slots[1:2] + forum.slots[3:4]
    ]
    mail = mail_for(b.notices.filter(kind="moved").first(), forum.now)
    assert mail is not None
    assert "If it does not suit you, cancel it" in mail.body
    assert forum.cancel(b, moved).state == "cancelled"


def test_it_moves_only_where_both_and_the_table_are_free(forum: Forum) -> None:
    a, b, c, d = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    other = forum.accept(d, forum.ask(c, d, forum.slots[0]))
    with pytest.raises(NoTableFree):
        forum.move(meeting, forum.slots[0], other.table)
    forum.accept(c, forum.ask(a, c, forum.slots[1]))
    with pytest.raises(SlotTaken):
        forum.move(meeting, forum.slots[1])
    with pytest.raises(OrganisersOnly):
        move_meeting(event=forum.event, meeting_id=meeting.pk, slot_id=forum.slots[2].pk, by=a.person, now=forum.now)
    forum.now = forum.slots[0].starts_at
    with pytest.raises(TooLate):
        forum.move(meeting, forum.slots[2])
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.sequence) == (forum.slots[0], 0)


def test_a_pair_that_was_parted_moves_to_no_other_time(forum: Forum, blocked_by: str) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    block_contact(blocked_by, a, b, forum.now)
    with pytest.raises(SlotTaken):
        forum.move(meeting, forum.slots[2])
