"""Mail by the real worker over a real SMTP server that works, refuses, is slow, or is down."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from backend.booking.models.notices import Delivery, Notice
from backend.booking.services.notices import SEND_NOTICE
from backend.core.smtp import MAX_WAIT_SECONDS, Backoff, MailDelayed
from backend.events.models.attendees import Attendee
from backend.notifications.selectors.deliveries import delivery_figures_for
from backend.notifications.services.deliveries import deliver_notice, resend_mails
from tests.backend.conftest import Forum, make_forum
from tests.smtp import MailServer
from tests.worker import do_jobs, let_the_wait_pass, waiting_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _real_mail(settings: object, post: MailServer) -> None:
    settings.EMAIL_TIMEOUT = 0.3  # type: ignore[attr-defined]


@pytest.fixture
def forum() -> Forum:
    """Of the real time: the worker's clock is the real one."""
    now = timezone.now()
    day = (now + dt.timedelta(days=14)).date()
    forum = make_forum(starts_on=day, ends_on=day)
    forum.now = now
    return forum


def state_of(attendee: Attendee) -> list[tuple[str, int, str]]:
    rows = Delivery.objects.filter(notice__attendee=attendee).order_by("pk")
    return list(rows.values_list("state", "attempts", "error"))


def test_every_mail_is_sent_once_and_its_state_kept(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    do_jobs()
    do_jobs()
    assert [mail["Subject"] for mail in post.received_by(a.person.email)] == [
        f"Meeting with {b.person.name} on {forum.slots[0].starts_at.astimezone(forum.event.zone):%a} "
        f"{forum.slots[0].starts_at.astimezone(forum.event.zone).day} "
        f"{forum.slots[0].starts_at.astimezone(forum.event.zone):%b, %H:%M} (Bangkok time)"
    ]
    assert state_of(a) == [("sent", 1, "")]
    # What was asked is answered by now: only the agreement is worth a mail.
    assert state_of(b) == [("skipped", 0, ""), ("sent", 1, "")]
    assert waiting_jobs(SEND_NOTICE) == []


@pytest.mark.slow
def test_a_4xx_is_tried_again_later_under_the_same_message_id(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    post.replies[b.person.email] = ["451 4.3.0 try again later", "452 4.2.2 mailbox is full"]
    forum.ask(a, b)
    do_jobs()
    assert state_of(b) == [("queued", 1, "451")]
    assert [later for _, later in waiting_jobs(SEND_NOTICE)] == [True]
    let_the_wait_pass()
    do_jobs()
    assert state_of(b) == [("queued", 2, "452")]
    let_the_wait_pass()
    do_jobs()
    assert state_of(b) == [("sent", 3, "")]
    (mail,) = post.mails
    notice = Notice.objects.get()
    assert mail["Message-ID"] == f"<notice-{notice.pk}.{notice.meeting.uid}@127.0.0.1>"


@pytest.mark.slow
def test_an_address_refused_for_good_delays_no_other_mail_and_the_organiser_sees_it(
    forum: Forum, post: MailServer
) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    do_jobs()
    post.replies[a.person.email] = [f"550 5.1.1 no such user {a.person.email}"]
    forum.accept(b, meeting)
    do_jobs()
    assert (state_of(a), state_of(b)[-1]) == ([("failed", 1, "550")], ("sent", 1, ""))
    assert waiting_jobs(SEND_NOTICE) == []
    figures = delivery_figures_for(forum.event, forum.now)
    assert (figures.queued, figures.sent, figures.failed) == (0, 2, 1)
    (row,) = figures.in_trouble
    assert (row.attendee_id, row.kind, row.error) == (a.pk, "accepted", "550")
    assert a.person.email not in repr(figures)

    boss = forum.join(1, permission="organiser")[0]
    assert resend_mails(event=forum.event, by=boss.person, now=forum.now) == 1
    do_jobs()
    assert state_of(a) == [("sent", 1, "")]
    assert len(post.received_by(a.person.email)) == 1
    assert len(post.received_by(b.person.email)) == 2


@pytest.mark.slow
def test_a_server_that_is_down_loses_nothing_that_is_still_true_when_it_is_up_again(
    forum: Forum, post: MailServer
) -> None:
    a, b, *_ = forum.people
    post.stop()
    meeting = forum.ask(a, b, forum.slots[0])
    forum.accept(b, meeting)
    forum.cancel(a, meeting)
    do_jobs()
    assert state_of(a) == [("skipped", 0, ""), ("queued", 1, "no_server")]
    assert state_of(b) == [("skipped", 0, ""), ("skipped", 0, ""), ("queued", 1, "no_server")]
    assert delivery_figures_for(forum.event, forum.now).sent == 0
    post.start()
    let_the_wait_pass()
    do_jobs()
    assert [mail["Subject"] for mail in post.received_by(b.person.email)] == [f"{a.person.name} cancelled your meeting"]
    assert len(post.mails) == 2
    assert not Delivery.objects.filter(state__in=["queued", "failed"]).exists()


@pytest.mark.slow
def test_a_server_slower_than_the_timeout_is_left_and_tried_again(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    post.is_silent = True
    forum.ask(a, b)
    do_jobs()
    assert state_of(b) == [("queued", 1, "timeout")]
    post.is_silent = False
    let_the_wait_pass()
    do_jobs()
    assert state_of(b) == [("sent", 2, "")]
    assert len(post.mails) == 1


def test_a_mail_that_was_taken_is_sent_even_if_the_server_never_says_goodbye(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    post.is_rude = True
    forum.ask(a, b)
    do_jobs()
    assert state_of(b) == [("sent", 1, "")]
    let_the_wait_pass()
    do_jobs()
    assert len(post.mails) == 1


def test_no_mail_goes_out_for_a_change_that_was_rolled_back(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    with pytest.raises(RuntimeError), transaction.atomic():
        forum.ask(a, b)
        raise RuntimeError
    do_jobs()
    assert (post.attempts, Notice.objects.count(), Delivery.objects.count()) == (0, 0, 0)


def test_mails_to_one_person_arrive_in_the_order_of_what_happened(forum: Forum, post: MailServer) -> None:
    a, b, c, _ = forum.people
    post.replies[b.person.email] = ["451 not now"]
    forum.ask(a, b)
    forum.ask(c, b)
    do_jobs()
    assert post.mails == []
    let_the_wait_pass()
    do_jobs()
    assert [mail["Subject"] for mail in post.mails] == [f"{asker.person.name} asks to meet you" for asker in (a, c)]


def test_two_workers_at_once_send_one_mail(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    notice = Notice.objects.get()

    def deliver() -> None:
        try:
            deliver_notice(notice_id=notice.pk, now=forum.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(deliver) for _ in range(4)]:
            done.result()
    assert (post.attempts, len(post.mails)) == (1, 1)


def test_a_job_of_a_killed_worker_is_done_by_the_next(forum: Forum, post: MailServer) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now()) returning id")
        cursor.execute("select id from procrastinate_fetch_job_v2(null, %s)", [cursor.fetchone()[0]])
    do_jobs()  # the periodic job that looks for killed workers, too, where it is due
    assert post.mails == []
    do_jobs(silent_for=0)
    assert (len(post.mails), state_of(b)) == (1, [("sent", 1, "")])


def test_trouble_of_the_sender_or_the_login_is_not_held_against_the_address(forum: Forum, settings: object) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "titian", "wrong"  # type: ignore[attr-defined]
    with pytest.raises(MailDelayed, match="smtp"):
        deliver_notice(notice_id=Notice.objects.get().pk, now=forum.now)
    assert state_of(b) == [("queued", 1, "smtp")]


def test_waits_double_and_stay_under_ten_minutes(time_machine: object) -> None:
    time_machine.move_to(timezone.now(), tick=False)  # type: ignore[attr-defined]

    class Tried:
        def __init__(self, attempts: int) -> None:
            self.attempts = attempts

    def wait(attempts: int) -> float:
        decision = Backoff().get_retry_decision(exception=MailDelayed(), job=Tried(attempts))  # type: ignore[arg-type]
        assert decision is not None
        assert decision.retry_at is not None
        return round((decision.retry_at - timezone.now()).total_seconds())

    assert [wait(n) for n in (0, 1, 2, 3)] == [30, 60, 120, 240]
    assert wait(40) == MAX_WAIT_SECONDS
    assert Backoff().get_retry_decision(exception=MailDelayed(), job=Tried(300)) is None  # type: ignore[arg-type]
