"""Meetings an organiser arranges: the contact policy and the two diaries decide, whatever key is given."""

import pytest

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.meetings.models import Availability, Meeting
from backend.meetings.services import RequestExpired, SlotTaken, arrange_meeting
from backend.meetings.services.notice_mails import mail_for
from tests.factories import block_contact, make_attendee

pytestmark = pytest.mark.django_db


def arrange(forum, asker, other, slot, *, key="plan-1-1"):
    by = Attendee.objects.filter(event=forum.event, permission="organiser").first()
    by = by or make_attendee(forum.event, permission="organiser", visibility="hidden")
    return arrange_meeting(
        event=forum.event,
        asker_id=asker.pk,
        other_id=other.pk,
        slot_id=slot.pk,
        message="Planned for us both.",
        confirmed=True,
        key=key,
        by=by.person,
        now=forum.now,
    )


def test_what_is_arranged_is_agreed_at_once_and_the_same_again_changes_nothing(forum):
    a, b, *_ = forum.people
    meeting = arrange(forum, a, b, forum.slots[0])
    assert (meeting.state, meeting.slot) == (Meeting.State.ACCEPTED, forum.slots[0])
    assert not Meeting.objects.answered()  # nobody said yes to it
    assert arrange(forum, a, b, forum.slots[0]).pk == meeting.pk
    assert sorted(meeting.notices.values_list("attendee", "kind")) == [(a.pk, "arranged"), (b.pk, "arranged")]


def test_an_arranged_meeting_is_one_mail_to_each_that_says_so_with_an_entry_for_the_calendar(forum):
    a, b, *_ = forum.people
    arrange(forum, a, b, forum.slots[0])
    for reader, other in ((a, b), (b, a)):
        mail = mail_for(reader.notices.get(), forum.now)
        assert mail.subject == f"A meeting with {other.person.name} is arranged for you"
        assert f"The organisers arranged a meeting for you with {other.person.name}" in mail.body
        assert "10:00–10:30" in mail.body
        assert "T1" in mail.body
        (entry,) = mail.attachments
        assert "METHOD:REQUEST" in entry.get_payload(decode=True).decode()


def test_a_request_that_an_arrangement_confirms_was_told_as_a_request_and_then_as_arranged(forum):
    a, b, *_ = forum.people
    forum.ask(a, b, forum.slots[0], key="plan-1-1")
    arrange(forum, a, b, forum.slots[0])
    assert [*b.notices.order_by("pk").values_list("kind", flat=True)] == ["requested", "arranged"]
    assert [*a.notices.values_list("kind", flat=True)] == ["arranged"]


@pytest.mark.parametrize("age", ["minor", "unknown"])
def test_a_request_made_under_the_same_key_is_not_confirmed_once_one_of_the_two_is_no_adult(forum, age):
    a, b, *_ = forum.people
    asked = forum.ask(a, b, forum.slots[0], key="plan-1-1")
    Attendee.objects.filter(pk=b.pk).update(age_class=age)
    with pytest.raises(NotFound):
        arrange(forum, a, b, forum.slots[0])
    with pytest.raises(NotFound):
        forum.ask(a, b, forum.slots[0], key="plan-1-1")
    asked.refresh_from_db()
    assert asked.state == Meeting.State.REQUESTED


def test_a_request_made_under_the_same_key_is_not_confirmed_over_a_block_or_report(forum, blocked_by):
    a, b, *_ = forum.people
    asked = forum.ask(a, b, forum.slots[0], key="plan-1-1")
    block_contact(blocked_by, b, a, forum.now)
    with pytest.raises(NotFound):
        arrange(forum, a, b, forum.slots[0])
    asked.refresh_from_db()
    assert asked.state == Meeting.State.REQUESTED


def test_a_request_made_under_the_same_key_is_confirmed_in_an_open_time_only_and_not_once_expired(forum):
    a, b, *_ = forum.people
    asked = forum.ask(a, b, forum.slots[0], forum.slots[1], key="plan-1-1")
    Availability.objects.filter(attendee=b, slot=forum.slots[0]).delete()
    with pytest.raises(SlotTaken):
        arrange(forum, a, b, forum.slots[0])
    forum.now = asked.expires_at
    with pytest.raises(RequestExpired):
        arrange(forum, a, b, forum.slots[1])
