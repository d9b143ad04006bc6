"""Signing in by a mailbox that two people read: who of them it is, is asked after the code."""

from __future__ import annotations

import re

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.context import request_context
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.events.services.addresses import change_address
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.invitations.services.sending import preview_invitations, send_invitations
from backend.people.models import Person
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.frontend.people.test_sign_ins import newest_code
from tests.pages import page_of
from tests.second_factor import without_factor
from tests.smtp import MailServer
from tests.worker import do_jobs

pytestmark = pytest.mark.django_db
ADDRESS, WHO = "office@ministry.example", "/account/who/"


@pytest.fixture
def both(client: Client) -> list[Person]:
    """Ana, and Ben whom an organiser adds on the page."""
    event = make_event("desk")
    ana = make_attendee(event, name="Ana Reyes", email=ADDRESS)
    client.force_login(make_attendee(event, permission="organiser").person)
    form = page_of(client.get("/e/desk/attendees/add/")).fields("main form")
    form |= {"name": "Ben Cruz", "email": ADDRESS, "age_class": "adult"}
    assert client.post("/e/desk/attendees/add/", form).status_code == 409
    assert client.post("/e/desk/attendees/add/", form | {"shares_mailbox": "on"}).status_code == 302
    return [ana.person, Person.objects.get(name="Ben Cruz")]


def _after_the_code(next_page: str = "") -> Client:
    client = Client()
    client.post("/accounts/login/code/", {"email": ADDRESS, "next": next_page})
    client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    return client


@pytest.mark.parametrize("who", [0, 1])
def test_each_goes_on_as_themself(both: list[Person], who: int) -> None:
    client = _after_the_code()
    assert "_auth_user_id" not in client.session
    page = page_of(client.get(WHO))
    assert page.texts("main button") == ["Ana Reyes", "Ben Cruz"]
    client.post(WHO, {"person": both[who].pk})
    assert client.session["_auth_user_id"] == str(both[who].pk)
    assert client.get(WHO).status_code == 302  # asked no more


def test_nobody_else_can_be_chosen_nor_without_a_code(both: list[Person]) -> None:
    stranger = make_attendee(make_event("elsewhere")).person
    client = _after_the_code()
    for number in (stranger.pk, "x", ""):
        client.post(WHO, {"person": number})
        assert "_auth_user_id" not in client.session
    fresh = Client()
    assert fresh.get(WHO)["Location"].startswith("/accounts/login/code/")
    assert fresh.post(WHO, {"person": both[0].pk})["Location"].startswith("/accounts/login/code/")
    asked = Client()
    asked.post("/accounts/login/code/", {"email": ADDRESS})  # no code typed
    asked.post(WHO, {"person": both[0].pk})
    assert "_auth_user_id" not in asked.session


def test_who_has_become_a_minor_or_an_organiser_is_asked_and_cannot_go_on(both: list[Person]) -> None:
    Attendee.objects.filter(person=both[0]).update(permission="organiser")
    client = _after_the_code()
    assert "_auth_user_id" not in client.session  # nobody comes into the other's account unasked
    assert page_of(client.get(WHO)).texts("main button") == ["Ana Reyes", "Ben Cruz"]
    client.post(WHO, {"person": both[0].pk})
    assert "_auth_user_id" not in client.session
    assert "Another person reads this mailbox" in page_of(client.get(WHO))
    client.post(WHO, {"person": both[1].pk})
    assert client.session["_auth_user_id"] == str(both[1].pk)
    Attendee.objects.filter(person=both[1]).update(age_class="unknown")
    client = _after_the_code()
    assert "_auth_user_id" not in client.session
    assert "Another person reads this mailbox" in page_of(client.get("/accounts/login/code/"))


