"""Signing in at an OpenID Connect provider: whom it opens the door to, and what is refused."""

from __future__ import annotations

import datetime as dt
import logging
import time
import warnings
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backend.core import openid
from backend.core.openid import IN_A_PAGE
from backend.events.models.attendees import Attendee
from backend.people.models import LinkedIdentity, Person
from backend.privacy.selectors import export_for, stored_for
from backend.privacy.services.leaving import erase_account
from tests.accounts import send_account_mails
from tests.factories import make_attendee, make_event
from tests.frontend.people.test_sign_ins import newest_code
from tests.frontend.test_second_factor_required import code_now
from tests.https import Answer, Peer
from tests.pages import page_of
from tests.providers import BACK, EC_KEY, OTHER_KEY, RSA_KEY, SECRET, TestProvider, address_on, go, jwk, signed
from tests.second_factor import give_factor, without_factor

pytestmark = pytest.mark.django_db
CODE_PAGE, LINKS = "/accounts/login/code/", "/account/identities/"
UNVERIFIED = "What “Ministry” answered could not be verified."
AWAY = "“Ministry” does not answer as it should."
CODE_ONLY = "This account signs in with a code that is sent by mail."


@pytest.fixture
def provider(peer: Peer, settings: Settings) -> TestProvider:
    cache.clear()
    found = TestProvider(peer)
    peer.answer = found.answer
    entry = {"key": "moe", "name": "Ministry", "issuer": found.issuer, "client": "titian", "secret": SECRET}
    settings.TITIAN_OIDC = [entry]
    return found


@pytest.fixture
def siti() -> Person:
    return make_attendee(make_event("forum"), email="siti@example.org", name="Siti Rahma").person


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def linked(provider: TestProvider, person: Person) -> None:
    """Link the provider's account as its owner does, in a browser where they signed in by a code."""
    client = without_factor(person)
    page = client.post(f"{LINKS}moe/link/")
    client.get(provider.sign_in(address_on(page)))
    assert LinkedIdentity.objects.filter(person=person).exists()


def test_the_first_time_a_code_proves_whose_account_it_is_then_the_provider_signs_in(
    provider: TestProvider, siti: Person
) -> None:
    client = Client()
    assert "Sign in with Ministry" in page_of(client.get(CODE_PAGE))
    answer = go(client, provider, "/e/forum/")
    assert answer.status_code == 302
    page = page_of(client.get(answer["Location"]))
    assert "does not sign you in here yet. Sign in with a code this once" in page
    form = page.fields("form[action='/accounts/login/code/']")
    [after] = form["next"]
    client.post(CODE_PAGE, {"email": siti.email, "next": after})
    answer = client.post(f"{CODE_PAGE}confirm/", {"code": newest_code(), "next": after})
    assert answer["Location"] == after
    assert who(client) == str(siti.pk)
    assert not LinkedIdentity.objects.exists()

    page = page_of(client.get(after))
    link = page.fields("form[action$='/link/']")
    assert link["next"] == ["/e/forum/"]
    going = client.post(f"{LINKS}moe/link/", link)
    assert "prompt=login" in address_on(going)
    assert "anybody else’s server" not in page_of(going)  # which this page alone goes to
    answer = client.get(provider.sign_in(address_on(going)))
    assert answer["Location"] == "/e/forum/"
    row = LinkedIdentity.objects.get()
    assert (row.person, row.issuer) == (siti, provider.issuer)
    assert provider.subject not in str(LinkedIdentity.objects.values())
    send_account_mails()
    assert mail.outbox[-1].subject == "“Ministry” signs you in now"

    other = Client()
    answer = go(other, provider, "/e/forum/")
    assert (who(other), answer["Location"]) == (str(siti.pk), "/e/forum/")


def test_no_mail_that_the_provider_claims_opens_an_account(provider: TestProvider, siti: Person) -> None:
    for is_verified in (True, False):
        provider.claims = {"email": siti.email, "email_verified": is_verified, "name": siti.name}
        client = Client()
        go(client, provider)
        assert who(client) is None
        assert siti.email not in client.get(CODE_PAGE).content.decode()
    assert not LinkedIdentity.objects.exists()


