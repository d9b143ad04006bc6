"""How much mail one person can cause: limits on asking, changes gathered, and what was taken back in time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from backend.booking.models.availability import MeetingRules
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import ASKER_REQUESTS, PAIR_REQUESTS, REQUEST_EDITS, REQUEST_UPDATES
from backend.booking.services.notices import SEND_NOTICE
from backend.booking.services.requests import AskedTooOften
from backend.events.models.attendees import Attendee
from backend.notifications.services.deliveries import deliver_notice
from backend.people.rules import GATHERING
from tests.backend.conftest import Forum, make_forum
from tests.smtp import MailServer
from tests.worker import do_jobs, let_the_wait_pass, waiting_jobs

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def post(settings: object, post: MailServer) -> MailServer:
    settings.EMAIL_TIMEOUT = 2  # type: ignore[attr-defined]
    return post


@pytest.fixture
def forum(time_machine: object) -> Forum:
    """At its `now`, the real one, the clock stands still, the worker's too; jobs wait by the database's."""
    now = timezone.now()
    day = (now + dt.timedelta(days=14)).date()
    forum = make_forum(starts_on=day, ends_on=day)
    forum.now = now
    time_machine.move_to(forum.now, tick=False)  # type: ignore[attr-defined]
    return forum


def pass_time(forum: Forum, time_machine: object, by: dt.timedelta) -> None:
    forum.now += by
    time_machine.move_to(forum.now, tick=False)  # type: ignore[attr-defined]


def subjects(post: MailServer, reader: Attendee) -> list[str]:
    return [str(mail["Subject"]) for mail in post.received_by(reader.person.email)]


@pytest.mark.slow
def test_who_asks_and_takes_back_one_person_fifteen_times_causes_a_few_mails(
    forum: Forum, post: MailServer, time_machine: object
) -> None:
    a, b, *_ = forum.people
    refusals = []
    for _ in range(15):
        try:
            meeting = forum.ask(a, b)
        except AskedTooOften as refusal:
            refusals.append(refusal.message)
        else:
            do_jobs()
            forum.withdraw(a, meeting)
            do_jobs()
        pass_time(forum, time_machine, 20 * MINUTE)
    assert len(subjects(post, b)) == 2 * PAIR_REQUESTS
    assert refusals[0] == "You asked this person less than an hour ago. Please wait an hour before you ask again."
    assert refusals[-1].startswith("You have asked this person 3 times, the most one may at a forum.")
    assert Meeting.objects.count() == PAIR_REQUESTS
    assert forum.ask(b, a).state == "requested"  # the other way is open


def test_an_organiser_s_meeting_is_within_no_limit_and_a_cancelled_one_counts_towards_none(forum: Forum) -> None:
    a, b, *_ = forum.people
    for _ in range(PAIR_REQUESTS + 1):
        forum.cancel(b, forum.accept(b, forum.ask(a, b)))
    forum.withdraw(a, forum.ask(a, b))
    with pytest.raises(AskedTooOften):
        forum.ask(a, b)
    arranged = forum.arrange(a, b, forum.slots[0])
    assert arranged.state == "accepted"


def test_the_same_key_again_is_the_same_request_and_no_refusal(forum: Forum) -> None:
    a, b, *_ = forum.people
    first = forum.ask(a, b, key="k")
    assert forum.ask(a, b, key="k") == first


@pytest.mark.parametrize(("open_requests", "a_day"), [(8, ASKER_REQUESTS), (40, 80)])
def test_a_day_has_a_limit_for_all_whom_one_asks(forum: Forum, open_requests: int, a_day: int) -> None:
    MeetingRules.objects.create(event=forum.event, open_requests=open_requests, expiry_hours=48)
    a, b, *_ = forum.people
    Meeting.objects.bulk_create(
        Meeting(event=forum.event, asker=a, state="withdrawn", asked_at=forum.now, expires_at=forum.now)
        for _ in range(a_day)
    )
    with pytest.raises(AskedTooOften, match=f"You have asked {a_day} times in 24 hours"):
        forum.ask(a, b)
    forum.now += dt.timedelta(hours=24, seconds=1)
    assert forum.ask(a, b).state == "requested"


def test_changes_within_three_minutes_are_one_mail_that_shows_the_last(
    forum: Forum, post: MailServer, time_machine: object
) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0], message="First")
    do_jobs()
    for number in range(1, 4):
        pass_time(forum, time_machine, MINUTE / 2)
        forum.edit(a, meeting, forum.slots[number], message=f"Change {number}")
        do_jobs()
    assert len(subjects(post, b)) == 1  # the request alone
    pass_time(forum, time_machine, GATHERING)
    let_the_wait_pass()
    do_jobs()
    assert subjects(post, b) == [f"{a.person.name} asks to meet you", f"{a.person.name} changed a request to meet you"]
    body = post.mails[-1].get_body(("plain",))
    assert body is not None
    assert "Change 3" in body.get_content()
    assert waiting_jobs(SEND_NOTICE) == []


def test_a_request_changed_before_its_mail_left_is_told_once_as_it_is(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    forum.edit(a, forum.ask(a, b, message="First"), message="Second")
    let_the_wait_pass()
    do_jobs()
    assert subjects(post, b) == [f"{a.person.name} asks to meet you"]
    body = post.mails[0].get_body(("plain",))
    assert body is not None
    assert "Second" in body.get_content()


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_request_taken_back_before_its_mail_left_is_never_mailed(
    forum: Forum, post: MailServer, is_changed: bool
) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    if is_changed:
        forum.edit(a, meeting, message="Second")
    forum.withdraw(a, meeting)
    let_the_wait_pass()
    do_jobs()
    assert post.mails == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"skipped"}


def test_a_change_taken_back_at_once_is_not_mailed(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    do_jobs()
    forum.edit(a, meeting, message="Second")
    forum.withdraw(a, meeting)
    let_the_wait_pass()
    do_jobs()
    assert subjects(post, b)[1:] == [f"{a.person.name} took back a request to meet you"]


def test_one_request_can_be_changed_a_few_times_a_day_and_the_same_again_is_no_change(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    for number in range(REQUEST_EDITS):
        forum.edit(a, meeting, message=f"Change {number}")
    forum.edit(a, meeting, message=f"Change {REQUEST_EDITS - 1}")
    with pytest.raises(AskedTooOften, match="You have changed this request 5 times in 24 hours"):
        forum.edit(a, meeting, message="Once more")
    assert Meeting.objects.get().message == f"Change {REQUEST_EDITS - 1}"
    forum.now += dt.timedelta(hours=24, seconds=1)
    forum.edit(a, meeting, message="Once more")


def test_of_one_request_few_updates_a_day_are_mailed_whoever_causes_them(
    forum: Forum, mailoutbox: list[object]
) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    for number in range(2 * REQUEST_UPDATES):
        notice = Notice.objects.create(
            event=forum.event, attendee=b, meeting=meeting, kind="time_taken", created_at=forum.now
        )
        Delivery.objects.create(notice=notice)
        deliver_notice(notice_id=notice.pk, now=forum.now + number * MINUTE)
    assert len(mailoutbox) == REQUEST_UPDATES


def test_a_mail_that_waits_for_its_time_holds_back_no_other_of_that_person(forum: Forum, post: MailServer) -> None:
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b)
    do_jobs()
    forum.edit(a, meeting, message="Second")
    forum.ask(c, b)
    do_jobs()
    assert subjects(post, b) == [f"{asker.person.name} asks to meet you" for asker in (a, c)]
    assert [later for _, later in waiting_jobs(SEND_NOTICE)] == [True]


def test_the_api_names_the_refusal(forum: Forum, client: object) -> None:
    a, b, *_ = forum.people
    forum.withdraw(a, forum.ask(a, b))
    client.force_login(a.person)  # type: ignore[attr-defined]
    answer = client.post(  # type: ignore[attr-defined]
        f"/api/v1/events/{forum.event.slug}/meetings/", {"other": b.pk, "slots": []}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "asked_too_often")
