"""Codes that strangers ask for stop nobody, are few a day, and tell nobody which addresses are known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.core.limits import Kind, is_too_often
from backend.events.models.attendees import Attendee
from backend.events.services.addresses import change_address
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.invitations.services.sending import preview_invitations, send_invitations
from backend.people.models import Person, address_hash
from backend.people.rules import KNOWN_BROWSER
from backend.people.services import end_all_sign_ins
from backend.privacy.services.accounts import close_account
from tests.accounts import mailed_code, send_account_mails
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of
from tests.second_factor import without_factor
from tests.smtp import MailServer
from tests.worker import do_jobs

pytestmark = pytest.mark.django_db

ADDRESS, CODE_PAGE, CONFIRM = "siti@example.org", "/accounts/login/code/", "/accounts/login/code/confirm/"
NETWORKS = [f"198.51.100.{number}" for number in range(1, 5)]
FEW = 12  # mails a day that strangers can have sent to one address


@pytest.fixture
def siti() -> Person:
    return Person.objects.create_user(ADDRESS, name="Siti Rahma")


def ask(browser: Client, email: str = ADDRESS) -> int:
    return browser.post(CODE_PAGE, {"email": email}).status_code


def signs_in(browser: Client, person: Person) -> bool:
    """Whether the browser signs the person in by a code that it asks for now."""
    before = len(mail.outbox)
    if ask(browser, person.email) != 302:
        return False
    send_account_mails()
    if len(mail.outbox) == before:
        return False
    browser.post(CONFIRM, {"code": mailed_code()})
    return browser.session.get("_auth_user_id") == str(person.pk)


def known_browser(person: Person) -> Client:
    """A browser in which the person signed in, and out again."""
    browser = Client()
    assert signs_in(browser, person)
    browser.post("/accounts/logout/")
    assert "_auth_user_id" not in browser.session
    return browser


def strangers_ask(email: str = ADDRESS) -> None:
    """From many networks, until everybody is refused."""
    for _time in range(FEW):
        is_too_often(Kind.CODE_ASKED_ANYWHERE, account=address_hash(email))
    assert ask(Client(REMOTE_ADDR="203.0.113.1"), email) == 429


def link_of_newest_code() -> str:
    send_account_mails()
    found = re.search(r"/account/codes/[^/\s]+/", str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def test_strangers_stop_nobody_in_a_browser_where_they_have_signed_in(siti: Person) -> None:
    browser = known_browser(siti)
    strangers_ask()
    assert signs_in(browser, siti)


def test_wrong_codes_of_strangers_stop_no_code_asked_for_elsewhere(siti: Person) -> None:
    browser, stranger = Client(), Client(REMOTE_ADDR=NETWORKS[0])
    ask(browser)
    code = mailed_code()
    while ask(stranger) == 302:
        for _guess in range(5):
            stranger.post(CONFIRM, {"code": "WRNG-CODE"})
    browser.post(CONFIRM, {"code": code})
    assert browser.session["_auth_user_id"] == str(siti.pk)


def test_a_code_opens_the_account_in_the_browser_that_asked_for_it_alone(siti: Person) -> None:
    mine, other = Client(), Client()
    ask(mine)
    code = mailed_code()
    ask(other)
    other.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in other.session
    mine.post(CONFIRM, {"code": code})
    assert mine.session["_auth_user_id"] == str(siti.pk)


def test_one_network_cannot_use_up_what_strangers_may_ask(siti: Person) -> None:
    assert [ask(Client(REMOTE_ADDR=NETWORKS[0])) for _time in range(8)] == [302] * 4 + [429] * 4
    assert signs_in(Client(REMOTE_ADDR=NETWORKS[1]), siti)


@pytest.mark.slow
def test_strangers_can_have_few_mails_a_day_sent_and_each_says_how_to_stop_them(
    siti: Person, time_machine: object
) -> None:
    for hour in range(0, 23, 4):
        time_machine.move_to(dt.datetime(2026, 12, 1, hour, tzinfo=dt.UTC), tick=False)  # type: ignore[attr-defined]
        for network in NETWORKS:
            stranger = Client(REMOTE_ADDR=network)
            ask(stranger)
            stranger.post(CONFIRM, {"action": "resend"})
        send_account_mails()
    assert 0 < len(mail.outbox) <= FEW
    assert all("/account/codes/" in str(letter.body) for letter in mail.outbox)


@pytest.mark.django_db(transaction=True)
def test_the_link_of_an_invitation_has_an_allowance_of_its_own_though_it_was_used(post: MailServer) -> None:
    event, now = make_event(**in_two_weeks()), timezone.now()
    siti = make_attendee(event, email=ADDRESS, has_joined=False).person
    host = make_attendee(event, permission="organiser")
    Person.objects.update(quiet_from=None, quiet_until=None)
    ids = [Attendee.objects.get(person=siti).pk]
    preview = preview_invitations(event=event, attendee_ids=ids, by=host.person, now=now)
    send_invitations(event=event, confirmation=preview.confirmation, by=host.person, now=now)
    do_jobs()
    (letter,) = post.received_by(ADDRESS)
    link = re.search(r"/invitation/[^/\s]+/", letter.get_body(("plain",)).get_content())[0]  # type: ignore[index,union-attr]
    Client().post(link)
    strangers_ask()
    browser = Client()
    assert browser.get(link).status_code == 409
    assert ask(browser) == 302
    assert ask(Client()) == 429


def test_the_link_of_a_mail_that_a_stranger_caused_lets_the_owner_in(siti: Person) -> None:
    ask(Client())
    strangers_ask()
    link, browser = link_of_newest_code(), Client()
    assert ask(browser) == 429
    assert browser.get(link).status_code == 200
    assert ask(Client()) == 429  # it is of this browser alone
    assert signs_in(browser, siti)


def test_a_link_written_otherwise_is_no_further_allowance(siti: Person) -> None:
    ask(Client())
    link = link_of_newest_code()
    for ending in ("=", "A", "%0A", "%20", "=A-_"):
        browser = Client()
        assert browser.get(f"{link[:-1]}{ending}/").status_code == 404, ending
        assert KNOWN_BROWSER not in browser.cookies
    assert browser.get(link).status_code == 200


@pytest.mark.slow
def test_stopping_the_mails_keeps_the_owner_in_and_tells_strangers_nothing(siti: Person) -> None:
    browser = known_browser(siti)
    ask(Client())
    link = link_of_newest_code()
    for _scanner in range(2):
        Client().get(link)
    assert signs_in(Client(), siti)  # opening a link changes nothing
    page = page_of(browser.get(link))
    assert browser.post(link, page.fields("main form")).status_code == 302
    sent = len(mail.outbox)
    said = []
    for email in (ADDRESS, "unknown@example.org"):
        answers = [Client(REMOTE_ADDR=NETWORKS[1]).post(CODE_PAGE, {"email": email}, follow=True) for _time in range(5)]
        said.append([page_of(answer).text.replace(email, "…") for answer in answers])
    assert said[0] == said[1]
    send_account_mails()
    assert len(mail.outbox) == sent
    assert signs_in(browser, siti)
    elsewhere = Client()
    again = page_of(elsewhere.get(link))
    assert signs_in(elsewhere, siti)
    elsewhere.post(link, again.fields("main form"))
    assert signs_in(Client(REMOTE_ADDR=NETWORKS[0]), siti)


def test_a_stop_ends_by_itself_after_a_week(siti: Person, time_machine: object) -> None:
    ask(Client())
    link = link_of_newest_code()
    Client().post(link, {"stop": "1"})
    assert not signs_in(Client(), siti)
    time_machine.move_to(timezone.now() + dt.timedelta(days=8))  # type: ignore[attr-defined]
    assert signs_in(Client(), siti)


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00"])
def test_a_link_that_is_not_whole_or_too_old_is_refused_in_one_sentence(
    siti: Person, token: str, time_machine: object
) -> None:
    ask(Client())
    link = link_of_newest_code()
    time_machine.move_to(timezone.now() + dt.timedelta(days=40))  # type: ignore[attr-defined]
    for address in (link, f"/account/codes/{token}/"):
        for answer in (Client().get(address), Client().post(address, {"stop": "1"})):
            assert answer.status_code == 404
            assert KNOWN_BROWSER not in answer.cookies


@pytest.mark.slow
@pytest.mark.parametrize("how", ["signed out everywhere", "address changed", "account closed"])
def test_a_known_browser_is_forgotten_and_reads_the_same(siti: Person, how: str) -> None:
    """As before it answers whatever became of the account; its codes are mailed as a stranger's are."""
    browser = known_browser(siti)
    ask(Client())
    Client().post(link_of_newest_code(), {"stop": "1"})
    if how == "signed out everywhere":
        end_all_sign_ins(person=siti)
    elif how == "address changed":
        change_address(person=siti, email="new@example.org", now=timezone.now())
        Person.objects.create_user(ADDRESS, name="Another Reader")
    else:
        close_account(siti, timezone.now())
        Person.objects.create_user(ADDRESS, name="Another Reader")
    send_account_mails()
    sent = len(mail.outbox)
    assert ask(browser) == 302
    send_account_mails()
    assert len(mail.outbox) == sent


