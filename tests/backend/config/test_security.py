"""What the browser is told, and where a security problem is reported."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from backend.config.environment import contact_from, hsts_from
from backend.core.routes import MARK, routes
from backend.people.services import make_first_link
from tests.factories import NOW

SECURITY_TXT = "/.well-known/security.txt"


@pytest.mark.django_db
def test_the_browser_offers_no_device_to_any_page_and_passkeys_to_ours() -> None:
    for address in ("/", "/accounts/login/code/", "/nowhere/", "/api/v1/me/"):
        policy = Client().get(address)["Permissions-Policy"].split(", ")
        assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy)
        assert "publickey-credentials-get=(self)" in policy


def test_the_security_contact_is_published_where_one_is_set(settings: Any, time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    settings.TITIAN_SECURITY_CONTACT = ""
    assert Client().get(SECURITY_TXT).status_code == 404
    settings.TITIAN_SECURITY_CONTACT = "mailto:security@example.org"
    answer = Client().get(SECURITY_TXT)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@example.org"
    expires = dt.datetime.fromisoformat(lines["Expires"])
    assert NOW < expires < NOW + dt.timedelta(days=365)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("", ""),
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
def test_a_security_contact_is_an_address_of_mail_or_of_a_page(
    monkeypatch: pytest.MonkeyPatch, given: str, meant: str
) -> None:
    monkeypatch.setenv("TITIAN_SECURITY_CONTACT", given)
    assert contact_from("TITIAN_SECURITY_CONTACT") == meant


@pytest.mark.parametrize("given", ["us", "http://example.org", "a@example.org\nExpires: x", "a b@example.org"])
def test_a_security_contact_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TITIAN_SECURITY_CONTACT", given)
    with pytest.raises(ImproperlyConfigured, match="TITIAN_SECURITY_CONTACT must be"):
        contact_from("TITIAN_SECURITY_CONTACT")


@pytest.mark.parametrize(
    ("subdomains", "preload", "is_https", "meant"),
    [
        ("0", "0", True, (False, False)),
        ("1", "0", True, (True, False)),
        ("1", "1", True, (True, True)),
        ("1", "1", False, (False, False)),
    ],
)
def test_hsts_covers_subdomains_and_lists_of_browsers_where_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch, subdomains: str, preload: str, is_https: bool, meant: tuple[bool, bool]
) -> None:
    monkeypatch.setenv("TITIAN_HSTS_SUBDOMAINS", subdomains)
    monkeypatch.setenv("TITIAN_HSTS_PRELOAD", preload)
    assert hsts_from(is_https=is_https) == meant


def test_browsers_take_no_host_into_their_lists_without_its_subdomains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITIAN_HSTS_PRELOAD", "1")
    with pytest.raises(ImproperlyConfigured, match="needs TITIAN_HSTS_SUBDOMAINS=1"):
        hsts_from(is_https=True)


@pytest.mark.django_db
def test_what_an_address_with_a_secret_answers_is_kept_by_no_cache() -> None:
    link = f"/first/{make_first_link(now=timezone.now())}/"
    addresses = ["/" + re.sub(r"<\w+:\w+>", "7", route) for route, _name in routes(get_resolver()) if MARK in route]
    answers = [
        getattr(Client(), method)(address)
        for address in (link, link.rstrip("/"), *addresses, *(one.rstrip("/") for one in addresses))
        for method in ("get", "post", "put")
    ]
    assert {answer.status_code for answer in answers} == {200, 301, 302, 404, 405, 422}
    for answer in answers:
        assert "no-store" in answer.get("Cache-Control", ""), answer.request
