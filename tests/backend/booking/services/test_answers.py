"""Requests accepted, declined, withdrawn, expired and cancelled; and other requests for the same slot."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered, RequestExpired, TooLate
from backend.booking.selectors.meetings import meeting_for, requests_sent, requests_to_answer
from backend.booking.selectors.places import ROOM_MARGIN
from backend.booking.services.booking import NoTableFree, SlotTaken
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.core.errors import NotFound, NotYours
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.states import NotInThisState
from tests.backend.conftest import make_forum
from tests.factories import block_contact
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def notified(meeting):
    """The kind and reader of each notice of a meeting, in order."""
    return list(Notice.objects.filter(meeting=meeting).order_by("pk").values_list("kind", "attendee_id"))


def test_a_request_is_accepted_at_one_of_its_times_and_both_are_seated_at_a_table(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, *forum.slots[:3], message="Shall we talk about evidence?")
    assert Seat.objects.filter(is_active=True).count() == 0  # pending blocks nobody

    forum.accept(b, meeting, forum.slots[1])

    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.ACCEPTED
    assert (meeting.slot, meeting.table) == (forum.slots[1], forum.tables[0])
    seats = {seat.attendee_id: seat for seat in Seat.objects.filter(meeting=meeting)}
    assert set(seats) == {a.pk, b.pk}
    assert all(seat.is_active and seat.period == meeting.period for seat in seats.values())
    assert meeting.period.lower == forum.slots[1].starts_at
    assert notified(meeting) == [("requested", b.pk), ("accepted", a.pk), ("accepted", b.pk)]


def test_accepting_the_same_again_notifies_nobody_and_another_time_is_refused(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0], forum.slots[1])
    forum.accept(b, meeting, forum.slots[0])
    before = notified(meeting)
    assert forum.accept(b, meeting, forum.slots[0]).pk == forum.accept(b, meeting).pk == meeting.pk
    with pytest.raises(AlreadyAnswered):
        forum.accept(b, meeting, forum.slots[1])
    assert notified(meeting) == before


def test_a_forum_that_is_over_has_no_request_to_answer(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    forum.event.state = Event.State.CLOSED
    forum.event.save()
    b = Attendee.objects.get(pk=b.pk)
    assert requests_to_answer(b, forum.now) == ()
    with pytest.raises(NotInThisState, match="is over"):
        forum.accept(b, meeting)
    assert forum.decline(b, meeting).state == Meeting.State.DECLINED


def test_only_the_one_who_was_asked_answers_and_only_the_asker_withdraws(forum):
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    for change in (forum.accept, forum.decline):
        with pytest.raises(NotYours):
            change(a, meeting)
        with pytest.raises(NotFound):
            change(c, meeting)
    with pytest.raises(NotYours):
        forum.withdraw(b, meeting)
    assert notified(meeting) == [("requested", b.pk)]


def test_a_decline_and_a_withdrawal_notify_once_and_are_final(forum):
    a, b, c, _ = forum.people
    declined, withdrawn = forum.ask(a, b, forum.slots[0]), forum.ask(c, b, forum.slots[0])
    for _ in range(2):
        forum.decline(b, declined, reason="No time")
        forum.withdraw(c, withdrawn)
    assert notified(declined) == [("requested", b.pk), ("declined", a.pk)]
    assert notified(withdrawn) == [("requested", b.pk), ("withdrawn", b.pk)]
    for meeting, who in ((declined, b), (withdrawn, b)):
        with pytest.raises(AlreadyAnswered) as caught:
            forum.accept(who, meeting)
        assert caught.value.details["state"] in {"declined", "withdrawn"}


def test_a_reason_that_is_too_long_is_refused(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    with pytest.raises(TextTooLong):
        forum.decline(b, meeting, reason="x" * 501)


def test_a_time_that_was_not_offered_or_is_no_slot_of_this_forum_is_refused(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    elsewhere = make_forum(slug="elsewhere", people=0)
    for slot in (forum.slots[1], elsewhere.slots[0]):
        with refuses("not_offered"):
            forum.accept(b, meeting, slot)


def test_a_request_past_its_expiry_cannot_be_accepted_even_before_the_job_has_run(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    forum.now = meeting.expires_at
    for change in (forum.accept, forum.decline):
        with pytest.raises(RequestExpired):
            change(b, meeting)
    assert requests_to_answer(b, forum.now) == ()
    assert requests_sent(a, forum.now)[0].state == "expired"


def test_the_job_expires_what_is_due_notifies_both_once_and_leaves_the_rest(forum):
    a, b, c, _ = forum.people
    due, later = forum.ask(a, b, forum.slots[0]), None
    forum.now += HOUR
    later = forum.ask(a, c, forum.slots[0])
    forum.now = due.expires_at
    assert expire_requests(now=forum.now) == 1
    assert expire_requests(now=forum.now) == 0
    due.refresh_from_db()
    assert due.state == "expired"
    assert notified(due)[1:] == [("expired", a.pk), ("expired", b.pk)]
    assert notified(later) == [("requested", c.pk)]


def test_when_a_slot_is_taken_other_requests_keep_their_other_slots_with_a_notice(forum):
    a, b, c, _ = forum.people
    loser = forum.ask(c, b, forum.slots[0], forum.slots[2])
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    assert [time.slot for time in loser.times.all()] == [forum.slots[2]]
    assert notified(loser) == [("requested", b.pk), ("time_taken", c.pk)]
    assert forum.accept(b, loser).slot == forum.slots[2]


def test_a_request_that_loses_its_last_slot_offers_the_next_three_and_both_get_a_notice(forum):
    a, b, c, _ = forum.people
    loser = forum.ask(c, b, forum.slots[0])
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    assert [time.slot for time in loser.times.all()] == forum.slots[1:4]
    assert sorted(notified(loser)[1:]) == [("time_taken", b.pk), ("time_taken", c.pk)]
    with pytest.raises(SlotTaken) as caught:
        forum.accept(b, loser, forum.slots[0])
    assert [row["slot"] for row in caught.value.details["alternatives"]] == [s.pk for s in forum.slots[1:4]]


def test_a_request_with_no_time_left_anywhere_ends_and_gives_its_place_in_the_cap_back():
    forum = make_forum(people=3, slots=1)
    a, b, c = forum.people
    named, any_time = forum.ask(c, b, forum.slots[0]), forum.ask(c, a)
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    for loser in (named, any_time):
        loser.refresh_from_db()
        assert loser.state == "expired"
    assert not Meeting.objects.open_at(forum.now).filter(asker=c).exists()


def test_a_slot_that_overlaps_the_taken_one_is_lost_too(forum):
    a, b, c, _ = forum.people
    across = Slot.objects.create(
        event=forum.event, starts_at=forum.slots[0].starts_at + dt.timedelta(minutes=10), ends_at=forum.slots[1].ends_at
    )
    for person in forum.people:
        forum.open(person, [across])
    loser = forum.ask(c, b, forum.slots[1], forum.slots[3])
    forum.accept(b, forum.ask(a, b, across))
    assert [time.slot for time in loser.times.all()] == [forum.slots[3]]


def test_a_cancelled_meeting_frees_both_and_the_table_and_raises_the_sequence(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.cancel(b, meeting, reason="The minister calls")
    forum.cancel(a, meeting, reason="Me too")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence, meeting.ended_by) == ("cancelled", 1, b)
    assert meeting.reason == "The minister calls"
    assert not Seat.objects.filter(is_active=True).exists()
    again = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    assert again.table == forum.tables[0]


def test_only_an_agreed_meeting_that_is_not_over_can_be_cancelled_and_only_with_a_reason(forum):
    a, b, c, _ = forum.people
    waiting = forum.ask(a, b, forum.slots[0])
    with pytest.raises(AlreadyAnswered):
        forum.cancel(a, waiting)
    meeting = forum.accept(b, waiting)
    with refuses("reason_needed"):
        forum.cancel(a, meeting, reason="  ")
    with pytest.raises(NotFound):
        forum.cancel(c, meeting)
    forum.now = forum.slots[0].ends_at
    with pytest.raises(TooLate):
        forum.cancel(a, meeting)


@pytest.mark.slow
def test_tables_go_in_order_step_free_ones_last_unless_asked_for_and_online_is_never_full():
    forum = make_forum(people=8, tables=1)
    Table.objects.filter(pk=forum.tables[0].pk).update(step_free=True)
    plain = Table.objects.create(event=forum.event, label="Plain")
    online = Table.objects.create(
        event=forum.event, label="Room", is_online=True, room_link="https://meet.example.org/{meeting}"
    )
    slot = forum.slots[0]

    def agree(pair, **wish):
        a, b = forum.people[2 * pair : 2 * pair + 2]
        return forum.accept(b, forum.ask(a, b, slot, **wish))

    assert agree(0).table == plain
    needing = forum.ask(*forum.people[2:4], slot, needs_step_free=True)
    Table.objects.filter(pk=forum.tables[0].pk).update(step_free=False)
    with pytest.raises(NoTableFree) as caught:
        forum.accept(forum.people[3], needing)
    assert caught.value.details["alternatives"] == []
    assert "no longer has the kind of place" in caught.value.message
    forum.withdraw(forum.people[2], needing)
    forum.now += dt.timedelta(hours=1)
    rooms = [agree(pair, is_online=True) for pair in (1, 2, 3)]
    assert {meeting.table for meeting in rooms} == {online}
    then = slot.starts_at - ROOM_MARGIN
    assert not any(meeting_for(m.asker, m.pk, forum.now).place.link for m in rooms)
    links = {meeting_for(m.asker, m.pk, then).place.link for m in rooms}
    assert links == {f"https://meet.example.org/{meeting.uid.hex}" for meeting in rooms}


def test_who_needs_a_step_free_table_gets_one_and_nothing_else():
    forum = make_forum(people=4, tables=2)
    Table.objects.filter(pk=forum.tables[1].pk).update(step_free=True)
    a, b, c, d = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], needs_step_free=True))
    assert meeting.table == forum.tables[1]
    with pytest.raises(NoTableFree) as caught:
        forum.accept(d, forum.ask(c, d, forum.slots[0], needs_step_free=True))
    assert [row["slot"] for row in caught.value.details["alternatives"]] == [s.pk for s in forum.slots[1:4]]


@pytest.mark.parametrize("why", ["block", "report", "minor", "hidden"])
def test_what_the_contact_policy_no_longer_allows_is_hidden_at_once_and_ended_by_the_job(forum, why):
    a, b, c, _ = forum.people
    waiting = forum.ask(a, b, forum.slots[1])
    agreed = forum.accept(b, forum.ask(c, b, forum.slots[0]))
    if why in ("block", "report"):
        for other in (a, c):
            block_contact(why, b, other, forum.now)
    else:
        fields = {"age_class": "minor"} if why == "minor" else {"visibility": "hidden"}
        Attendee.objects.filter(pk=b.pk).update(**fields)
    for person, meeting in ((a, waiting), (b, waiting), (b, agreed), (c, agreed)):
        with pytest.raises(NotFound):
            meeting_for(person, meeting.pk, forum.now)
    with pytest.raises(NotFound):
        forum.accept(b, waiting)
    with pytest.raises(NotFound):
        forum.cancel(c, agreed)
    assert end_refused_meetings(now=forum.now) == 2
    assert end_refused_meetings(now=forum.now) == 0
    waiting.refresh_from_db()
    agreed.refresh_from_db()
    assert (waiting.state, agreed.state) == ("expired", "cancelled")
    assert (agreed.reason, agreed.ended_by) == ("", None)  # nobody learns who, or why
    assert not Seat.objects.filter(is_active=True).exists()


def test_a_refused_change_writes_no_notice(forum):
    a, b, c, _ = forum.people
    first, second = forum.ask(a, b, forum.slots[0]), forum.ask(c, b, forum.slots[0])
    forum.accept(b, first)
    before = notified(second)
    with pytest.raises(SlotTaken):
        forum.accept(b, second, forum.slots[0])
    assert notified(second) == before
