"""Mails that can wait come together, once or twice a day, for people who chose so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail import EmailMultiAlternatives

from backend.booking.models.notices import Delivery
from backend.notifications.services.deliveries import deliver_notice
from backend.people.models import Person
from backend.safeguarding.services.blocks import block_person
from tests.backend.conftest import Forum, make_forum

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
Outbox = list[EmailMultiAlternatives]


@pytest.fixture
def forum() -> Forum:
    """It is 10:00 in Bangkok two weeks before the forum; the second person reads once a day."""
    forum = make_forum()
    forum.now = dt.datetime(2026, 11, 25, 10, tzinfo=forum.event.zone)
    choose(forum.people[1].person, "daily")
    return forum


def choose(person: Person, digest: str) -> None:
    Person.objects.filter(pk=person.pk).update(digest=digest)
    person.refresh_from_db()


def deliver_due(now: dt.datetime) -> None:
    """What the jobs do that are due by then, in the order they were queued."""
    due = Delivery.objects.filter(state="queued", due_at__lte=now).order_by("pk")
    for pk in list(due.values_list("notice_id", flat=True)):
        deliver_notice(notice_id=pk, now=now)


def morning_of(forum: Forum) -> dt.datetime:
    return (forum.now + dt.timedelta(days=1)).replace(hour=8)


def test_all_of_a_day_come_in_one_mail_the_next_morning(forum: Forum, mailoutbox: Outbox) -> None:
    a, b, c, d = forum.people
    for asker in (a, c, d):
        forum.ask(asker, b, message=f"I am {asker.person.name}.")
    deliver_due(morning_of(forum) - HOUR)
    assert mailoutbox == []
    deliver_due(morning_of(forum))
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([b.person.email], "3 messages about your meetings")
    for part in (str(mail.body), str(mail.alternatives[0][0])):
        for asker in (a, c, d):
            assert f"I am {asker.person.name}." in part
        assert part.count("/answer/") >= 6  # each is accepted and declined from the one mail
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_twice_a_day_is_at_eight_and_at_five(forum: Forum) -> None:
    a, b, *_ = forum.people
    choose(b.person, "twice-daily")
    forum.ask(a, b)
    assert Delivery.objects.get().due_at == forum.now.replace(hour=17)


def test_it_is_eight_by_the_clock_they_read_from_and_not_in_quiet_hours(forum: Forum) -> None:
    a, b, c, _ = forum.people
    Person.objects.filter(pk=b.person_id).update(own_timezone="Europe/Zurich")
    Person.objects.filter(pk=c.person_id).update(digest="daily", quiet_from=dt.time(22), quiet_until=dt.time(9))
    forum.ask(a, b)
    forum.ask(a, c)
    to_b, to_c = Delivery.objects.order_by("pk").values_list("due_at", flat=True)
    assert to_b.astimezone(dt.UTC).hour == 7
    assert to_c.astimezone(forum.event.zone).hour == 9


def test_one_alone_is_the_ordinary_mail_and_what_is_overtaken_is_left_out(forum: Forum, mailoutbox: Outbox) -> None:
    a, b, c, _ = forum.people
    forum.ask(a, b)
    forum.withdraw(c, forum.ask(c, b))
    deliver_due(morning_of(forum))
    assert [mail.subject for mail in mailoutbox] == [f"{a.person.name} asks to meet you"]


def test_who_was_blocked_meanwhile_is_not_in_it(forum: Forum, mailoutbox: Outbox) -> None:
    a, b, c, d = forum.people
    for asker in (a, c, d):
        forum.ask(asker, b)
    block_person(blocked=a.person, by=b.person, now=forum.now)
    deliver_due(morning_of(forum))
    [mail] = mailoutbox
    assert mail.subject == "2 messages about your meetings"
    assert a.person.name not in str(mail.body)


def test_changes_of_an_agreed_meeting_and_what_ends_before_come_at_once(forum: Forum) -> None:
    a, b, c, _ = forum.people
    meeting = forum.accept(c, forum.ask(a, c, forum.slots[0]))
    choose(a.person, "daily")
    choose(c.person, "daily")
    Delivery.objects.all().delete()
    forum.cancel(a, meeting)
    forum.now = forum.slots[1].starts_at - HOUR
    forum.ask(c, b, forum.slots[1])
    assert [delivery.due_at <= forum.now for delivery in Delivery.objects.all()] == [True] * 3


def test_a_server_that_is_down_leaves_all_of_them_waiting(forum: Forum, settings) -> None:
    a, b, c, _ = forum.people
    forum.ask(a, b)
    forum.ask(c, b)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(Exception, match=r"."):
        deliver_due(morning_of(forum))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"queued"}