def test_the_same_subject_of_another_issuer_is_somebody_else(
    provider: TestProvider, siti: Person, settings: Settings
) -> None:
    linked(provider, siti)
    LinkedIdentity.objects.update(issuer="https://other.example")
    before = LinkedIdentity.objects.get().identity_hash
    assert before
    settings.TITIAN_OIDC = [settings.TITIAN_OIDC[0] | {"issuer": f"{provider.issuer}/"}]
    provider.about = {"issuer": f"{provider.issuer}/"}
    provider.claims = {"iss": f"{provider.issuer}/"}
    cache.clear()
    client = Client()
    go(client, provider)
    assert who(client) is None


def test_each_provider_is_offered_to_everybody_whoever_asks(provider: TestProvider, siti: Person) -> None:
    linked(provider, siti)
    pages = []
    for address in ("siti@example.org", "nobody@example.org"):
        client = Client()
        client.post(CODE_PAGE, {"email": address})
        pages.append(page_of(client.get(CODE_PAGE)).texts("form"))
    assert pages[0] == pages[1]


SAYS: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "other"},
    "an audience of several without the party": {"aud": ["titian", "other"]},
    "another party": {"aud": ["titian", "other"], "azp": "other"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1_000_000_000},
    "from the future": {"iat": 4_000_000_000},
    "no expiry": {"exp": None},
    "an expiry without end": {"exp": float("inf")},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
    "a subject in other letters": {"sub": "ශ"},
    "a long subject": {"sub": "x" * 256},
}


