"""What others than the two end: an organiser with a reason that both read, and the contact policy without."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models import Attendee
from backend.meetings import services
from backend.meetings.models import Meeting, Seat
from backend.meetings.selectors.meetings import meeting_for, meetings_without_contact
from backend.meetings.services.notice_mails import mail_for
from tests.backend.meetings.conftest import make_forum
from tests.factories import NOW, block_contact, make_attendee

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


def call_off(forum, meeting, by, reason="The hall is closed"):
    return services.cancel_for_both(
        event=forum.event, meeting_id=meeting.pk, reason=reason, by=by.person, now=forum.now
    )


def test_both_are_told_by_whom_and_why_and_are_free_again(forum, boss):
    a, b, c, _ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    for _ in range(2):
        assert call_off(forum, meeting, boss).state == "cancelled"
    assert not Seat.objects.filter(meeting=meeting, is_active=True).exists()
    for reader, other in ((a, b), (b, a)):
        mail = mail_for(reader.notices.get(kind="cancelled"), forum.now)
        assert mail.subject == f"Your meeting with {other.person.name} is cancelled"
        assert f"The organisers cancelled this meeting with {other.person.name}" in mail.body
        assert "> The hall is closed" in mail.body
        assert boss.person.name not in mail.body
        row = meeting_for(reader, meeting.pk, forum.now)
        assert (row.sequence, row.ended_by_me, row.ended_by_organisers) == (1, False, True)
    assert forum.accept(a, forum.ask(c, a, forum.slots[0])).state == "accepted"


def test_what_one_of_the_two_or_a_rule_ends_is_not_laid_at_the_organisers_door(forum):
    a, b, c, _ = forum.people
    own = forum.cancel(a, forum.accept(b, forum.ask(a, b, forum.slots[0])))
    assert not meeting_for(b, own.pk, forum.now).ended_by_organisers
    asked = forum.ask(c, b)
    services.expire_requests(now=asked.expires_at)
    assert not meeting_for(b, asked.pk, asked.expires_at).ended_by_organisers


def test_only_an_organiser_of_the_forum_can_and_only_what_is_still_to_come(forum, boss):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    waiting = forum.ask(b, forum.people[2], forum.slots[1])
    with pytest.raises(OrganisersOnly):
        call_off(forum, meeting, a)
    with pytest.raises(services.ReasonNeeded):
        call_off(forum, meeting, boss, reason="  ")
    with pytest.raises(services.AlreadyAnswered):
        call_off(forum, waiting, boss)
    elsewhere = make_forum(slug="elsewhere", people=0)
    stranger = make_attendee(elsewhere.event, permission="organiser")
    with pytest.raises(NotFound):
        call_off(elsewhere, meeting, stranger)
    forum.now = forum.slots[0].ends_at
    with pytest.raises(services.TooLate):
        call_off(forum, meeting, boss)
    meeting.refresh_from_db()
    assert meeting.state == "accepted"


def test_the_job_that_ends_what_is_refused_asks_the_policy_once_for_each_asker(forum, blocked_by):
    a, *others = [*forum.people, *forum.join(5)]
    agreed = [
        forum.accept(other, forum.ask(a, other, slot))
        for other, slot in zip(others, forum.slots, strict=False)
    ]
    assert meetings_without_contact(Meeting.objects.all(), NOW) == set()
    with CaptureQueriesContext(connection) as caught:
        assert services.end_refused_meetings(now=forum.now) == 0
    assert len(caught) == 3
    block_contact(blocked_by, others[2], a)
    assert meetings_without_contact(Meeting.objects.all(), NOW) == {agreed[2].pk}
    others[4].person.is_active = False
    others[4].person.save()
    assert services.end_refused_meetings(now=forum.now) == 2
    states = [*Meeting.objects.order_by("pk").values_list("state", flat=True)]
    assert states == ["accepted", "accepted", "cancelled", "accepted", "cancelled", "accepted"]
    a.delete()
    assert meetings_without_contact(Meeting.objects.all(), NOW) == set()


def test_requests_of_somebody_who_was_erased_end_and_break_nothing(forum):
    a, b, c, _ = forum.people
    asked, agreed = forum.ask(a, b, key="one"), forum.accept(c, forum.ask(a, c, forum.slots[1]))
    erased = b.pk
    for gone in (b, c):
        gone.delete()
    services.close_slots(attendee=a, slot_ids=[forum.slots[0].pk], by=a.person, now=forum.now)
    with pytest.raises(NotFound):
        forum.ask(a, Attendee(pk=erased), key="one")
    for change in (forum.withdraw, forum.cancel):
        with pytest.raises(NotFound):
            change(a, asked)
    assert services.end_refused_meetings(now=forum.now) == 2
    asked.refresh_from_db()
    agreed.refresh_from_db()
    assert (asked.state, agreed.state) == ("expired", "cancelled")


def test_over_the_api_it_is_for_organisers(forum, boss, time_machine):
    time_machine.move_to(NOW, tick=False)
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    address = f"/api/v1/events/forum/meetings/{meeting.pk}/cancel-for-both/"
    answers = []
    for who in (a, boss):
        client = APIClient()
        client.force_login(who.person)
        answers.append(client.post(address, {"reason": "The hall is closed"}, format="json").status_code)
    assert answers == [403, 204]
    meeting.refresh_from_db()
    assert meeting.state == "cancelled"
