"""Signing in at a server of others by OpenID Connect: the code flow with PKCE, read for who it is alone.

Every request goes through `core.outgoing`. Of what the server says of a person only `sub` is used, and
`amr` and `acr` where the environment names the server for a second factor: no address and no name.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

import jwt
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.outgoing import PATIENCE, AddressRefused, PeerFailed, checked_url, fetch, post_form

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}  # and the kind of key that each takes
ATTEMPT_HOLDS = dt.timedelta(minutes=10)
KEPT_SECONDS = 600  # of what a server says of itself, and of its keys
LEEWAY_SECONDS = 60  # by which clocks may differ
MAX_SUBJECT = 255  # characters, by the specification
AT_ONCE = 3  # requests to such servers in a process, which has eight threads for all pages
# Somebody waits for the page: one try, and not for long.
IN_A_PAGE = replace(PATIENCE, connect_seconds=3.0, read_seconds=5.0, total_seconds=8.0, max_bytes=500_000, tries=1)
# What reading the answer of a stranger may raise.
UNSOUND = (jwt.PyJWTError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError)

log = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


class ProviderFailed(BusinessError):
    """The other server signed nobody in: it is away, or what it answered does not hold."""

    code = "provider_failed"


@dataclass(frozen=True, slots=True)
class Provider:
    """A server that the environment names; `factors`: claims and values that count as a second factor."""

    key: str
    name: str
    issuer: str
    client: str
    secret: str = field(repr=False)
    factors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that has begun, as the session of the browser keeps it: no other browser can end it."""

    provider: str
    state: str
    nonce: str
    verifier: str
    began_at: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server says it is, as a keyed hash, and whether it says so of a second factor that counts."""

    issuer: str
    hashed: str
    has_factor: bool


def identity_providers() -> tuple[Provider, ...]:
    """The servers at which people may sign in, in the order of the environment; the same for everybody."""
    return tuple(Provider(**one) for one in settings.TITIAN_OIDC)


def begin_attempt(provider: Provider, *, back: str, asks_anew: bool, now: dt.datetime) -> tuple[str, Attempt]:
    """The address at which the person signs in, and what to keep meanwhile; `back` is where they come back.

    `asks_anew`: the server asks for their password again. Refuses ProviderFailed.
    """
    with _asking(provider):
        where = checked_url(_about(provider)["authorization_endpoint"])
    state, nonce, verifier = (secrets.token_urlsafe(32) for _part in range(3))
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client,
        "redirect_uri": back,
        "state": state,
        "nonce": nonce,
        "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    if asks_anew:
        asked["prompt"] = "login"
    if classes := [value for claim, value in provider.factors if claim == "acr"]:
        asked["acr_values"] = " ".join(classes)
    attempt = Attempt(provider.key, state, nonce, verifier, now.timestamp())
    return str(where.copy_merge_params(asked)), attempt


def finish_attempt(
    provider: Provider, attempt: Attempt | None, answer: Mapping[str, str], *, back: str, now: dt.datetime
) -> Identity:
    """Whom the server signed in, by what it sent the browser back with. Refuses ProviderFailed."""
    is_ours = attempt is not None and attempt.provider == provider.key
    if attempt is None or not is_ours or attempt.began_at <= (now - ATTEMPT_HOLDS).timestamp():
        raise ProviderFailed(_("This sign-in was begun in another browser, or too long ago. Begin again."))
    if not constant_time_compare(answer.get("state", ""), attempt.state):
        raise _unverified(provider, "state")
    if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise _unverified(provider, "issuer")
    if "error" in answer or not answer.get("code"):
        raise ProviderFailed(
            _("You were not signed in at “%(name)s”. Try again, or sign in with a code.") % {"name": provider.name}
        )
    with _asking(provider):
        token = _token_for(provider, answer["code"], attempt.verifier, back)
        try:
            claims = _claims_of(token, provider, attempt.nonce)
        except UNSOUND as error:
            raise _unverified(provider, type(error).__name__) from error
    hashed = salted_hmac("titian.identity", f"{provider.issuer}\n{claims['sub']}", algorithm="sha256")
    return Identity(provider.issuer, hashed.hexdigest(), _has_factor(claims, provider))


def _token_for(provider: Provider, code: str, verifier: str, back: str) -> str:
    """The ID token for a code; the access token beside it is of no use here and dropped."""
    about = _about(provider)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    authorization = ""
    if "client_secret_basic" in about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        pair = f"{quote_plus(provider.client)}:{quote_plus(provider.secret)}"  # RFC 6749, 2.3.1
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": provider.client, "client_secret": provider.secret}
    answer = post_form(about["token_endpoint"], fields, authorization=authorization, patience=IN_A_PAGE)
    return str(_object(answer)["id_token"])


def _claims_of(token: str, provider: Provider, nonce: str) -> dict[str, Any]:
    """What the ID token says, once all of it holds (OpenID Connect Core 1.0, 3.1.3.7); raises UNSOUND."""
    header = jwt.get_unverified_header(token)
    algorithm = header["alg"]
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    claims = jwt.decode(
        token,
        _key_for(header, provider),
        algorithms=[algorithm],
        audience=provider.client,
        issuer=provider.issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"], "enforce_minimum_key_length": True},
    )
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_shared else provider.client) != provider.client:
        raise jwt.InvalidAudienceError
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise jwt.InvalidTokenError
    subject = claims["sub"]
    if not (isinstance(subject, str) and subject.isascii() and 0 < len(subject) <= MAX_SUBJECT):
        raise jwt.InvalidTokenError
    return claims


def _key_for(header: Mapping[str, Any], provider: Provider) -> Any:
    """The server's key that the header names, looked for anew where it is not among those kept."""
    for is_new in (False, True):
        keys = _kept(provider, "keys", lambda: _keys(provider), is_new=is_new)
        found = [one for one in keys if _is_key_for(one, header)]
        if len(found) == 1:
            return jwt.get_algorithm_by_name(header["alg"]).from_jwk(found[0])
    raise jwt.InvalidKeyError