@pytest.mark.slow
@pytest.mark.parametrize("claims", SAYS.values(), ids=SAYS)
def test_a_token_that_does_not_hold_signs_nobody_in(
    provider: TestProvider, siti: Person, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    linked(provider, siti)
    provider.claims = claims
    caplog.set_level(logging.INFO)
    refused(provider, UNVERIFIED)
    assert provider.subject not in caplog.text


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def by_secret(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": "one"})


SIGNED: dict[str, Any] = {
    "alg none": unsigned,
    "by the client's secret": by_secret,
    "by another key": lambda claims: signed(claims, OTHER_KEY),
    "by an unknown key": lambda claims: signed(claims, OTHER_KEY, kid="two"),
    "by another algorithm": lambda claims: signed(claims, RSA_KEY, "RS512"),
    "by an algorithm the key is not for": lambda claims: signed(claims, RSA_KEY, "PS256"),
    "changed": lambda claims: signed(claims)[:-8] + "AAAAAAAA",
    "no token": lambda _claims: "x",
    "no text": lambda _claims: None,
}


@pytest.mark.slow
@pytest.mark.parametrize("token", SIGNED.values(), ids=SIGNED)
def test_a_token_that_is_not_signed_as_agreed_signs_nobody_in(provider: TestProvider, siti: Person, token: Any) -> None:
    linked(provider, siti)
    provider.token = token
    refused(provider, UNVERIFIED)


@pytest.mark.parametrize("algorithm", ["ES256", "PS256"])
def test_the_other_two_algorithms_sign_in_and_a_new_key_is_looked_for(
    provider: TestProvider, siti: Person, algorithm: str
) -> None:
    linked(provider, siti)
    key = EC_KEY if algorithm == "ES256" else RSA_KEY
    provider.keys = [jwk(key, algorithm, "new"), {"kty": "oct", "k": "AAAA"}, {"kid": "new", "kty": "x"}]
    provider.token = lambda claims: signed(claims, key, algorithm, "new")
    client = Client()
    go(client, provider)
    assert who(client) == str(siti.pk)


def test_a_key_that_is_too_short_is_refused(provider: TestProvider, siti: Person) -> None:
    linked(provider, siti)
    short = rsa.generate_private_key(65537, 1024)

    def token(claims: dict[str, Any]) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return signed(claims, short, kid="short")

    provider.keys, provider.token = [jwk(short, "RS256", "short")], token
    refused(provider, UNVERIFIED)


def test_what_a_provider_says_of_itself_is_asked_once_in_a_while(provider: TestProvider, siti: Person) -> None:
    linked(provider, siti)
    for _time in range(3):
        go(Client(), provider)
    paths = [asked.path for asked in provider.peer.asked]
    assert paths.count("/moe/.well-known/openid-configuration") == 1
    assert (paths.count("/moe/keys"), paths.count("/moe/token")) == (1, 4)
    assert len(paths) == 6  # nothing else, and no userinfo


@pytest.mark.slow
def test_where_all_places_for_requests_are_taken_a_sentence_says_so_soon(provider: TestProvider) -> None:
    places = [openid._places.acquire(timeout=1) for _place in range(openid.AT_ONCE)]
    try:
        client, began = Client(), time.monotonic()
        assert client.post("/accounts/with/moe/").status_code == 302
        assert AWAY in page_of(client.get(CODE_PAGE))
        assert time.monotonic() - began < 15
    finally:
        for _place in places:
            openid._places.release()


def refused(provider: TestProvider, sentence: str) -> None:
    client = Client()
    answer = go(client, provider)
    assert answer["Location"] == CODE_PAGE
    page = page_of(client.get(CODE_PAGE))
    assert [one for one in page.texts(".message") if sentence in one]
    assert len(page.texts(".message")) == 1
    assert who(client) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", ["another state", "no state", "another issuer", "no code", "an error", "sent twice", "in vain"]
)
def test_what_the_browser_brings_back_has_to_be_of_the_sign_in_it_began(
    provider: TestProvider, siti: Person, change: str, time_machine: Any
) -> None:
    linked(provider, siti)
    client = Client()
    back = provider.sign_in(address_on(client.post("/accounts/with/moe/")))
    state = client.session["elsewhere"]["attempt"]["state"]
    changed = {
        "another state": back.replace(state, "x"),
        "no state": back.partition("&")[0],
        "another issuer": f"{back}&iss=https%3A%2F%2Fevil.example",
        "no code": f"{BACK}?state={state}",
        "an error": f"{BACK}?state={state}&error=access_denied",
        "in vain": back.replace("code-0", "code-7"),
    }
    if change == "sent twice":
        assert client.get(back)["Location"] == "/"
        client = Client()
    client.get(changed.get(change, back))
    assert who(client) is None
    assert len(page_of(client.get(CODE_PAGE)).texts(".message")) == 1
    client.get(back)  # what was begun is over
    assert who(client) is None


def test_a_sign_in_ends_in_the_browser_that_began_it_and_soon(
    provider: TestProvider, siti: Person, time_machine: Any
) -> None:
    linked(provider, siti)
    client, other = Client(), Client()
    back = provider.sign_in(address_on(client.post("/accounts/with/moe/")))
    other.get(back)
    assert who(other) is None
    assert "begun in another browser" in page_of(other.get(CODE_PAGE))
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=11))
    client.get(back)
    assert "too long ago" in page_of(client.get(CODE_PAGE))
    assert who(client) is None


