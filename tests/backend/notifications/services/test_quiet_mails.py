"""Mails in the night: what waits for the morning, and what is sent at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from backend.booking.models.notices import Delivery
from backend.core.models import MailDay
from backend.directory.models import Nudge
from backend.directory.services.nudges import nudge_people, send_nudge
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.notifications.selectors.deliveries import failing_deliveries
from backend.notifications.services.deliveries import deliver_notice
from backend.notifications.services.reminders import remind_people
from tests.backend.conftest import Forum, make_forum

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def forum() -> Forum:
    """It is 23:00 in Bangkok two weeks before the forum; everybody has the usual quiet hours."""
    forum = make_forum()
    forum.now = dt.datetime(2026, 11, 25, 23, tzinfo=forum.event.zone)
    for one in forum.people:
        one.person.quiet_from, one.person.quiet_until = dt.time(22), dt.time(7)
        one.person.save()
    return forum


def morning_of(forum: Forum) -> dt.datetime:
    return (forum.now + 9 * HOUR).replace(hour=7, minute=0)


def queued_for(task: str = "notifications.send_notice") -> list[dt.datetime | None]:
    """When the jobs that wait may be done, in the order they were queued."""
    with connection.cursor() as cursor:
        cursor.execute("select scheduled_at from procrastinate_jobs where task_name = %s order by id", [task])
        return [row[0] for row in cursor.fetchall()]


def deliver_all(now: dt.datetime) -> None:
    for pk in Delivery.objects.filter(state="queued").order_by("pk").values_list("notice_id", flat=True):
        deliver_notice(notice_id=pk, now=now)


def test_a_request_in_the_night_is_mailed_in_the_morning(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    assert queued_for() == [morning_of(forum)]
    deliver_all(forum.now)  # a job that comes too early queues itself again
    assert (mailoutbox, queued_for()) == ([], [morning_of(forum)] * 2)
    assert Delivery.objects.get().state == "queued"
    deliver_all(morning_of(forum))
    assert [mail.to for mail in mailoutbox] == [[b.person.email]]


def test_a_mail_above_those_of_the_forums_day_waits_for_the_next(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, *_ = forum.people
    Event.objects.update(max_mails_a_day=1)
    MailDay.objects.create(event=forum.event, day=forum.now.date(), sent=1)
    b.person.quiet_from = b.person.quiet_until = None
    b.person.save()
    forum.ask(a, b)
    deliver_all(forum.now)
    midnight = (forum.now + HOUR).replace(hour=0, minute=0)
    assert (mailoutbox, queued_for()[-1], Delivery.objects.get().due_at) == ([], midnight, midnight)
    deliver_all(midnight)
    assert [mail.to for mail in mailoutbox] == [[b.person.email]]


def test_a_mail_that_waits_for_the_morning_is_in_no_trouble_before(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    morning = morning_of(forum)
    for now, count in ((forum.now + HOUR, 0), (morning, 0), (morning + HOUR, 1)):
        assert failing_deliveries(forum.event, now).count() == count
    deliver_all(morning)
    assert failing_deliveries(forum.event, morning + HOUR).count() == 0


def test_what_was_changed_and_taken_back_in_the_night_is_told_once_or_not_at_all(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, c, _ = forum.people
    forum.edit(a, forum.ask(a, b, message="First"), message="Second")
    forum.withdraw(c, forum.ask(c, b))
    deliver_all(morning_of(forum))
    [mail] = mailoutbox
    assert mail.subject == f"{a.person.name} asks to meet you"
    assert "Second" in str(mail.body)


def test_who_has_no_quiet_hours_or_reads_elsewhere_is_mailed_at_once(forum: Forum) -> None:
    a, b, c, d = forum.people
    b.person.quiet_from = b.person.quiet_until = None
    b.person.save()
    c.person.own_timezone = "Europe/Zurich"
    c.person.save()
    for other in (b, c, d):
        forum.ask(a, other)
    assert queued_for() == [None, None, morning_of(forum)]


def test_a_change_gathered_at_ten_at_night_waits_for_the_morning(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.now = forum.now.replace(hour=21, minute=50)
    meeting = forum.ask(a, b)
    forum.edit(a, meeting, message="Second")
    forum.now = forum.now.replace(minute=58)
    forum.edit(a, meeting, message="Third")
    begun = forum.now.replace(minute=50)
    assert queued_for() == [None, begun + dt.timedelta(minutes=3), morning_of(forum)]


def test_a_cancellation_is_held_but_for_one_of_the_same_day(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, c, d = forum.people
    early, late = (forum.accept(other, forum.ask(one, other, forum.slots[0])) for one, other in ((a, b), (c, d)))
    Delivery.objects.update(state="skipped")
    forum.now = forum.slots[0].starts_at - 11 * HOUR  # 23:00, the evening before
    forum.cancel(a, early)
    deliver_all(forum.now)
    assert mailoutbox == []
    forum.now = forum.slots[0].starts_at - 7 * HOUR  # 03:00 of that day
    forum.cancel(c, late)
    deliver_all(forum.now)
    assert {mail.to[0] for mail in mailoutbox} == {one.person.email for one in forum.people}


def test_what_happens_before_the_night_is_over_is_mailed_in_it(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, *_ = forum.people
    slot = forum.slots[0]
    slot.starts_at = slot.starts_at.replace(hour=0, minute=10)  # 07:10 at the forum
    slot.ends_at = slot.starts_at + HOUR / 2
    slot.save()
    for one in (a, b):  # who get up later
        one.person.quiet_until = dt.time(8)
        one.person.save()
    forum.accept(b, forum.ask(a, b, slot))
    Delivery.objects.update(state="skipped")
    forum.now = slot.starts_at - HOUR / 6
    assert remind_people(now=forum.now) > 0
    deliver_all(forum.now)
    assert [mail.subject for mail in mailoutbox].count(f"In a few minutes: meeting with {a.person.name}") == 1


def test_a_request_that_ends_before_the_morning_is_mailed_in_the_night(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    a, b, *_ = forum.people
    forum.now = forum.slots[0].starts_at - 4 * HOUR - HOUR / 2  # 05:30 of the day: to be answered by 08:00
    meeting = forum.ask(a, b, forum.slots[0])
    assert meeting.expires_at == forum.slots[0].starts_at - 2 * HOUR
    deliver_all(forum.now)
    assert len(mailoutbox) == 1


def test_a_nudge_waits_for_the_morning(forum: Forum, mailoutbox: list[EmailMultiAlternatives]) -> None:
    (boss,) = forum.join(1, permission="organiser")
    everybody = list(Attendee.objects.of(forum.event).values_list("pk", flat=True))
    assert nudge_people(event=forum.event, attendee_ids=everybody, by=boss.person, now=forum.now) == 5
    assert queued_for("directory.send_nudge") == [morning_of(forum)] * 4 + [None]
    nudge_id = Nudge.objects.get(attendee=forum.people[0]).pk
    send_nudge(nudge_id=nudge_id, now=forum.now)
    assert mailoutbox == []
    send_nudge(nudge_id=nudge_id, now=morning_of(forum))
    assert len(mailoutbox) == 1
