"""Every page of sign-in and of second factors answers whatever is sent to it, and never by an error."""

from __future__ import annotations

import copy
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils.http import int_to_base36
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from backend.config.wsgi import application, is_utf_8
from backend.core.models import UseCount
from backend.core.routes import routes
from backend.people.models import Person
from tests.accounts import mailed_code, send_account_mails
from tests.frontend.conftest import client_of
from tests.second_factor import give_factor, without_factor

ADD, LOGIN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
FACTOR, PROVE = "/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/reauthenticate/"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
HOSTILE = (
    None, True, 0, -1, 1e999, 10**400, "", "x", "\0", "é", "====", "A" * 99, "\ud800", "oA", "v2FhYf8",
    [], [[]], ["x"], {}, {"id": "x"}, {"": {}},
)  # fmt: skip
FIELDS = ("code", "credential", "next", "name", "email", "login", "action", "passwordless", "key", "password")
STATE = "mfa.webauthn.state"
TYPED = "application/x-www-form-urlencoded"
KINDS = ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain; charset=x")
TEXTS = (
    "",
    "x",
    "\0",
    "\ud800",
    "é" * 9000,
    "[" * 3000,
    "9" * 5000,
    "NaN",
    "null",
    "{}",
    '{"id":"x"}',
    "//[",
    "http://[",
)


class Passkey:
    """A passkey's device: answers a challenge of ours as a browser does."""

    def __init__(self) -> None:
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=challenge, origin="https://testserver")

    def _answer(self, **response: bytes) -> dict[str, Any]:
        named = websafe_encode(self.id)
        fields = {name: websafe_encode(value) for name, value in response.items()}
        return {
            "id": named, "rawId": named, "type": "public-key", "response": fields,
            "clientExtensionResults": {"credProps": {"rk": True}}, "authenticatorAttachment": "platform",
        }  # fmt: skip

    def register(self, challenge: str) -> dict[str, Any]:
        public = ES256.from_cryptography_key(self.key.public_key())
        mine = AttestedCredentialData.create(bytes(16), self.id, public)
        data = AuthenticatorData.create(sha256(b"testserver"), FLAGS | AuthenticatorData.FLAG.AT, 0, mine)
        sent = self._client_data("webauthn.create", challenge)
        return self._answer(clientDataJSON=sent, attestationObject=AttestationObject.create("none", data, {}))

    def prove(self, challenge: str, person: Person) -> dict[str, Any]:
        data = AuthenticatorData.create(sha256(b"testserver"), FLAGS, 0)
        sent = self._client_data("webauthn.get", challenge)
        signature = self.key.sign(data + sent.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=sent,
            authenticatorData=data,
            signature=signature,
            userHandle=int_to_base36(person.pk).encode(),  # as allauth names an account to the device
        )