AWAYS = {
    "an error": Answer(status=500),
    "no JSON": Answer(b"<html>"),
    "a list": Answer(b"[]"),
    "deep": Answer(b"[" * 100_000),
    "nothing of itself": Answer(b"{}"),
    "a private address": Answer(status=302, headers={"Location": "https://169.254.169.254/"}),
    "silent": Answer(is_silent=True),
    "too much": Answer(b"{" + b" " * 600_000 + b"}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("answer", AWAYS.values(), ids=AWAYS)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_provider_that_is_away_or_answers_something_else_is_said_in_one_sentence(
    provider: TestProvider, siti: Person, answer: Answer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.openid.IN_A_PAGE", replace(IN_A_PAGE, read_seconds=0.3))
    client, began = Client(), time.monotonic()
    if path == "/.well-known/openid-configuration":
        provider.answers[f"/moe{path}"] = answer
        assert client.post("/accounts/with/moe/").status_code == 302
    else:
        page = client.post("/accounts/with/moe/")
        provider.answers[f"/moe{path}"] = answer
        client.get(provider.sign_in(address_on(page)))
    [sentence] = page_of(client.get(CODE_PAGE)).texts(".message")
    assert AWAY in sentence or UNVERIFIED in sentence
    assert who(client) is None
    assert time.monotonic() - began < 20


def test_a_provider_that_names_another_issuer_or_an_address_of_ours_is_not_gone_to(provider: TestProvider) -> None:
    for about in (
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://localhost/"},
        {"jwks_uri": 7},
    ):
        provider.about = about
        cache.clear()
        client = Client()
        assert client.post("/accounts/with/moe/")["Location"] == CODE_PAGE
        assert AWAY in page_of(client.get(CODE_PAGE))


@pytest.mark.parametrize("kind", ["minor", "unknown", "shared", "demo", "elsewhere a minor"])
def test_minors_unknown_age_and_shared_mailboxes_sign_in_by_code_alone(
    provider: TestProvider, siti: Person, kind: str
) -> None:
    linked(provider, siti)
    if kind in ("minor", "unknown"):
        Attendee.objects.filter(person=siti).update(age_class=kind)
    elif kind == "elsewhere a minor":
        make_attendee(make_event("other"), person=siti, age_class="minor")
    elif kind == "shared":
        Person.objects.create_user(siti.email, name="Ben", shares_with=siti)
    else:
        Person.objects.filter(pk=siti.pk).update(is_demo=True)
    refused(provider, CODE_ONLY)
    LinkedIdentity.objects.all().delete()
    client = without_factor(siti)
    if kind == "demo":
        return  # outside of the demo they are signed in nowhere
    page = page_of(client.get(LINKS))
    assert CODE_ONLY in page
    assert not page.all("form[action$='/link/']")
    client.get(provider.sign_in(address_on(client.post(f"{LINKS}moe/link/"))))
    assert not LinkedIdentity.objects.exists()


def test_a_second_factor_of_an_organiser_is_still_asked_for(provider: TestProvider) -> None:
    olive = make_attendee(make_event("forum"), permission="organiser", name="Olive").person
    linked(provider, olive)
    give_factor(olive)
    client = Client()
    assert go(client, provider, "/e/forum/attendees/")["Location"].startswith("/accounts/2fa/authenticate/")
    assert who(client) is None
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert who(client) == str(olive.pk)
    assert client.get("/e/forum/attendees/").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claims", "factors", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, (("amr", "mfa"),), True),
        ({"acr": "urn:high"}, (("acr", "urn:high"),), True),
        ({"amr": ["pwd", "mfa"]}, (), False),
        ({"amr": ["pwd"]}, (("amr", "mfa"),), False),
        ({"amr": "mfa"}, (("amr", "mfa"),), False),
        ({"acr": "mfa"}, (("amr", "mfa"),), False),
        ({"amr": [["mfa"]], "acr": {}}, (("amr", "mfa"), ("acr", "x")), False),
        ({}, (("amr", "mfa"),), False),
    ],
)
def test_what_a_provider_says_of_a_second_factor_counts_where_the_environment_names_it(
    provider: TestProvider, settings: Settings, claims: dict[str, Any], factors: Any, counts: bool
) -> None:
    olive = make_attendee(make_event("forum"), permission="organiser", name="Olive").person
    Person.objects.filter(pk=olive.pk).update(factor_grace_at=timezone.now())  # used up
    settings.TITIAN_OIDC = [settings.TITIAN_OIDC[0] | {"factors": factors}]
    linked(provider, olive)
    provider.claims = claims
    client = Client()
    go(client, provider)
    assert who(client) == str(olive.pk)
    assert client.get("/e/forum/attendees/").status_code == (200 if counts else 403)
    data = {"email": "new@example.org"}
    proof = client.post("/e/forum/attendees/add/", data)
    assert proof.status_code != 200  # what is sensitive asks for a fresh proof as before


def test_linking_asks_for_a_fresh_proof_and_another_s_account_is_not_taken(
    provider: TestProvider, siti: Person, time_machine: Any
) -> None:
    linked(provider, siti)
    ben = make_attendee(Attendee.objects.get(person=siti).event, name="Ben").person
    client = without_factor(ben)
    client.get(provider.sign_in(address_on(client.post(f"{LINKS}moe/link/"))))
    assert "signs in somebody else here" in page_of(client.get(LINKS))
    assert LinkedIdentity.objects.get().person == siti
    provider.subject = "person-2"
    again = without_factor(siti)
    again.get(provider.sign_in(address_on(again.post(f"{LINKS}moe/link/"))))
    assert "Unlink it first" in page_of(again.get(LINKS))

    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": 0.0}]
    session.save()
    again = client.post(f"{LINKS}moe/link/", {"next": "/forums/"})
    assert again["Location"].startswith("/account/confirm/")
    client.post(again["Location"], {})
    page = client.post(again["Location"], {"code": newest_code(), "next": f"{LINKS}moe/link/"})
    assert "prompt=login" in address_on(page)  # what was asked for goes on by itself