@pytest.mark.parametrize("who", [0, 1])
def test_once_one_is_under_an_alias_both_are_asked_as_before_and_the_alias_is_not_told(
    both: list[Person], who: int
) -> None:
    before = page_of(_after_the_code().get(WHO)).texts("main button")
    ana = Attendee.objects.get(person=both[0])
    lead = client_of(make_attendee(ana.event, permission="safeguarding-lead").person)
    form = {"name": "Officer K.", "real_name": "Ana Reyes", "is_wish": "yes"}
    page = f"/e/desk/aliases/{ana.pk}/"
    assert lead.post(page, form).status_code == 302
    assert "Somebody else reads this person’s mailbox" in page_of(lead.get(page))
    client = _after_the_code()
    assert "_auth_user_id" not in client.session
    asked = page_of(client.get(WHO))
    assert asked.texts("main button") == before == ["Ana Reyes", "Ben Cruz"]
    assert "Officer" not in asked
    client.post(WHO, {"person": both[who].pk})
    assert client.session["_auth_user_id"] == str(both[who].pk)


def test_the_one_with_a_second_factor_is_asked_for_it(both: list[Person]) -> None:
    without_factor(both[0])
    secret = generate_totp_secret()
    TOTP.activate(both[0], secret)
    client = _after_the_code()
    answer = client.post(WHO, {"person": both[0].pk})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    client = _after_the_code()
    client.post(WHO, {"person": both[1].pk})
    assert client.session["_auth_user_id"] == str(both[1].pk)


@pytest.mark.parametrize("who", [0, 1])
def test_a_code_to_the_mailbox_opens_nobody_who_has_moved_away_since(both: list[Person], who: int) -> None:
    asked = Client()
    asked.post("/accounts/login/code/", {"email": ADDRESS})
    code, after_the_code = newest_code(), _after_the_code()
    change_address(person=both[who], email="own@example.org", now=timezone.now())
    after_the_code.post(WHO, {"person": both[who].pk})
    assert "_auth_user_id" not in after_the_code.session
    asked.post("/accounts/login/code/confirm/", {"code": code})
    assert asked.session.get("_auth_user_id") != str(both[who].pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("age_class", ["adult", "minor"])
def test_a_link_of_an_invitation_signs_in_whom_it_names(post: MailServer, age_class: str) -> None:
    event, now = make_event("desk", **in_two_weeks()), timezone.now()
    make_attendee(event, name="Ana Reyes", email=ADDRESS)
    host = make_attendee(event, permission="organiser").person
    new = NewAttendee(email=ADDRESS, name="Ben Cruz", age_class="adult")
    ben = add_to_mailbox(event=event, new=new, by=host, now=now)
    Person.objects.update(quiet_from=None, quiet_until=None)
    preview = preview_invitations(event=event, attendee_ids=[ben.pk], by=host, now=now)
    send_invitations(event=event, confirmation=preview.confirmation, by=host, now=now)
    do_jobs()
    (mail,) = post.received_by(ADDRESS)
    link = re.search(r"/invitation/[^/\s]+/", mail.get_body(("plain",)).get_content())[0]
    browser = Client()
    assert "Ben Cruz" in page_of(browser.get(link))
    Attendee.objects.filter(pk=ben.pk).update(age_class=age_class)
    browser.post(link)
    assert browser.session.get("_auth_user_id") == (str(ben.person_id) if age_class == "adult" else None)


@pytest.mark.parametrize("method", ["mfa", ""])
def test_a_passkey_of_one_s_own_holds_though_a_code_no_longer_does(
    both: list[Person], rf: RequestFactory, method: str
) -> None:
    Attendee.objects.filter(person=both[0]).update(age_class="unknown")
    request = rf.post("/accounts/2fa/webauthn/login/", REMOTE_ADDR="127.0.0.1")
    request.session, request.user = SessionStore(), AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    with request_context(request):
        if method:
            record_authentication(request, both[0], method)
        perform_login(request, both[0])
    assert request.session.get("_auth_user_id") == (str(both[0].pk) if method else None)
