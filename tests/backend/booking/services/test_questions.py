"""One question about a request before it is answered, and its answer."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.questions import Question
from backend.booking.rules import AlreadyAnswered, RequestExpired
from backend.booking.selectors.meetings import meeting_for, reported_meeting, requests_to_answer
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.services.reports import WordsNeeded
from tests.backend.conftest import Forum, mail_of
from tests.factories import block_contact
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
WHICH, CHATS = "About which evidence?", "Chats kept by platforms."


@pytest.fixture
def asked(forum: Forum) -> Meeting:
    a, b, *_ = forum.people
    return forum.ask(a, b, *forum.slots[:2])


def read_by(attendee: Attendee, meeting: Meeting, forum: Forum) -> tuple[str, str] | None:
    row = meeting_for(attendee, meeting.pk, forum.now).question
    return (row.text, row.answer) if row else None


def test_a_question_and_its_answer_are_read_by_the_two_and_block_nothing(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    assert "ask_question" in meeting_for(b, asked.pk, forum.now).actions
    forum.question(b, asked, f"  {WHICH} ")
    assert read_by(a, asked, forum) == read_by(b, asked, forum) == (WHICH, "")
    assert "ask_question" not in meeting_for(b, asked.pk, forum.now).actions
    assert [row.meeting_id for row in requests_to_answer(a, forum.now)] == [asked.pk]
    mail = mail_of(a, forum)
    assert "has a question before you meet" in mail
    assert WHICH in mail
    forum.reply(a, asked, CHATS)
    assert read_by(b, asked, forum) == (WHICH, CHATS)
    assert requests_to_answer(a, forum.now) == ()
    mail = mail_of(b, forum)
    assert "answered your question" in mail
    assert CHATS in mail
    assert mail.count("/answer/") >= 3  # each time, and to decline
    assert forum.accept(b, asked).state == Meeting.State.ACCEPTED
    assert read_by(a, asked, forum) == (WHICH, CHATS)


def test_the_request_waits_its_time_anew_and_never_shorter(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    first = asked.expires_at
    forum.now += dt.timedelta(hours=1)
    later = forum.question(b, asked, WHICH).expires_at
    assert later == first + dt.timedelta(hours=1)
    forum.now += dt.timedelta(hours=1)
    assert forum.reply(a, asked, CHATS).expires_at == later + dt.timedelta(hours=1)
    last_start = forum.slots[1].starts_at
    assert later < last_start


def test_a_request_for_any_time_can_be_asked_about(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    forum.now += dt.timedelta(hours=1)
    assert forum.question(b, meeting, WHICH).expires_at > meeting.expires_at


def test_one_question_one_answer_and_the_same_again_changes_nothing(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    with refuses("no_question"):
        forum.reply(a, asked, CHATS)
    for _again in range(2):
        forum.question(b, asked, WHICH)
    with refuses("already_questioned"):
        forum.question(b, asked, "And when?")
    for _again in range(2):
        forum.reply(a, asked, CHATS)
    with refuses("already_questioned"):
        forum.reply(a, asked, "More")
    kinds = Notice.objects.filter(kind__in=["question", "reply"]).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["question", "reply"]


@pytest.mark.parametrize(("text", "refusal"), [(" \n", WordsNeeded), ("x" * 501, TextTooLong)])
def test_what_cannot_be_read_is_refused(forum: Forum, asked: Meeting, text: str, refusal: type[BusinessError]) -> None:
    a, b, *_ = forum.people
    with pytest.raises(refusal):
        forum.question(b, asked, text)
    assert not Question.objects.exists()
    forum.question(b, asked, WHICH)
    with pytest.raises(refusal):
        forum.reply(a, asked, text)


def test_only_who_is_asked_asks_and_only_the_asker_answers(forum: Forum, asked: Meeting) -> None:
    a, b, c, *_ = forum.people
    with pytest.raises(NotYours):
        forum.question(a, asked, WHICH)
    with pytest.raises(NotFound):
        forum.question(c, asked, WHICH)
    forum.question(b, asked, WHICH)
    with pytest.raises(NotYours):
        forum.reply(b, asked, CHATS)


def test_there_is_nothing_to_ask_once_it_is_answered_expired_or_proposed(forum: Forum, asked: Meeting) -> None:
    a, b, c, d = forum.people
    with pytest.raises(AlreadyAnswered):
        forum.question(c, forum.propose(c, d, forum.slots[4]), WHICH)
    forum.question(b, asked, WHICH)
    forum.decline(b, asked)
    with pytest.raises(AlreadyAnswered):
        forum.reply(a, asked, CHATS)
    second = forum.ask(c, b, forum.slots[3])
    forum.now = second.expires_at
    with pytest.raises(RequestExpired):
        forum.question(b, second, WHICH)


def test_whom_the_contact_policy_parts_reads_and_writes_nothing(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    forum.question(b, asked, WHICH)
    block_contact("block", b, a, forum.now)
    with pytest.raises(NotFound):
        forum.reply(a, asked, CHATS)
    assert requests_to_answer(a, forum.now) == ()
    assert mail_of(a, forum) == ""


def test_a_lead_reads_both_in_a_report_about_the_meeting(forum: Forum, asked: Meeting) -> None:
    a, b, *_ = forum.people
    forum.reply(a, forum.question(b, asked, WHICH), CHATS)
    found = reported_meeting(event_id=forum.event.pk, meeting_id=asked.pk)
    assert found is not None
    assert (found.question, found.answer) == (WHICH, CHATS)


def test_it_goes_when_one_of_the_two_leaves(forum: Forum, asked: Meeting) -> None:
    _a, b, *_ = forum.people
    forum.question(b, asked, WHICH)
    leave_event(attendee=b, is_confirmed=True, by=b.person, now=forum.now)
    assert not Question.objects.exists()
