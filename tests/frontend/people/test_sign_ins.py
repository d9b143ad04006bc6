"""Where somebody is signed in, what ends it, and the fresh proof that sensitive acts ask for."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from backend.core.mail_addresses import canonical_address
from backend.people.models import ApiToken, Person
from backend.people.services import make_token
from tests.accounts import send_account_mails
from tests.frontend.test_second_factor_required import code_now
from tests.pages import page_of
from tests.second_factor import give_factor, without_factor

pytestmark = pytest.mark.django_db

SIGN_INS = "/account/sign-ins/"
ADD_A_PASSKEY = "/accounts/2fa/webauthn/add/"
SECOND_FACTOR = "/accounts/2fa/authenticate/"


@pytest.fixture
def person() -> Person:
    return Person.objects.create_user("siti@example.org", name="Siti Rahma")


def newest_code() -> str:
    send_account_mails()
    code = re.search(r": ([\w-]+)$", str(mail.outbox[-1].subject))
    assert code is not None
    return code[1]


def signed_in_by_code(person: Person, browser: str = "Firefox on Windows") -> Client:
    client = Client(headers={"User-Agent": browser})
    client.post("/accounts/login/code/", {"email": person.email})
    client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert client.session["_auth_user_id"] == str(person.pk)
    return client


def test_each_browser_is_listed_to_its_owner_alone_and_one_is_ended(person: Person) -> None:
    here, there = signed_in_by_code(person), signed_in_by_code(person, "Chrome on Android")
    page = page_of(here.get(SIGN_INS))
    assert len(page.all(".factors li")) == 2
    assert "Firefox on Windows · this browser" in page
    assert "from the address 127.0.0.1" in page
    assert "no-store" in here.get(SIGN_INS)["Cache-Control"]
    stranger = signed_in_by_code(Person.objects.create_user("other@example.org", name="Other"))
    ends = page.attributes(".factors form", "action")
    assert stranger.post(ends[1]).status_code == 404
    assert len(page_of(stranger.get(SIGN_INS)).all(".factors li")) == 1
    assert there.get(SIGN_INS).status_code == 200
    assert "That browser is signed out." in page_of(here.post(ends[1], follow=True))
    assert there.get(SIGN_INS).status_code == 302
    here.post(ends[0])
    assert here.get(SIGN_INS).status_code == 302
    assert stranger.get(SIGN_INS).status_code == 200


def test_signing_out_everywhere_ends_also_sign_ins_that_no_list_shows_and_tokens(person: Person) -> None:
    here, unlisted = signed_in_by_code(person), without_factor(person)
    token = make_token(person=person, name="Mine", scopes=["read"], days=30, now=timezone.now())
    api = {"headers": {"Authorization": f"Token {token}"}}
    assert (unlisted.get(SIGN_INS).status_code, Client().get("/api/v1/me/", **api).status_code) == (200, 200)
    here.post(f"{SIGN_INS}end/")
    assert (here.get(SIGN_INS).status_code, unlisted.get(SIGN_INS).status_code) == (302, 302)
    assert Client().get("/api/v1/me/", **api).status_code == 401
    assert not ApiToken.objects.exists()
    assert signed_in_by_code(person).get(SIGN_INS).status_code == 200


def test_a_first_factor_is_added_after_a_fresh_proof_only(person: Person, time_machine: object) -> None:
    client = signed_in_by_code(person)
    assert client.get(ADD_A_PASSKEY).status_code == 200
    later = timezone.now() + dt.timedelta(minutes=16)
    time_machine.move_to(later)  # type: ignore[attr-defined]
    asked = client.get(ADD_A_PASSKEY)
    assert asked["Location"] == "/account/confirm/?next=%2Faccounts%2F2fa%2Fwebauthn%2Fadd%2F"
    page = client.get(asked["Location"])
    sent = client.post(asked["Location"], page_of(page).fields("main form"))
    fields = page_of(sent).fields("main form")
    wrong = client.post("/account/confirm/", fields | {"code": "WRNG-CODE"})
    assert (wrong.status_code, wrong.context["problem"][:16]) == (422, "This is not the ")
    right = client.post("/account/confirm/", {"code": newest_code(), "next": ADD_A_PASSKEY})
    assert right["Location"] == ADD_A_PASSKEY
    assert client.get(ADD_A_PASSKEY).status_code == 200


def test_a_code_to_confirm_is_compared_five_times_and_leads_nowhere_else(person: Person) -> None:
    client = signed_in_by_code(person)
    client.post("/account/confirm/")
    code = newest_code()
    for _guess in range(5):
        assert client.post("/account/confirm/", {"code": "WRNG-CODE"}).status_code == 422
    assert "tried too often" in client.post("/account/confirm/", {"code": code}).content.decode()
    client.post("/account/confirm/")
    away = client.post("/account/confirm/", {"code": newest_code(), "next": "https://example.com/"})
    assert away["Location"] == "/"


def _at_the_second_factor(person: Person) -> Client:
    client = Client()
    client.post("/accounts/login/code/", {"email": person.email})
    client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    return client


def test_who_guesses_codes_of_an_app_is_stopped_in_every_process(person: Person) -> None:
    give_factor(person)
    client = _at_the_second_factor(person)
    for _guess in range(10):
        caches["default"].clear()  # what one process remembers
        assert client.post(SECOND_FACTOR, {"code": "000000"}).status_code == 200
    caches["default"].clear()
    stopped = client.post(SECOND_FACTOR, {"code": code_now()})
    assert (stopped.status_code, "Too many codes" in page_of(stopped)) == (429, True)
    assert "_auth_user_id" not in client.session


@pytest.mark.slow
def test_who_reads_the_mailbox_and_guesses_codes_of_an_app_stops_no_owner_where_they_signed_in(person: Person) -> None:
    give_factor(person)
    own = _at_the_second_factor(person)
    own.post(SECOND_FACTOR, {"code": code_now()})
    own.post("/accounts/logout/")
    guesser = _at_the_second_factor(person)
    answers = [guesser.post(SECOND_FACTOR, {"code": "000000"}).status_code for _guess in range(11)]
    assert answers == [200] * 9 + [429] * 2  # one was their own
    own.post("/accounts/login/code/", {"email": person.email})
    own.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert own.post(SECOND_FACTOR, {"code": "000000"}).status_code == 200


@pytest.mark.slow
def test_who_signed_in_before_there_was_a_factor_has_no_guesses_of_their_own(person: Person) -> None:
    before = [_at_the_second_factor(person) for _browser in range(2)]
    for client in before:
        assert client.session["_auth_user_id"] == str(person.pk)
        client.post("/accounts/logout/")
    give_factor(person)
    answers = []
    for client in before:
        client.post("/accounts/login/code/", {"email": person.email})
        client.post("/accounts/login/code/confirm/", {"code": newest_code()})
        answers += [client.post(SECOND_FACTOR, {"code": "000000"}).status_code for _guess in range(6)]
    assert answers == [200] * 10 + [429] * 2


def test_a_code_of_an_app_opens_the_account_once_in_every_process(person: Person) -> None:
    give_factor(person)
    code = code_now()
    first, second = _at_the_second_factor(person), _at_the_second_factor(person)
    first.post(SECOND_FACTOR, {"code": code})
    assert first.session["_auth_user_id"] == str(person.pk)
    caches["default"].clear()
    second.post(SECOND_FACTOR, {"code": code})
    assert "_auth_user_id" not in second.session


def test_secrets_of_factors_are_encrypted_and_worthless_under_another_key(person: Person, settings: object) -> None:
    from allauth.mfa.totp.internal.auth import TOTP
    from allauth.mfa.utils import decrypt

    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    stored = Authenticator.objects.get().data["secret"]
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert decrypt(stored) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    lost = decrypt(stored)
    assert lost != decrypt(stored)
    assert len(lost) == 32


def test_the_code_comes_to_one_account_however_its_domain_is_written() -> None:
    person = Person.objects.create_user("Mali@bücher.example", name="Mali")
    for typed in ("mali@XN--bcher-kva.example", "MALI@Bücher.example"):
        client = Client()
        client.post("/accounts/login/code/", {"email": typed})
        client.post("/accounts/login/code/confirm/", {"code": newest_code()})
        assert canonical_address(mail.outbox[-1].to[0]) == "mali@xn--bcher-kva.example"
        assert client.session["_auth_user_id"] == str(person.pk)
