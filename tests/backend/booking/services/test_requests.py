"""Requests: every refusal has its own error and changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.availability import MeetingRules
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered, RequestExpired, expiry_of
from backend.booking.services.availability import close_slots
from backend.booking.services.booking import SlotTaken
from backend.booking.services.requests import (
    AlreadyAsked,
    BadKey,
    BadTimes,
    CapReached,
    KeyReused,
    MeetingRequestData,
    NoOpenSlots,
    NoSuchPlace,
    UnknownTheme,
    request_meeting,
)
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.agenda import SessionPart, Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from tests.factories import NOW, block_contact, make_attendee, make_event, make_session

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def refused(error: type[BusinessError], change) -> BusinessError:
    """The refusal of a change, which left no meeting and no notice behind."""
    before = (Meeting.objects.count(), Notice.objects.count())
    with pytest.raises(error) as caught:
        change()
    assert type(caught.value) is error
    assert (Meeting.objects.count(), Notice.objects.count()) == before
    return caught.value


def test_a_request_keeps_its_slots_in_the_asker_s_order_and_notifies_only_the_other(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[2], forum.slots[0], message=" Hello\x00 ", theme="justice")
    assert [time.slot for time in meeting.times.all()] == [forum.slots[2], forum.slots[0]]
    assert (meeting.message, meeting.theme.key) == ("Hello", "justice")
    assert list(Notice.objects.values_list("kind", "attendee_id")) == [("requested", b.pk)]


def test_any_time_needs_no_times_and_is_accepted_at_the_first_common_one(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b))
    assert meeting.slot == forum.slots[0]


@pytest.mark.slow
@pytest.mark.parametrize(("asker", "other"), [("adult", "minor"), ("minor", "adult"), ("adult", "unknown")])
def test_an_adult_and_a_minor_never_meet_one_to_one_by_any_route(forum, asker, other):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    Attendee.objects.filter(pk=a.pk).update(age_class=asker)
    Attendee.objects.filter(pk=b.pk).update(age_class=other)
    refused(NotFound, lambda: forum.ask(a, b, forum.slots[1]))
    refused(NotFound, lambda: forum.ask(b, a, forum.slots[1]))
    refused(NotFound, lambda: forum.edit(a, meeting, forum.slots[1]))
    refused(NotFound, lambda: forum.accept(b, meeting))
    assert not Meeting.objects.exclude(state="requested").exists()


def test_two_minors_do_not_meet_one_to_one_either(forum):
    a, b = forum.join(2, age_class="minor")
    refused(NotFound, lambda: forum.ask(a, b))


def test_the_blocked_the_hidden_the_stranger_and_oneself_cannot_be_asked_with_one_refusal(forum, blocked_by):
    a, b, *_ = forum.people
    block_contact(blocked_by, b, a)
    (hidden,) = forum.join(1, visibility="hidden")
    stranger = make_attendee(make_event("elsewhere"))
    sentences = {
        refused(NotFound, lambda other=other: forum.ask(a, other)).message for other in (b, hidden, stranger, a)
    }
    assert len(sentences) == 1


def test_nobody_asks_in_another_s_name(forum):
    a, b, c, _ = forum.people
    refused(
        NotYours, lambda: request_meeting(attendee=a, other_id=b.pk, data=MeetingRequestData(), by=c.person, now=NOW)
    )


def test_more_than_three_times_twice_the_same_and_slots_of_elsewhere_are_refused(forum):
    a, b, *_ = forum.people
    refused(BadTimes, lambda: forum.ask(a, b, *forum.slots[:4]))
    refused(BadTimes, lambda: forum.ask(a, b, forum.slots[0], forum.slots[0]))
    elsewhere = make_event("elsewhere")
    foreign = Slot.objects.create(event=elsewhere, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    refused(BadTimes, lambda: forum.ask(a, b, foreign))


def test_a_long_message_a_long_key_and_an_unknown_theme_are_refused(forum):
    a, b, *_ = forum.people
    refused(TextTooLong, lambda: forum.ask(a, b, message="x" * 1_001))
    refused(BadKey, lambda: forum.ask(a, b, key="x" * 65))
    refused(UnknownTheme, lambda: forum.ask(a, b, theme="cooking"))


def test_what_no_place_of_the_forum_could_hold_is_refused_when_asked_and_when_edited(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    for wish, words in (({"is_online": True}, "no online room"), ({"needs_step_free": True}, "without steps")):
        assert words in refused(NoSuchPlace, lambda w=wish: forum.ask(a, forum.people[2], **w)).message
        assert words in refused(NoSuchPlace, lambda w=wish: forum.edit(a, meeting, **w)).message
    Table.objects.filter(event=forum.event).delete()
    assert "nobody can be asked" in refused(NoSuchPlace, lambda: forum.ask(a, forum.people[2])).message
    room = {"label": "Online", "is_online": True, "room_link": "https://meet.example.org/{meeting}"}
    Table.objects.create(event=forum.event, **room)
    assert "online rooms only" in refused(NoSuchPlace, lambda: forum.ask(a, forum.people[2])).message
    assert forum.ask(a, forum.people[2], is_online=True, needs_step_free=True).is_online


def test_who_opened_no_slot_cannot_be_asked(forum):
    a = forum.people[0]
    closed = make_attendee(forum.event)
    refused(NoOpenSlots, lambda: forum.ask(a, closed))


def test_a_time_that_one_of_the_two_did_not_open_or_is_busy_in_is_refused_with_the_next_three(forum):
    a, b, *_ = forum.people
    close_slots(attendee=b, slot_ids=[forum.slots[0].pk], by=b.person, now=NOW)
    refusal = refused(SlotTaken, lambda: forum.ask(a, b, forum.slots[0], forum.slots[1]))
    assert [row["slot"] for row in refusal.details["alternatives"]] == [s.pk for s in forum.slots[1:4]]
    session = make_session(forum.event)
    session.starts_at, session.ends_at = forum.slots[1].starts_at, forum.slots[2].ends_at
    session.save()
    for part in ("bookmarked", "speaking"):
        SessionPart.objects.update_or_create(event=forum.event, attendee=a, session=session, defaults={"part": part})
        refusal = refused(SlotTaken, lambda: forum.ask(a, b, forum.slots[2]))
        assert [row["slot"] for row in refusal.details["alternatives"]] == [s.pk for s in forum.slots[3:6]]


def test_with_no_common_time_at_all_any_time_is_refused_without_alternatives(forum):
    a = forum.people[0]
    late = make_attendee(forum.event)
    forum.open(late, forum.slots[:1])
    close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=a.person, now=NOW)
    refusal = refused(SlotTaken, lambda: forum.ask(a, late))
    assert refusal.details["alternatives"] == []


def test_a_pair_has_one_open_request_or_meeting_at_a_time_in_either_direction(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    for asker, other in ((a, b), (b, a)):
        refusal = refused(AlreadyAsked, lambda p=(asker, other): forum.ask(*p, forum.slots[1]))
        assert refusal.details["meeting"] == meeting.pk
    forum.accept(b, meeting)
    refused(AlreadyAsked, lambda: forum.ask(b, a, forum.slots[1]))
    forum.cancel(a, meeting)
    assert forum.ask(b, a, forum.slots[1]).state == "requested"


@pytest.mark.slow
def test_the_cap_returns_with_every_answer_withdrawal_and_expiry(forum):
    me = forum.people[0]
    others = forum.people[1:] + forum.join(9)
    MeetingRules.objects.create(event=forum.event, open_requests=2)
    first, _second = forum.ask(me, others[0]), forum.ask(me, others[1])
    assert refused(CapReached, lambda: forum.ask(me, others[2])).details["cap"] == 2
    forum.accept(others[0], first)
    third = forum.ask(me, others[2])
    refused(CapReached, lambda: forum.ask(me, others[3]))
    forum.decline(others[2], third)
    fourth = forum.ask(me, others[3])
    forum.withdraw(me, fourth)
    forum.ask(me, others[4])
    refused(CapReached, lambda: forum.ask(me, others[5]))
    forum.now += 49 * HOUR  # expired, whether or not the job has run
    assert forum.ask(me, others[5]).state == "requested"
    # What is asked of me does not count.
    assert all(forum.ask(other, me) for other in others[6:9])


def test_a_request_ends_after_two_days_or_two_hours_before_its_last_time_or_ten_minutes_at_short_notice():
    for hours_ahead, expected in ((100, 48 * HOUR), (10, 8 * HOUR), (3, 2 * HOUR + 50 * HOUR / 60)):
        ends = expiry_of(asked_at=NOW, changed_at=NOW, last_starts_at=NOW + hours_ahead * HOUR, hours=48)
        assert ends == NOW + expected


def test_an_edit_changes_times_and_words_with_one_notice_and_the_same_again_with_none(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0], message="One")
    forum.edit(a, meeting, forum.slots[3], forum.slots[1], message="Two")
    forum.edit(a, meeting, forum.slots[3], forum.slots[1], message="Two")
    meeting.refresh_from_db()
    assert meeting.message == "Two"
    assert [time.slot for time in meeting.times.all()] == [forum.slots[3], forum.slots[1]]
    readers = Notice.objects.filter(kind="changed").values_list("attendee_id", flat=True)
    assert list(readers) == [b.pk]
    close_slots(attendee=b, slot_ids=[forum.slots[5].pk], by=b.person, now=forum.now)
    refused(SlotTaken, lambda: forum.edit(a, meeting, forum.slots[5]))


def test_only_the_asker_edits_and_only_until_the_answer(forum):
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    refused(NotYours, lambda: forum.edit(b, meeting, forum.slots[1]))
    refused(NotFound, lambda: forum.edit(c, meeting, forum.slots[1]))
    forum.accept(b, meeting)
    refused(AlreadyAnswered, lambda: forum.edit(a, meeting, forum.slots[1]))
    other = forum.ask(a, c, forum.slots[1])
    forum.now += 49 * HOUR
    refused(RequestExpired, lambda: forum.edit(a, other, forum.slots[2]))


@pytest.mark.parametrize("blocked_by", ["block", "report"])
def test_the_same_key_tells_nothing_of_a_meeting_with_somebody_parted_since(forum, blocked_by):
    a, b, *_ = forum.people
    forum.ask(a, b, forum.slots[0], key="tap")
    block_contact(blocked_by, b, a)
    refused(NotFound, lambda: forum.ask(a, b, forum.slots[0], key="tap"))


def test_the_same_key_gives_the_same_meeting_even_when_much_has_changed_since(forum):
    a, b, c, _ = forum.people
    first = forum.ask(a, b, forum.slots[0], key="tap")
    forum.accept(b, first)
    assert forum.ask(a, b, forum.slots[0], key="tap").pk == first.pk
    refused(KeyReused, lambda: forum.ask(a, c, forum.slots[1], key="tap"))
    assert forum.ask(c, b, forum.slots[1], key="tap").pk != first.pk  # another asker's key is another