def _is_key_for(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    is_named = "kid" not in header or key.get("kid") == header["kid"]
    is_for_it = key.get("alg", header["alg"]) == header["alg"] and key.get("use", "sig") == "sig"
    is_curve = header["alg"] != "ES256" or key.get("crv") == "P-256"
    return is_named and is_for_it and is_curve and key.get("kty") == ALGORITHMS[header["alg"]] and "d" not in key


def _has_factor(claims: Mapping[str, Any], provider: Provider) -> bool:
    methods = claims.get("amr")
    said = {("acr", claims.get("acr"))} if isinstance(claims.get("acr"), str) else set()
    said |= {("amr", one) for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    return not said.isdisjoint(provider.factors)


def _about(provider: Provider) -> dict[str, Any]:
    """What the server says of itself, once it is the one that the environment names."""
    found: dict[str, Any] = _kept(provider, "about", lambda: _read_about(provider))
    return found


def _read_about(provider: Provider) -> dict[str, Any]:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    about = _object(fetch(address, accept="application/json", patience=IN_A_PAGE))
    if about["issuer"] != provider.issuer:
        raise jwt.InvalidIssuerError
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        checked_url(str(about[name]))
    return about


def _keys(provider: Provider) -> list[dict[str, Any]]:
    address = _about(provider)["jwks_uri"]
    keys = _object(fetch(address, accept="application/json", patience=IN_A_PAGE))["keys"]
    return [one for one in keys if isinstance(one, dict)]


def _kept(provider: Provider, what: str, read: Callable[[], Any], *, is_new: bool = False) -> Any:
    """What is read of a server, kept for some minutes in each process."""
    key = f"openid:{provider.key}:{what}"
    found = None if is_new else cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, KEPT_SECONDS)
    return found


def _object(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def _asking(provider: Provider) -> Iterator[None]:
    """One of the places for requests to such servers; refuses ProviderFailed for all that goes wrong."""
    is_free = _places.acquire(timeout=1)
    try:
        if not is_free:
            raise _silent(provider, "busy")
        yield
    except (PeerFailed, AddressRefused) as error:
        raise _silent(provider, error.message) from error
    except UNSOUND as error:
        raise _silent(provider, type(error).__name__) from error
    finally:
        if is_free:
            _places.release()


def _silent(provider: Provider, why: str) -> ProviderFailed:
    log.warning("Sign-in at %s failed: %s", provider.key, why)
    return ProviderFailed(
        _("“%(name)s” does not answer as it should. Try again later, or sign in with a code.") % {"name": provider.name}
    )


def _unverified(provider: Provider, why: str) -> ProviderFailed:
    log.warning("Sign-in at %s refused: %s", provider.key, why)
    return ProviderFailed(
        _("What “%(name)s” answered could not be verified. Try again, or sign in with a code.")
        % {"name": provider.name}
    )