def test_a_link_is_made_in_the_sign_in_that_asked_for_it_alone(provider: TestProvider, siti: Person) -> None:
    """Whoever signs in meanwhile in the same browser gets nobody else's account linked."""
    client = without_factor(siti)
    back = provider.sign_in(address_on(client.post(f"{LINKS}moe/link/")))
    ben = make_attendee(Attendee.objects.get(person=siti).event, name="Ben").person
    kept = client.session["elsewhere"]
    client.force_login(ben)
    session = client.session
    session["elsewhere"] = kept
    session.save()
    client.get(back)
    assert not LinkedIdentity.objects.exists()
    # Nor does a sign-in that began before, when nobody was signed in, link anything.
    client = Client()
    back = provider.sign_in(address_on(client.post("/accounts/with/moe/")))
    client.force_login(ben)
    client.get(back)
    assert not LinkedIdentity.objects.exists()


def test_its_owner_unlinks_it_and_then_signs_in_by_code(provider: TestProvider, siti: Person) -> None:
    linked(provider, siti)
    client = without_factor(siti)
    assert "Accounts elsewhere" in page_of(client.get("/accounts/2fa/"))
    row = LinkedIdentity.objects.get()
    stranger = without_factor(make_attendee(make_event("other"), name="Ben").person)
    assert stranger.post(f"{LINKS}{row.pk}/unlink/").status_code == 404
    page = page_of(client.post(f"{LINKS}{row.pk}/unlink/", follow=True))
    assert "It is unlinked." in page
    send_account_mails()
    assert mail.outbox[-1].subject == "“Ministry” no longer signs you in"
    other = Client()
    go(other, provider)
    assert who(other) is None


def test_a_link_outlasts_its_provider_in_the_settings_and_can_be_unlinked(
    provider: TestProvider, siti: Person, settings: Settings
) -> None:
    linked(provider, siti)
    settings.TITIAN_OIDC = []
    client = without_factor(siti)
    assert provider.issuer in page_of(client.get(LINKS))
    assert Client().post("/accounts/with/moe/").status_code == 404
    assert client.post(f"{LINKS}{LinkedIdentity.objects.get().pk}/unlink/").status_code == 302
    assert not LinkedIdentity.objects.exists()
    assert "Accounts elsewhere" not in page_of(client.get("/accounts/2fa/"))


@pytest.mark.slow
def test_it_is_in_ones_own_data_and_ends_with_the_account(provider: TestProvider, siti: Person) -> None:
    linked(provider, siti)
    [row] = export_for(siti, timezone.now())["account"]["linked_accounts"]
    assert (row["issuer"], set(row)) == (provider.issuer, {"issuer", "linked_at"})
    fields = [
        field for group in stored_for(Attendee.objects.get(person=siti), timezone.now()) for field in group.fields
    ]
    assert [field.value for field in fields if field.key == "linked_accounts"] == [1]
    erase_account(person=siti, is_confirmed=True, by=siti, now=timezone.now())
    assert not LinkedIdentity.objects.exists()
    client = Client()
    go(client, provider)
    assert who(client) is None


def test_of_somebody_under_an_alias_nothing_of_the_provider_is_shown_or_kept(
    provider: TestProvider, siti: Person
) -> None:
    Attendee.objects.filter(person=siti).update(name="Delegate 7")
    provider.claims = {"name": "Siti Rahma of the survivors", "email": "real@example.org"}
    linked(provider, siti)
    client = Client()
    go(client, provider)
    assert who(client) == str(siti.pk)
    assert "survivors" not in str(client.session.items())
    siti.refresh_from_db()
    assert (siti.email, siti.name) == ("siti@example.org", "Siti Rahma")
    assert Attendee.objects.get(person=siti).name == "Delegate 7"
