"""Sign-in codes: the page answers whatever the mail server does, and no other mail delays them."""

from __future__ import annotations

import datetime as dt
import io
import logging
import re
from email.message import EmailMessage

import pytest
from django.contrib import admin
from django.core.mail import EmailMessage as OutgoingMail
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from procrastinate.contrib.django import app
from pytest_django import Settings

from backend.core.encryption import decrypt, encrypt
from backend.core.queue import CODES, MAIL, QUEUES
from backend.core.smtp import automatic_mail, send_mail_now
from backend.directory.models import Nudge
from backend.directory.services.nudges import nudge_people
from backend.events.models.attendees import Attendee
from backend.people.models import AccountMail, Person
from backend.people.services import SEND_ACCOUNT_MAIL, delete_old_account_mails, queue_account_mail, send_account_mail
from tests.factories import NOW, make_attendee, make_event
from tests.smtp import MailServer
from tests.worker import do_jobs, let_the_wait_pass, waiting_jobs, workers_at_work

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "siti@example.org"
CODE_PAGE = "/accounts/login/code/"
MANY = 1_000
PATIENCE = 60  # seconds until a test that hangs fails


@pytest.fixture(autouse=True)
def _real_mail(settings: object, post: MailServer) -> None:
    settings.EMAIL_TIMEOUT = 0.3  # type: ignore[attr-defined]


@pytest.fixture
def siti() -> Person:
    return Person.objects.create_user(ADDRESS, name="Siti Rahma")