def _paths(answer: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in answer.items() if isinstance(answer, dict) else ():
        yield (*before, key)
        yield from _paths(value, (*before, key))


def _spoilt(answer: dict[str, Any]) -> Iterator[Any]:
    """The answer with each of its parts left out, cut, changed, or replaced by what does not belong there."""
    yield from HOSTILE
    for path in _paths(answer):
        for hostile in ("left out", "cut", "changed", *HOSTILE[::4]):
            spoilt = copy.deepcopy(answer)
            inner = spoilt
            for key in path[:-1]:
                inner = inner[key]
            if hostile == "left out":
                del inner[path[-1]]
            elif hostile in ("cut", "changed"):
                inner[path[-1]] = _changed(inner[path[-1]], by=str(hostile))
            else:
                inner[path[-1]] = hostile
            yield spoilt


def _changed(value: Any, *, by: str) -> Any:
    if not isinstance(value, str):
        return [value]
    return value[: len(value) // 2] if by == "cut" else value[:-6] + "AAAAAA"


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user("siti@example.org", name="Siti Rahma")


def _challenge(client: Client, page: str) -> str:
    client.get(page, headers={"X-Requested-With": "XMLHttpRequest"})
    return str(client.session[STATE]["challenge"])


def _post(client: Client, page: str, credential: Any) -> Any:
    return client.post(page, {"credential": json.dumps(credential), "name": "x"})


def _post_all(client: Client, page: str, spoilt: Iterable[Any]) -> None:
    """Each in answer to the challenge that the page gave last."""
    kept = client.session[STATE]
    for credential in spoilt:
        session = client.session
        session[STATE] = kept
        session.save()
        assert _post(client, page, credential).status_code in (200, 302), (page, credential)
        cache.clear()


def test_whatever_is_sent_in_place_of_a_passkey_s_answer_is_refused(person: Person) -> None:
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    passkey, owner, stranger = Passkey(), client_of(person), Client()
    for spoilt in _spoilt(passkey.register(_challenge(owner, ADD))):
        _post_all(owner, ADD, [spoilt])
        assert not [one for one in passkeys.all() if not one.wrap().authenticator_data]
        passkeys.delete()
    assert _post(owner, ADD, passkey.register(_challenge(owner, ADD))).status_code == 302
    assert passkeys.count() == 1
    _post_all(stranger, LOGIN, _spoilt(passkey.prove(_challenge(stranger, LOGIN), person)))
    _post_all(owner, PROVE, _spoilt(passkey.prove(_challenge(owner, PROVE), person)))
    factor = _asked_for_factor(person)
    _post_all(factor, FACTOR, _spoilt(passkey.prove(_challenge(factor, FACTOR), person)))
    _post(factor, FACTOR, passkey.prove(_challenge(factor, FACTOR), person))
    _post(stranger, LOGIN, passkey.prove(_challenge(stranger, LOGIN), person))
    assert factor.session["_auth_user_id"] == stranger.session["_auth_user_id"] == str(person.pk)


def _asked_for_factor(person: Person) -> Client:
    """A browser that is asked for the second factor after a code."""
    client = Client()
    client.post("/accounts/login/code/", {"email": person.email})
    send_account_mails()
    client.post("/accounts/login/code/confirm/", {"code": mailed_code()})
    return client


def test_whatever_is_sent_to_a_page_of_sign_in_is_answered(person: Person) -> None:
    give_factor(person)
    asked_for_code = Client()
    asked_for_code.post("/accounts/login/code/", {"email": person.email})
    addresses = [
        "/" + re.sub(r"<int:\w+>", "7", re.sub(r"<\w+:\w+>", "x", route))
        for route, _name in routes(get_resolver())
        if route.startswith(("accounts/", "account/")) and "(?P" not in route
    ]
    assert len(addresses) > 30
    texts, kinds = cycle(TEXTS), cycle(KINDS)  # another part of them for each address and browser
    for client in (Client(), asked_for_code, _asked_for_factor(person), without_factor(person), client_of(person)):
        client.raise_request_exception = False
        kept = client.session.session_key and dict(client.session)
        for address in addresses:
            for text, kind in islice(zip(texts, kinds, strict=False), 3):
                body = urlencode(dict.fromkeys(FIELDS, text), errors="surrogatepass")
                answers = (
                    client.generic("POST", address, body, TYPED),
                    client.generic("POST", address, text.encode(errors="surrogatepass"), kind),
                    client.get(f"{address}?{body}"),
                )
                assert {answer.status_code < 500 for answer in answers} == {True}, (address, text[:20], kind)
            UseCount.objects.all().delete()
            if kept:
                session = client.session
                session.update(kept)
                session.save()


CHARSETS = ("zlib", "hex", "rot13", "undefined", "idna", "utf-7", "utf-16", "raw_unicode_escape", "latin-1", "\0")
FORM = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\\ud800@example.org\r\n--x--\r\n'


def status_of(page: str, kind: str, method: str) -> int:
    """What the application answers to the server, outside of the client of these tests."""
    url, _mark, query = page.partition("?")
    answered: list[str] = []
    environment = RequestFactory()._base_environ(  # type: ignore[attr-defined]
        PATH_INFO=url, QUERY_STRING=query, REQUEST_METHOD=method, CONTENT_TYPE=kind,
        CONTENT_LENGTH=str(len(FORM)), **{"wsgi.input": io.BytesIO(FORM)},
    )  # fmt: skip
    list(application(environment, lambda status, *_others: answered.append(status)))
    return int(answered[0][:3])


def test_what_is_not_said_in_utf_8_is_refused_and_never_by_an_error() -> None:
    """Python decodes by codecs that are of no text, and by some gives letters that no database holds."""
    for charset in CHARSETS:
        for page in ("/?next=x", "/accounts/login/code/", "/api/v1/me/?next=x", "/account/codes/x/"):
            for kind in ("multipart/form-data; boundary=x", "application/json", "text/plain", TYPED):
                for method in ("GET", "POST"):
                    assert status_of(page, f"{kind}; charset={charset}", method) == 400, (page, kind, charset, method)
    for charset in ("utf-8", "UTF8", '"utf-8"', "no-such-charset", ""):
        assert is_utf_8(f"text/plain; charset={charset}")
