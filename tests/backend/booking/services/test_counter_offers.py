"""Other times instead: of a request, or to move an agreed meeting."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.agenda.selectors.calendar import entry_for
from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered, TooLate
from backend.booking.selectors.meetings import meeting_for, requests_to_answer
from backend.booking.services.booking import SlotTaken
from backend.booking.services.requests import AskedTooOften, BadTimes, expire_requests
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.notifications.services.notice_mails import mail_for
from tests.backend.conftest import Forum, mail_of
from tests.factories import block_contact
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


def offered(attendee: Attendee, meeting: Meeting, forum: Forum) -> tuple[bool, list[int]] | None:
    """As this attendee reads it: whether they offered, and which slots."""
    row = meeting_for(attendee, meeting.pk, forum.now).counter_offer
    return (row.by_me, [time.slot_id for time in row.times]) if row else None


def told(attendee: Attendee) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee).order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def asked(forum: Forum) -> Meeting:
    a, b, *_ = forum.people
    return forum.ask(a, b, forum.slots[0])


@pytest.fixture
def agreed(forum: Forum, asked: Meeting) -> Meeting:
    return forum.accept(forum.people[1], asked)


def test_who_is_asked_offers_other_times_and_the_asker_takes_one(forum: Forum, asked: Meeting) -> None:
    a, b, c, *_ = forum.people
    forum.counter(b, asked, forum.slots[2], forum.slots[1])
    assert offered(a, asked, forum) == (False, [forum.slots[2].pk, forum.slots[1].pk])
    assert offered(b, asked, forum) == (True, [forum.slots[2].pk, forum.slots[1].pk])
    assert [row.meeting_id for row in requests_to_answer(a, forum.now)] == [asked.pk]
    assert not Seat.objects.filter(is_active=True).exists()  # nothing is blocked
    mail = mail_of(a, forum)
    assert "offers other times to meet" in mail
    assert mail.count("/answer/") == 3  # one for each time, and that none suits
    forum.take_counter(a, asked, forum.slots[1])
    meeting = forum.take_counter(a, asked, forum.slots[1])  # again: the same
    assert (meeting.state, meeting.slot_id) == ("accepted", forum.slots[1].pk)
    assert Seat.objects.filter(meeting=meeting, is_active=True).count() == 2
    assert told(b)[-1] == "accepted"
    assert (offered(a, asked, forum), CounterOffer.objects.get().state) == (None, "taken")
    assert c.pk not in dict(meeting.seats.values_list("attendee_id", "pk"))


def test_an_agreed_meeting_moves_once_the_other_takes_a_time_and_keeps_its_own_until_then(
    forum: Forum, agreed: Meeting
) -> None:
    a, b, *_ = forum.people
    forum.counter(a, agreed, forum.slots[3])
    agreed.refresh_from_db()
    assert (agreed.slot_id, agreed.sequence) == (forum.slots[0].pk, 0)
    assert "asks to move your meeting" in mail_of(b, forum)
    forum.take_counter(b, agreed, forum.slots[3])
    agreed.refresh_from_db()
    assert (agreed.slot_id, agreed.sequence, agreed.state) == (forum.slots[3].pk, 1, "accepted")
    assert told(a)[-1] == told(b)[-1] == "moved"
    assert "agreed on another time" in mail_of(a, forum)
    entry = entry_for(a, agreed.pk, forum.now).decode()
    assert "SEQUENCE:1" in entry
    assert agreed.uid.hex in entry.replace("-", "")


def test_refused_the_request_still_waits_and_a_meeting_stays(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    forum.counter(b, asked, forum.slots[2])
    forum.refuse_counter(a, asked)
    assert "The request still waits for your answer." in mail_of(b, forum)
    meeting = forum.accept(b, asked)
    forum.counter(a, meeting, forum.slots[2])
    forum.refuse_counter(b, meeting)
    assert "Your meeting stays as it was agreed." in mail_of(a, forum)
    meeting.refresh_from_db()
    assert (meeting.slot_id, meeting.state) == (forum.slots[0].pk, "accepted")
    with refuses("no_counter_offer"):
        forum.refuse_counter(b, meeting)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["accepted as asked", "changed by the asker", "moved by organisers", "taken back"])
def test_what_was_offered_ends_with_what_it_was_offered_for(forum: Forum, asked: Meeting, how: str) -> None:
    a, b, *_ = forum.people
    if how == "moved by organisers":
        forum.accept(b, asked)
    forum.counter(b, asked, forum.slots[2])
    notice = Notice.objects.filter(attendee=a, kind="countered").latest("pk")
    match how:
        case "accepted as asked":
            forum.accept(b, asked)
        case "changed by the asker":
            forum.edit(a, asked, forum.slots[3])
        case "moved by organisers":
            forum.move(asked, forum.slots[4])
        case "taken back":
            forum.withdraw_counter(b, asked)
            forum.withdraw_counter(b, asked)
    assert offered(a, asked, forum) is None
    assert mail_for(notice, forum.now) is None
    with refuses("no_counter_offer"):
        forum.take_counter(a, asked, forum.slots[2])


def test_a_request_stays_open_while_other_times_can_be_taken(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    first = asked.expires_at
    forum.now = first - dt.timedelta(minutes=1)
    forum.counter(b, asked, forum.slots[-1])
    asked.refresh_from_db()
    assert asked.expires_at > first
    forum.now = asked.expires_at
    expire_requests(now=forum.now)
    assert offered(a, asked, forum) is None
    with refuses("no_counter_offer"):
        forum.take_counter(a, asked, forum.slots[-1])


def test_a_time_that_is_gone_is_not_shown_and_not_taken(forum: Forum, asked: Meeting) -> None:
    a, b, c, *_ = forum.people
    forum.counter(b, asked, forum.slots[1], forum.slots[2])
    forum.accept(b, forum.ask(c, b, forum.slots[1]))
    assert offered(a, asked, forum) == (False, [forum.slots[2].pk])
    with pytest.raises(SlotTaken):
        forum.take_counter(a, asked, forum.slots[1])
    assert CounterOffer.objects.get().state == "open"
    with refuses("not_offered"):
        forum.take_counter(a, asked, forum.slots[3])


def test_the_same_again_changes_nothing_and_another_offer_replaces_it(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    for _ in range(2):
        forum.counter(b, asked, forum.slots[1])
    assert told(a) == ["countered"]
    forum.counter(b, asked, forum.slots[2])
    assert offered(a, asked, forum) == (False, [forum.slots[2].pk])
    assert [one.state for one in CounterOffer.objects.all()] == ["withdrawn", "open"]
    for number in (3, 1, 2):
        forum.counter(b, asked, forum.slots[number])
    with pytest.raises(AskedTooOften):
        forum.counter(b, asked, forum.slots[4])


def test_each_wrong_offer_is_refused_in_a_sentence_of_its_own(forum: Forum, asked: Meeting) -> None:
    a, b, c, d, *_ = forum.people
    anytime = forum.ask(c, d)
    proposal = forum.propose(a, c, forum.slots[1])
    refused: list[tuple[type[BusinessError], Attendee, Meeting, list[int]]] = [
        (NotYours, a, asked, [1]),
        (NotFound, c, asked, [1]),
        (BadTimes, b, asked, []),
        (BadTimes, b, asked, [1, 1]),
        (BadTimes, b, asked, [1, 2, 3, 4]),
        (BadTimes, b, asked, [0]),
        (BadTimes, d, anytime, [1]),
        (AlreadyAnswered, a, proposal, [2]),
    ]
    for refusal, who, meeting, numbers in refused:
        with pytest.raises(refusal):
            forum.counter(who, meeting, *(forum.slots[number] for number in numbers))
    forum.counter(b, forum.accept(b, asked), forum.slots[1])
    with refuses("counter_offer_waits"):
        forum.counter(a, asked, forum.slots[2])
    with refuses("no_counter_offer"):
        forum.take_counter(b, asked, forum.slots[1])  # one's own
    forum.now = asked.slot.starts_at if asked.slot else forum.slots[0].starts_at
    with pytest.raises(TooLate):
        forum.counter(a, asked, forum.slots[2])


def test_two_whom_the_policy_parts_have_no_meeting_to_offer_times_for(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    forum.counter(b, asked, forum.slots[1])
    block_contact("block", b, a, forum.now)
    for change in (
        lambda: forum.take_counter(a, asked, forum.slots[1]),
        lambda: forum.refuse_counter(a, asked),
        lambda: forum.counter(b, asked, forum.slots[2]),
        lambda: forum.withdraw_counter(b, asked),
    ):
        with pytest.raises(NotFound):
            change()
    assert requests_to_answer(a, forum.now) == ()
    assert mail_of(a, forum) == ""
