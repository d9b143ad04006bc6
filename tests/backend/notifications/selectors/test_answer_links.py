"""Answer links: signed, for one answer of one attendee, and expired with the question."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.rules import AlreadyAnswered
from backend.booking.services.booking import SlotTaken
from backend.core.errors import BusinessError, NotFound
from backend.notifications.selectors.answer_links import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LinkWithdrawn,
    make_answer_link,
    read_answer_link,
)
from backend.notifications.services.answer_links import answer_by_link
from tests.backend.conftest import Forum
from tests.factories import block_contact

pytestmark = pytest.mark.django_db


def token_in(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def link(meeting, attendee, purpose, slot=None):
    address = make_answer_link(meeting.pk, attendee, purpose, slot_id=slot.pk if slot else None)
    return token_in(address)


def test_a_link_shows_what_it_would_answer_and_changes_nothing_until_it_is_confirmed(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, *forum.slots[:3])
    token = link(meeting, b, "accept", forum.slots[1])
    for _ in range(3):
        read = read_answer_link(token, forum.now)
    assert (read.attendee, read.purpose, read.meeting.other.attendee_id) == (b, "accept", a.pk)
    assert read.time is not None
    assert read.time.slot_id == forum.slots[1].pk
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.REQUESTED

    accepted = answer_by_link(token=token, now=forum.now)
    assert (accepted.state, accepted.slot) == ("accepted", forum.slots[1])
    assert answer_by_link(token=token, now=forum.now).pk == meeting.pk  # a double tap
    with pytest.raises(LinkUsed) as refused:
        read_answer_link(token, forum.now)
    assert refused.value.details["state"] == "accepted"


def test_a_link_gives_its_own_answer_only(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, *forum.slots[:2])
    answer_by_link(token=link(meeting, b, "decline"), reason="No time", now=forum.now)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason, meeting.ended_by) == ("declined", "No time", b)
    with pytest.raises(AlreadyAnswered):
        answer_by_link(token=link(meeting, b, "accept"), now=forum.now)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: "a.b.c"])
def test_a_link_that_was_tampered_with_or_cut_off_is_refused(forum: Forum, spoil) -> None:
    a, b, *_ = forum.people
    token = link(forum.ask(a, b), b, "accept")
    with pytest.raises(LinkInvalid):
        read_answer_link(spoil(token), forum.now)
    with pytest.raises(LinkInvalid):
        answer_by_link(token=spoil(token), now=forum.now)


def test_a_link_ends_with_the_request_wherever_the_request_moved_its_end(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    token = link(meeting, b, "accept")
    assert read_answer_link(token, meeting.expires_at - dt.timedelta(seconds=1)).meeting.state == "requested"
    with pytest.raises(LinkExpired):
        read_answer_link(token, meeting.expires_at)
    with pytest.raises(BusinessError, match="expired"):
        answer_by_link(token=token, now=meeting.expires_at)


def test_the_link_of_a_withdrawn_request_gives_link_withdrawn(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    forum.withdraw(a, meeting)
    with pytest.raises(LinkWithdrawn):
        read_answer_link(link(meeting, b, "decline"), forum.now)


def test_nobody_else_can_use_a_link_made_for_a_stranger_or_the_asker(forum: Forum) -> None:
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b)
    with pytest.raises(NotFound):
        read_answer_link(link(meeting, c, "accept"), forum.now)
    with pytest.raises(NotFound):
        answer_by_link(token=link(meeting, c, "accept"), now=forum.now)
    with pytest.raises(BusinessError):
        answer_by_link(token=link(meeting, a, "accept"), now=forum.now)
    meeting.refresh_from_db()
    assert meeting.state == "requested"


def test_a_block_or_report_a_minor_and_a_closed_account_close_the_link_at_once(forum: Forum, blocked_by: str) -> None:
    a, b, c, d = forum.people
    tokens = {other: link(forum.ask(a, other), other, "accept") for other in (b, c, d)}
    block_contact(blocked_by, b, a, forum.now)
    c.age_class = "minor"
    c.save()
    d.person.is_active = False
    d.person.save()
    for token in tokens.values():
        with pytest.raises(NotFound):
            read_answer_link(token, forum.now)
        with pytest.raises(NotFound):
            answer_by_link(token=token, now=forum.now)
    assert set(Meeting.objects.values_list("state", flat=True)) == {"requested"}


def test_a_time_that_is_gone_leaves_the_others_to_choose_from(forum: Forum) -> None:
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b, *forum.slots[:2])
    token = link(meeting, b, "accept", forum.slots[0])
    forum.accept(c, forum.ask(b, c, forum.slots[0]))
    read = read_answer_link(token, forum.now)
    assert (read.time, [time.slot_id for time in read.meeting.times]) == (None, [forum.slots[1].pk])
    with pytest.raises(BusinessError) as refused:
        answer_by_link(token=token, now=forum.now)
    assert refused.value.code in {SlotTaken.code, "not_offered"}
    assert answer_by_link(token=token, slot_id=forum.slots[1].pk, now=forum.now).slot == forum.slots[1]


def test_both_attestations_can_be_given_by_link_for_three_days(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    after = forum.slots[0].ends_at + dt.timedelta(minutes=1)
    answer_by_link(token=link(meeting, a, "held"), usefulness=5, now=after)
    with pytest.raises(LinkUsed):
        read_answer_link(link(meeting, a, "held"), after)
    assert read_answer_link(link(meeting, b, "not_held"), after).purpose == "not_held"
    late = forum.slots[0].ends_at + dt.timedelta(hours=72)
    for call in (lambda: read_answer_link(link(meeting, b, "held"), late),
                 lambda: answer_by_link(token=link(meeting, b, "held"), now=late)):  # fmt: skip
        with pytest.raises(LinkExpired):
            call()
    answer_by_link(token=link(meeting, b, "held"), now=after)
    meeting.refresh_from_db()
    assert meeting.state == "held"
