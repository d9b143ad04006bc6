"""A token for one's programs: shown once, good for the API alone, and ended by its owner."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.frontend.conftest import client_of
from tests.pages import page_of

EVENTS = "/api/v1/events/"


def make(client, cast):
    """What the page shows after a press on its button."""
    answer = client.post(cast.address("api-access/"), {"do": "make"})
    assert answer.status_code == 200
    return page_of(answer).attribute("#token", "value")


def asked_with(token):
    return Client().get(EVENTS, headers={"Authorization": f"Token {token}"})


def test_a_token_acts_as_its_owner_over_the_api_and_is_shown_once(cast, official):
    address = cast.address("api-access/")
    assert address in official.get(cast.address("profile/")).content.decode()
    token = make(official, cast)
    answer = asked_with(token)
    assert answer.status_code == 200
    assert answer.json() == official.get(EVENTS).json()
    later = official.get(address)
    assert token not in later.content.decode()
    assert "no-store" in later["Cache-Control"]
    assert "You have a token" in later.content.decode()
    by_token = Client().get(address, headers={"Authorization": f"Token {token}"})
    assert by_token.status_code == 302  # the pages know sessions alone


def test_a_new_token_ends_the_old_one_and_an_ended_one_is_refused(cast, official):
    old, new = make(official, cast), make(official, cast)
    assert asked_with(old).status_code in {401, 403}
    assert asked_with(new).status_code == 200
    ended = official.post(cast.address("api-access/"), {"do": "end"}, follow=True)
    assert "You have no token" in ended.content.decode()
    assert asked_with(new).status_code in {401, 403}


def test_nobody_reaches_the_token_of_another(cast, official):
    token = make(official, cast)
    others = client_of(cast.engineer.person)
    assert "You have no token" in others.get(cast.address("api-access/")).content.decode()
    others.post(cast.address("api-access/"), {"do": "end", "person": cast.official.person.pk})
    assert make(others, cast) != token
    assert asked_with(token).status_code == 200
    for stranger, status in ((client_of(cast.stranger), 404), (Client(), 302)):
        assert stranger.post(cast.address("api-access/"), {"do": "make"}).status_code == status
    assert Token.objects.count() == 2


def test_a_form_from_another_site_makes_no_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.official.person)
    assert client.post(cast.address("api-access/"), {"do": "make"}).status_code == 403
    assert not Token.objects.exists()


def test_the_token_of_a_closed_account_is_refused(cast, official):
    token = make(official, cast)
    cast.official.person.is_active = False
    cast.official.person.save()
    assert asked_with(token).status_code in {401, 403}


@pytest.mark.parametrize("word", ["", "anything"])
def test_looking_makes_no_token(cast, official, word):
    official.get(cast.address("api-access/"), {"do": word})
    assert not Token.objects.exists()
