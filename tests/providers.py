"""An OpenID Connect provider under https://localhost, whose answers a test changes."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.test import Client

from tests.https import Answer, Asked, Peer
from tests.pages import page_of

SECRET = "s" * 40
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(65537, 2048)
BACK = "/accounts/with/moe/back/"


def jwk(key: Any, algorithm: str, kid: str) -> dict[str, Any]:
    """The public half as a provider publishes it."""
    found: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return found | {"kid": kid, "use": "sig", "alg": algorithm}


@dataclass
class TestProvider:
    """Whom it signs in, and how: `claims` and `token` change what it says, `about` what it says of itself."""

    __test__ = False

    peer: Peer
    subject: str = "person-1"
    claims: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(RSA_KEY, "RS256", "one")])
    token: Callable[[dict[str, Any]], str] | None = None
    answers: dict[str, Answer] = field(default_factory=dict)  # in place of its own, by path
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # what each was asked with

    @property
    def issuer(self) -> str:
        return self.peer.address("/moe")

    def answer(self, asked: Asked) -> Answer:
        if asked.path in self.answers:
            return self.answers[asked.path]
        if asked.path == "/moe/.well-known/openid-configuration":
            about = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return _json(about | self.about)
        if asked.path == "/moe/keys":
            return _json({"keys": self.keys})
        if asked.path == "/moe/authorize":
            back = self.sign_in("?" + urlencode(asked.query, doseq=True))
            address = html.escape(f"{settings.TITIAN_ADDRESS}{back}")
            page = f"<!DOCTYPE html><title>Ministry</title><a href='{address}'>Sign in as {self.subject}</a>"
            return Answer(page.encode(), headers={"Content-Type": "text/html"})
        if asked.path == "/moe/token":
            return self._token(asked)
        return Answer(status=404)

    def _token(self, asked: Asked) -> Answer:
        form = dict(parse_qsl(asked.body.decode()))
        pair = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
        began = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            pair != f"titian:{SECRET}"
            or began is None
            or began["code_challenge"] != challenge.decode().rstrip("=")
            or began["redirect_uri"] != form["redirect_uri"]
        ):
            return Answer(b'{"error": "invalid_grant"}', 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": "titian",
            "iat": now,
            "exp": now + 300,
            "nonce": began["nonce"],
        }
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        token = self.token(claims) if self.token else signed(claims)
        return _json({"access_token": "unused", "token_type": "Bearer", "id_token": token})

    def sign_in(self, address: str) -> str:
        """What its page would send the browser back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["redirect_uri"] == f"{settings.TITIAN_ADDRESS}{BACK}"
        assert (asked["response_type"], asked["scope"]) == ("code", "openid")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{BACK}?code={code}&state={asked['state']}"


def signed(claims: dict[str, Any], key: Any = RSA_KEY, algorithm: str = "RS256", kid: str = "one") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def _json(content: object) -> Answer:
    return Answer(json.dumps(content).encode())


def address_on(page: Any) -> str:
    """Where the page that goes on to the provider leads."""
    [address] = page_of(page).attributes(".sheet a.button", "href")
    return address


def go(client: Client, provider: TestProvider, after: str = "") -> Any:
    """From the page of sign-in to the provider and back."""
    page = client.post("/accounts/with/moe/", {"next": after})
    return client.get(provider.sign_in(address_on(page)))