def test_each_reader_of_a_mailbox_has_an_allowance_in_their_own_browser() -> None:
    event, now = make_event(), timezone.now()
    siti = make_attendee(event, name="Siti Rahma", email=ADDRESS).person
    host = make_attendee(event, permission="organiser").person
    new = NewAttendee(email=ADDRESS, name="Ben Cruz", age_class="adult")
    ben = add_to_mailbox(event=event, new=new, by=host, now=now).person
    browsers = {}
    for person in (siti, ben):
        browser = Client()
        ask(browser)
        browser.post(CONFIRM, {"code": mailed_code()})
        browser.post("/account/who/", {"person": person.pk})
        assert browser.session["_auth_user_id"] == str(person.pk)
        browser.post("/accounts/logout/")
        browsers[person] = browser
    strangers_ask()
    for browser in browsers.values():
        ask(browser)
        browser.post(CONFIRM, {"code": mailed_code()})
        assert page_of(browser.get("/account/who/")).texts("main button") == ["Ben Cruz", "Siti Rahma"]


def test_people_of_the_demo_make_no_browser_known(siti: Person, settings: object) -> None:
    settings.TITIAN_DEMO = True  # type: ignore[attr-defined]
    Person.objects.update(is_demo=True)
    browser = known_browser(siti)
    strangers_ask()
    assert ask(browser) == 429


