"""What an assistant may do for the principal, who reads that they did, and what they never see or do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from backend.assistants.services.assistants import end_assistant
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered
from backend.booking.selectors.acted_words import acted_notice_words, acted_words
from backend.booking.selectors.acting import acting_for, principals_for
from backend.booking.selectors.meetings import meeting_for
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.meetings import cancel_for_both, cancel_meeting
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.notifications.services.notice_mails import mail_for
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.models import ContactRule
from tests.backend.conftest import Forum
from tests.factories import block_contact, make_attendee, make_organisation

pytestmark = pytest.mark.django_db
Kind = Notice.Kind


@pytest.fixture
def minister(forum: Forum) -> Attendee:
    return forum.people[0]


@pytest.fixture
def ana(forum: Forum, minister: Attendee) -> Attendee:
    """Who acts for the minister."""
    (ana,) = forum.join(1, name="Ana Reyes")
    forum.assist(ana, minister)
    return ana


@pytest.fixture
def asked(forum: Forum, minister: Attendee) -> Meeting:
    return forum.ask(forum.people[1], minister, *forum.slots[:2], message="Shall we?")


def do(
    service: Callable[..., object], by: Attendee, principal: Attendee, meeting: Meeting, forum: Forum, **more: object
):
    return service(attendee=principal, meeting_id=meeting.pk, by=by.person, now=forum.now, **more)


def accept(by: Attendee, principal: Attendee, meeting: Meeting, forum: Forum, **more: object) -> Meeting:
    return do(accept_meeting, by, principal, meeting, forum, **more)


def mail(reader: Attendee, kind: str, forum: Forum) -> str:
    found = mail_for(Notice.objects.filter(attendee=reader, kind=kind).latest("pk"), forum.now)
    return f"{found.subject}\n{found.body}" if found else ""


def words(reader: Attendee, meeting: Meeting, forum: Forum) -> str:
    return acted_words(meeting_for(reader, meeting.pk, forum.now))


def shown(forum: Forum, assistant: Attendee, principal: Attendee) -> dict[str, list[int]]:
    found = acting_for(assistant, principal.pk, forum.now)
    return {part: [row.meeting_id for row in getattr(found, part)] for part in ("to_answer", "sent", "to_come")}


@pytest.mark.slow
def test_an_assistant_accepts_and_both_read_who_did(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    other = forum.people[1]
    assert shown(forum, ana, minister)["to_answer"] == [asked.pk]
    meeting = accept(ana, minister, asked, forum, slot_id=forum.slots[1].pk)
    assert (meeting.state, meeting.slot) == (Meeting.State.ACCEPTED, forum.slots[1])
    assert Seat.objects.get(meeting=meeting, attendee=minister).assistant == ana
    mine = f"Ana Reyes accepted the request of {other.name} for you."
    theirs = f"Ana Reyes, assistant of {minister.name}, accepted."
    assert (words(minister, meeting, forum), words(other, meeting, forum)) == (mine, theirs)
    assert mine in mail(minister, "accepted", forum)
    assert theirs in mail(other, "accepted", forum)
    assert shown(forum, ana, minister) == {"to_answer": [], "sent": [], "to_come": [meeting.pk]}
    accept(minister, minister, asked, forum)  # the same again changes nothing
    assert words(minister, meeting, forum) == mine


def test_an_assistant_declines_with_a_reason_of_which_the_principal_is_told(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    other = forum.people[1]
    do(decline_meeting, ana, minister, asked, forum, reason="She is in Jakarta then.")
    text = mail(minister, "declined", forum)
    assert text.startswith(f"Ana Reyes declined the request of {other.name} for you\n")
    assert "She is in Jakarta then." in text
    assert "ask somebody else" not in text
    text = mail(other, "declined", forum)
    assert f"Ana Reyes, assistant of {minister.name}, declined." in text
    assert "She is in Jakarta then." in text


def test_an_assistant_takes_a_request_back(forum: Forum, minister: Attendee, ana: Attendee) -> None:
    other = forum.people[1]
    meeting = forum.ask(minister, other, forum.slots[0])
    assert shown(forum, ana, minister)["sent"] == [meeting.pk]
    do(withdraw_request, ana, minister, meeting, forum)
    assert f"Ana Reyes took your request to {other.name} back for you." in mail(minister, "withdrawn", forum)
    assert words(other, meeting, forum) == f"Ana Reyes, assistant of {minister.name}, took the request back."
    assert mail(other, "withdrawn", forum) == ""  # they had no mail of it


def test_an_assistant_cancels_with_a_reason(forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting) -> None:
    other = forum.people[1]
    forum.accept(minister, asked)
    assert words(other, asked, forum) == ""
    with pytest.raises(BusinessError, match="why it is cancelled"):
        do(cancel_meeting, ana, minister, asked, forum, reason="")
    do(cancel_meeting, ana, minister, asked, forum, reason="She is ill.")
    text = mail(minister, "cancelled", forum)
    assert f"Ana Reyes cancelled the meeting with {other.name} for you." in text
    assert "She is ill." in text
    text = mail(other, "cancelled", forum)
    assert f"Ana Reyes, assistant of {minister.name}, cancelled the meeting." in text
    assert "She is ill." in text


def test_what_the_principal_does_after_that_is_theirs(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    other = forum.people[1]
    accept(ana, minister, asked, forum)
    forum.cancel(minister, asked)
    assert words(other, asked, forum) == words(minister, asked, forum) == ""
    assert "Ana" not in mail(other, "cancelled", forum)
    said = {
        one: acted_notice_words(notice.kind, notice.facts, meeting_for(one, asked.pk, forum.now))
        for one in (minister, other)
        for notice in Notice.objects.filter(attendee=one, kind="accepted")
    }
    assert said[minister] == f"An assistant of yours accepted the request of {other.name} for you."
    assert said[other] == f"An assistant of {minister.name} accepted."


def test_a_cancellation_by_the_other_or_the_organisers_names_no_assistant(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    other = forum.people[1]
    accept(ana, minister, asked, forum)
    cancel_for_both(event=forum.event, meeting_id=asked.pk, reason="Fire drill", by=forum.boss().person, now=forum.now)
    assert words(other, asked, forum) == words(minister, asked, forum) == ""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["block", "report"])
def test_an_assistant_is_not_named_to_whom_they_are_hidden_from(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting, how: str
) -> None:
    other = forum.people[1]
    meeting = accept(ana, minister, asked, forum)
    block_contact(how, ana, other)
    assert words(other, meeting, forum) == f"An assistant of {minister.name} accepted."
    assert "Ana" not in mail(other, "accepted", forum)
    block_contact(how, ana, minister)
    assert words(minister, meeting, forum) == f"An assistant of yours accepted the request of {other.name} for you."
    assert "Ana" not in mail(minister, "accepted", forum)


HIDING = {
    "blocked by the other": lambda ana, other: block_contact("block", other, ana),
    "blocked by the assistant": lambda ana, other: block_contact("block", ana, other),
    "reported by the other": lambda ana, other: block_contact("report", other, ana),
    "reported by the assistant": lambda ana, other: block_contact("report", ana, other),
}


@pytest.mark.parametrize("how", HIDING)
def test_whom_the_policy_hides_from_the_assistant_leaves_no_trace(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting, how: str
) -> None:
    _minister, other, third, *_ = forum.people
    agreed = forum.accept(minister, forum.ask(third, minister, forum.slots[3]))
    sent = forum.ask(minister, forum.join(1)[0], forum.slots[4])
    assert shown(forum, ana, minister) == {"to_answer": [asked.pk], "sent": [sent.pk], "to_come": [agreed.pk]}
    for one in (other, third, forum.people[-1]):
        HIDING[how](ana, one)
    assert shown(forum, ana, minister) == {"to_answer": [], "sent": [], "to_come": []}
    assert [row.waiting for row in principals_for(ana, forum.now)] == [0]
    for service, meeting, more in (
        (accept_meeting, asked, {}),
        (decline_meeting, asked, {}),
        (withdraw_request, sent, {}),
        (cancel_meeting, agreed, {"reason": "x"}),
    ):
        with pytest.raises(NotFound):
            do(service, ana, minister, meeting, forum, **more)
    accept(minister, minister, asked, forum)  # the minister is kept from nothing


def test_what_the_policy_hides_from_the_principal_the_assistant_does_not_see(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    block_contact("block", minister, forum.people[1])
    assert shown(forum, ana, minister)["to_answer"] == []
    with pytest.raises(NotFound):
        accept(ana, minister, asked, forum)


def test_a_contact_rule_parts_the_assistant_from_the_other(forum: Forum, minister: Attendee) -> None:
    ana = make_attendee(forum.event, organisation=make_organisation(forum.event, "advocate", "civil-society"))
    (other,) = forum.join(1, organisation=make_organisation(forum.event, "large", "industry"))
    forum.assist(ana, minister)
    asked = forum.ask(other, minister, forum.slots[0])
    assert shown(forum, ana, minister)["to_answer"] == [asked.pk]
    ContactRule.objects.create(event=forum.event, constituency="civil-society", other_constituency="industry")
    assert shown(forum, ana, minister)["to_answer"] == []
    with pytest.raises(NotFound):
        accept(ana, minister, asked, forum)


def test_a_request_of_the_assistant_is_the_principals_alone(forum: Forum, minister: Attendee, ana: Attendee) -> None:
    own = forum.ask(ana, minister, forum.slots[0])
    assert shown(forum, ana, minister)["to_answer"] == []
    with pytest.raises(NotFound):
        accept(ana, minister, own, forum)


@pytest.mark.slow
def test_a_proposal_and_what_is_the_principals_own_stay_with_them(
    forum: Forum, minister: Attendee, ana: Attendee
) -> None:
    other, third = forum.people[1:3]
    proposal = forum.propose(minister, other, forum.slots[0])
    assert shown(forum, ana, minister)["to_answer"] == []
    for service in (accept_meeting, decline_meeting):
        with pytest.raises(NotFound):
            do(service, ana, minister, proposal, forum)
    meeting = forum.ask(third, minister, forum.slots[1])
    forum.counter(minister, meeting, forum.slots[2])
    forum.question(minister, meeting, "About what?")
    (row,) = acting_for(ana, minister.pk, forum.now).to_answer
    assert set(row.actions) == {"accept", "decline"}
    assert (row.counter_offer, row.question, row.follow_up) == (None, None, None)


def test_only_open_requests_and_meetings_to_come_are_shown(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    forum.accept(minister, asked, forum.slots[0])
    forum.decline(minister, forum.ask(forum.people[2], minister, forum.slots[3]))
    forum.now = forum.slots[0].ends_at
    assert shown(forum, ana, minister) == {"to_answer": [], "sent": [], "to_come": []}
    Event.objects.filter(pk=forum.event.pk).update(state="inviting")
    assert shown(forum, ana, minister)["to_answer"] == []


def test_of_another_pair_and_after_the_end_the_assistant_is_a_stranger(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    _minister, other, third, fourth = forum.people[:4]
    elsewhere = forum.ask(third, fourth, forum.slots[4])
    with pytest.raises(NotFound):
        accept(ana, minister, elsewhere, forum)
    with pytest.raises(NotYours):
        accept(ana, fourth, elsewhere, forum)
    with pytest.raises(NotYours):
        accept(ana, other, asked, forum)
    row = minister.assistants.get()
    end_assistant(attendee=minister, assistant_id=row.pk, by=minister.person, now=forum.now)
    with pytest.raises(NotYours):
        accept(ana, minister, asked, forum)


def test_what_is_refused_the_principal_is_refused_the_assistant(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    forum.decline(minister, asked)
    with pytest.raises(AlreadyAnswered, match="no longer open"):
        accept(ana, minister, asked, forum)
    with pytest.raises(NotYours, match="Only the person you asked"):
        accept(ana, minister, forum.ask(minister, forum.people[2], forum.slots[2]), forum)


def test_the_assistants_words_go_when_they_leave(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    do(decline_meeting, ana, minister, asked, forum, reason="She is in Jakarta then.")
    leave_event(attendee=ana, is_confirmed=True, by=ana.person, now=forum.now)
    asked.refresh_from_db()
    assert asked.reason == ""
    assert words(forum.people[1], asked, forum) == f"An assistant of {minister.name} declined." or asked.reason == ""


def test_an_assistant_whose_age_is_in_doubt_is_refused_in_the_same_moment(
    forum: Forum, minister: Attendee, ana: Attendee, asked: Meeting
) -> None:
    Attendee.objects.filter(pk=ana.pk).update(age_class="unknown")
    with pytest.raises(NotYours):
        accept(ana, minister, asked, forum)
    Attendee.objects.filter(pk=ana.pk).update(age_class="adult")
    forum.now += dt.timedelta(minutes=1)
    assert accept(ana, minister, asked, forum).state == Meeting.State.ACCEPTED
