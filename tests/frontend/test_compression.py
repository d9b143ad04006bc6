"""What is sent compressed, and what never is: whatever shows a secret (BREACH)."""

from __future__ import annotations

import gzip
import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import get_resolver

from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.core.routes import MARK, TOKEN_BEGINS, holds_secret, routes
from backend.invitations.services.links import new_token
from backend.notifications.selectors.answer_links import answer_token
from backend.people.services import make_first_link
from backend.safeguarding.services.consent_mails import signer as consent_signer
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import client_of
from tests.second_factor import without_factor

ACCEPTED = {"Accept-Encoding": "gzip, deflate, br"}


def is_compressed(client, address, **options):
    answer = client.get(address, headers=ACCEPTED | options)
    assert answer.status_code == 200, address
    return answer.get("Content-Encoding") == "gzip"


def test_an_ordinary_page_is_compressed_and_reads_the_same(cast, official):
    address = cast.address("people/")
    plain, packed = official.get(address), official.get(address, headers=ACCEPTED)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < 0.4 * len(plain.content)
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
    assert token.sub(b"", gzip.decompress(packed.content)) == token.sub(b"", plain.content)


@pytest.mark.slow
def test_the_length_of_a_compressed_page_tells_nothing_exact(cast, official):
    lengths = {len(official.get(cast.address("suggestions/"), headers=ACCEPTED).content) for _ in range(20)}
    assert len(lengths) > 5


def test_answers_of_the_api_are_compressed_and_found_unchanged_by_their_tag(cast, official):
    address = f"/api/v1/events/{cast.event.slug}/agenda/now/"
    first = official.get(address, headers=ACCEPTED)
    again = official.get(address, headers=ACCEPTED | {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert is_compressed(official, f"/api/v1/events/{cast.event.slug}/suggestions/")


PAGES = ("calendar/", "api-access/")
DESK_PAGES = ("invitations/", "invitations/texts/", "set-up/mail-texts/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_ones_own_secrets_is_never_compressed(cast, official, page):
    make_feed(attendee=cast.official, by=cast.official.person, now=NOW)
    assert not is_compressed(official, cast.address(page))


@pytest.mark.slow
@pytest.mark.parametrize("page", DESK_PAGES)
def test_a_page_that_shows_mails_with_links_is_never_compressed(cast, page):
    assert not is_compressed(client_of(cast.organiser.person), cast.address(page))


def test_pages_of_consents_are_never_compressed(cast):
    lead = client_of(make_attendee(cast.event, permission="safeguarding-lead").person)
    assert not is_compressed(lead, cast.address("consents/"))
    assert not is_compressed(lead, cast.address(f"consents/{cast.minor.pk}/"))


def test_sign_in_and_second_factors_are_never_compressed(cast, official):
    for address in ("/accounts/login/code/",):
        assert not is_compressed(Client(), address)
    for address in ("/accounts/2fa/", "/account/sign-ins/"):
        assert not is_compressed(official, address)
    assert not is_compressed(without_factor(cast.lawyer.person), "/accounts/2fa/totp/activate/")
    RecoveryCodes.activate(cast.official.person)
    assert not is_compressed(official, "/accounts/2fa/recovery-codes/")


def test_the_mails_of_the_demo_are_never_compressed(db, settings):
    settings.TITIAN_DEMO = True
    assert not is_compressed(Client(), "/demo/outbox/")
    assert not is_compressed(Client(), "/demo/")


def test_what_answers_to_a_form_is_never_compressed(cast, official):
    fields = {"name": "Calendar", "scopes": ["read"], "days": "90"}
    answer = official.post(cast.address("api-access/"), fields, headers=ACCEPTED)
    assert TOKEN_BEGINS in answer.content.decode()
    assert "Content-Encoding" not in answer
    feed = official.post(f"/api/v1/events/{cast.event.slug}/calendar-feed/", headers=ACCEPTED)
    assert "/calendar/" in feed.json()["address"]
    assert "Content-Encoding" not in feed


def test_no_address_with_a_secret_answers_compressed(db):
    addresses = [re.sub(r"<\w+:\w+>", "7", route) for route, _name in routes(get_resolver()) if MARK in route]
    addresses.append(f"first/{make_first_link(now=NOW)}/")
    for address in addresses:
        assert "Content-Encoding" not in Client().get(f"/{address}", headers=ACCEPTED)


def test_a_secret_is_known_wherever_it_stands(cast):
    feed = make_feed(attendee=cast.official, by=cast.official.person, now=NOW)
    secrets = (
        feed_address(feed),
        f"/answer/{answer_token(7, cast.official, 'accept')}/",
        f"/consent/{consent_signer.sign('7:x')}/",
        f"?next=%2Finvitation%2F{new_token()}%2F",
        f"{TOKEN_BEGINS}{'x' * 43}",
    )
    for secret in secrets:
        assert holds_secret(f'<p>Copy it:<a href="{secret}">here</a>'.encode()), secret
    for address in ("/e/forum/meetings/7/question/answer/", "/e/forum/calendar/titian.ics"):
        assert not holds_secret(f'<a href="{address}">Answer</a>'.encode())


def test_a_page_that_shows_a_secret_by_mistake_is_not_compressed(cast, official):
    """No mark is needed for what can be known by its looks."""
    feed = make_feed(attendee=cast.engineer, by=cast.engineer.person, now=NOW)
    cast.engineer.about = f"Read me at {feed_address(feed)}"
    cast.engineer.save()
    address = cast.address(f"people/{cast.engineer.pk}/")
    assert not is_compressed(official, address)
    assert is_compressed(official, cast.address(f"people/{cast.lawyer.pk}/"))


def test_static_files_are_compressed_for_whoever_takes_that():
    address = "/static/css/base.css"
    plain, packed = Client().get(address), Client().get(address, headers=ACCEPTED)
    whole, small = b"".join(plain), b"".join(packed)
    assert "Content-Encoding" not in plain
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(packed["Content-Length"]) == len(small) < 0.5 * len(whole)
    assert gzip.decompress(small) == whole
    assert plain["ETag"] == packed["ETag"]
    again = Client().get(address, headers=ACCEPTED | {"If-None-Match": packed["ETag"]})
    assert again.status_code == 304
    head = Client().head(address, headers=ACCEPTED)
    assert (head["Content-Length"], b"".join(head)) == (packed["Content-Length"], b"")


def test_a_part_of_a_static_file_and_a_font_are_sent_as_they_are():
    part = Client().get("/static/css/base.css", headers=ACCEPTED | {"Range": "bytes=0-9"})
    assert (part.status_code, len(b"".join(part))) == (206, 10)
    assert "Content-Encoding" not in part
    font = Client().get("/static/rest_framework/fonts/glyphicons-halflings-regular.woff2", headers=ACCEPTED)
    assert len(b"".join(font)) == int(font["Content-Length"])
    assert "Content-Encoding" not in font