Step = Callable[[Client, str], object]
STEPS: dict[str, list[Step]] = {
    "asking": [lambda browser, email: browser.post(CODE_PAGE, {"email": email})],
    "the page": [lambda browser, _email: browser.get(CONFIRM)],
    "a wrong code": [lambda browser, _email: browser.post(CONFIRM, {"code": "WRNG-CODE"})] * 5,
    "another code": [lambda browser, _email: browser.post(CONFIRM, {"action": "resend"})],
}


@pytest.mark.parametrize("step", STEPS)
def test_a_known_and_an_unknown_address_are_the_same_work_and_read_the_same(siti: Person, step: str) -> None:
    known, unknown = (_work(Client(), email, step) for email in (ADDRESS, "none@example.org"))
    assert known == unknown


def _work(browser: Client, email: str, step: str) -> list[object]:
    """The statements and the answers of one step of signing in, without what differs by chance."""
    done: list[object] = []
    if step != "asking":
        ask(browser, email)
    for act in STEPS[step]:
        with CaptureQueriesContext(connection) as queries:
            answer = act(browser, email)
        done.append([re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in queries])
        page = re.sub(r'value="[^"]*"', "", answer.content.decode())  # type: ignore[attr-defined]
        done.append([answer.status_code, answer.get("Location"), page.replace(email, "…")])  # type: ignore[attr-defined]
    return done


def test_who_is_signed_in_has_few_mails_sent_to_an_address_and_keeps_no_owner_out(siti: Person) -> None:
    """By the page on which they change their own address."""
    refused = []
    for number in range(4):
        other = client_of(make_attendee(make_event(f"forum-{number}")).person)
        refused += [other.post("/account/address/", {"email": ADDRESS}).status_code for _time in range(3)]
    send_account_mails()
    sent = [letter for letter in mail.outbox if letter.to == [ADDRESS]]
    assert 0 < len(sent) <= 3
    assert 429 in refused
    assert all("/account/codes/" in str(letter.body) for letter in sent)
    assert signs_in(Client(), siti)


@pytest.mark.slow
def test_codes_to_confirm_are_few_a_day_for_their_owner_too(db: None, time_machine: object) -> None:
    browser = without_factor(Person.objects.create_user("ben@example.org", name="Ben Cruz"))
    for hour in range(0, 23, 4):
        time_machine.move_to(dt.datetime(2026, 12, 1, hour, tzinfo=dt.UTC), tick=False)  # type: ignore[attr-defined]
        for _time in range(6):
            browser.post("/account/confirm/")
        send_account_mails()
    assert 0 < len([letter for letter in mail.outbox if letter.to == ["ben@example.org"]]) <= 30