def code_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    [code] = [line for line in body.get_content().split() if re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", line)]
    return code


@pytest.mark.parametrize("trouble", ["silent", "refusing", "down"])
def test_the_page_answers_while_the_mail_server_is_in_trouble_and_the_code_comes_later(
    client: Client, siti: Person, post: MailServer, trouble: str
) -> None:
    if trouble == "down":
        post.stop()
    post.is_silent = trouble == "silent"
    post.replies[ADDRESS] = ["451 4.3.0 not now"] if trouble == "refusing" else []
    answer = client.post(CODE_PAGE, {"email": ADDRESS})
    assert (answer.status_code, answer["Location"]) == (302, f"{CODE_PAGE}confirm/")
    assert post.attempts == 0  # nobody waited for the mail server
    do_jobs()
    assert (post.mails, AccountMail.objects.count()) == ([], 1)
    post.is_silent = False
    if trouble == "down":
        post.start()
    let_the_wait_pass()
    do_jobs()
    [mail] = post.received_by(ADDRESS)
    client.post(f"{CODE_PAGE}confirm/", {"code": code_in(mail)})
    assert client.session["_auth_user_id"] == str(siti.pk)
    assert (AccountMail.objects.count(), waiting_jobs(SEND_ACCOUNT_MAIL)) == (0, [])


def test_an_address_refused_for_good_ends_the_row(client: Client, siti: Person, post: MailServer) -> None:
    post.replies[ADDRESS] = ["550 5.1.1 no such user"]
    client.post(CODE_PAGE, {"email": ADDRESS})
    do_jobs()
    assert (post.mails, AccountMail.objects.count(), waiting_jobs(SEND_ACCOUNT_MAIL)) == ([], 0, [])


@pytest.mark.slow
def test_a_thousand_waiting_mails_delay_no_code(siti: Person, post: MailServer, settings: object) -> None:
    settings.EMAIL_TIMEOUT = PATIENCE  # type: ignore[attr-defined]
    event = make_event()
    organiser = make_attendee(event, permission="organiser")
    _join(organiser, MANY)
    post.gate.clear()
    post.let_through = {ADDRESS}
    everybody = list(Attendee.objects.of(event).values_list("pk", flat=True))
    assert nudge_people(event=event, attendee_ids=everybody, by=organiser.person, now=timezone.now()) >= MANY
    with workers_at_work():
        for _ in range(QUEUES[MAIL]):  # as many as are sent at a time have been begun, and none is taken
            assert post.arrived.acquire(timeout=PATIENCE)
        browser = Client()
        browser.post(CODE_PAGE, {"email": ADDRESS})
        assert post.taken.acquire(timeout=PATIENCE)
        [mail] = post.mails
        waiting = Nudge.objects.filter(state="queued").count()
        post.gate.set()
    assert waiting >= MANY
    assert mail["To"] == ADDRESS
    browser.post(f"{CODE_PAGE}confirm/", {"code": code_in(mail)})
    assert browser.session["_auth_user_id"] == str(siti.pk)


def test_nothing_but_codes_takes_the_places_kept_for_codes() -> None:
    app.perform_import_paths()
    assert QUEUES[CODES] >= 1
    assert [task.name for task in app.tasks.values() if task.queue == CODES] == [SEND_ACCOUNT_MAIL]


def test_who_reads_the_database_reads_neither_address_nor_code(client: Client, siti: Person) -> None:
    client.post(CODE_PAGE, {"email": ADDRESS})
    row = AccountMail.objects.get()
    token = bytes(row.content)
    assert not any(word in token for word in (b"siti", b"example", b"code"))
    within = dt.timedelta(minutes=15)
    read = decrypt(token, purpose="account mail", within=within, now=row.queued_at)
    assert read is not None
    assert ADDRESS.encode() in read
    assert decrypt(token, purpose="another", within=within, now=row.queued_at) is None
    assert decrypt(token, purpose="account mail", within=within, now=row.queued_at + 2 * within) is None
    with override_settings(SECRET_KEY="of another installation"):
        assert decrypt(token, purpose="account mail", within=within, now=row.queued_at) is None


def test_a_changed_secret_is_not_read() -> None:
    token = encrypt(b"4711", purpose="test", now=NOW)
    changed = token[:-4] + b"AAA="
    assert decrypt(changed, purpose="test", within=dt.timedelta(hours=1), now=NOW) is None


def test_a_code_that_could_not_be_sent_is_gone_after_its_fifteen_minutes(post: MailServer) -> None:
    queue_account_mail(mail=OutgoingMail("Sign-in code", "ABC-123", to=[ADDRESS]), now=NOW)
    row = AccountMail.objects.get()
    late = NOW + dt.timedelta(minutes=15, seconds=1)
    assert delete_old_account_mails(now=NOW + dt.timedelta(minutes=14)) == 0
    send_account_mail(mail_id=row.pk, now=late)
    assert (post.attempts, AccountMail.objects.count()) == (0, 0)
    queue_account_mail(mail=OutgoingMail("Sign-in code", "ABC-123", to=[ADDRESS]), now=NOW)
    assert delete_old_account_mails(now=late) == 1
    let_the_wait_pass()
    do_jobs()
    assert (post.attempts, waiting_jobs(SEND_ACCOUNT_MAIL)) == (0, [])


def test_a_mail_sent_again_after_a_crash_has_the_same_message_id(post: MailServer) -> None:
    queue_account_mail(mail=OutgoingMail("Sign-in code", "ABC-123", to=[ADDRESS]), now=NOW)
    row = AccountMail.objects.get()
    send_account_mail(mail_id=row.pk, now=NOW)
    row.save(force_insert=True)  # as if the transaction had not ended
    send_account_mail(mail_id=row.pk, now=NOW)
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_without_a_message_id_gets_one_of_the_address_people_open(post: MailServer, settings: Settings) -> None:
    settings.TITIAN_ADDRESS = "https://forum.example.org"
    assert not send_mail_now(automatic_mail(to=ADDRESS, subject="Of a lead", body="..."), event=None).error
    (mail,) = post.mails
    assert str(mail["Message-ID"]).endswith("@forum.example.org>")


def test_no_dump_and_no_admin_holds_a_waiting_code(client: Client, siti: Person) -> None:
    client.post(CODE_PAGE, {"email": ADDRESS})
    dump = io.StringIO()
    call_command("dumpdata", "people", "sessions", stdout=dump)
    assert "people.person" in dump.getvalue()
    assert "accountmail" not in dump.getvalue()
    assert "sessions.session" not in dump.getvalue()  # where the code waits to be compared
    assert AccountMail not in admin.site._registry


def test_no_line_of_the_log_has_the_address(
    client: Client, siti: Person, post: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("backend", "procrastinate"):
        caplog.set_level(logging.DEBUG, name)
    post.replies[ADDRESS] = [f"451 not now, {ADDRESS}", f"550 no {ADDRESS}"]
    client.post(CODE_PAGE, {"email": ADDRESS})
    do_jobs()
    let_the_wait_pass()
    do_jobs()
    assert post.attempts == 2
    own = [record for record in caplog.records if record.name.split(".")[0] in ("backend", "procrastinate")]
    assert own != []
    assert not any(ADDRESS in logging.Formatter().format(record) for record in own)


def _join(organiser: Attendee, count: int) -> None:
    """So many people with an empty profile, who are told to fill it in."""
    people = Person.objects.bulk_create(
        Person(
            email=f"guest{number}@example.org", name=f"Guest {number}", password="!", quiet_from=None, quiet_until=None
        )
        for number in range(count)
    )
    Attendee.objects.bulk_create(
        Attendee(
            event=organiser.event,
            person=person,
            name=person.name,
            organisation=organiser.organisation,
            age_class="adult",
        )
        for person in people
    )
