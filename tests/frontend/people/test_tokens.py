"""Tokens for programs: shown once, good for what they were made for, ended by their owner or with time."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.test import Client

from backend.people.models import ApiToken
from backend.people.services import end_tokens
from tests.factories import token_of
from tests.frontend.conftest import client_of
from tests.pages import page_of

EVENTS = "/api/v1/events/"
FIELDS = {"name": "Calendar", "scopes": ["read"], "days": "90"}


def make(client, cast, **fields):
    """What the page shows after its form was sent."""
    answer = client.post(cast.address("api-access/"), FIELDS | fields)
    assert answer.status_code == 200
    return page_of(answer).attribute("#token", "value")


def asked_with(token, path=EVENTS, method="get", **options):
    headers = {"Authorization": f"Token {token}"}
    return getattr(Client(), method)(path, headers=headers, **options)


def test_a_token_reads_for_its_owner_over_the_api_and_is_shown_once_and_kept_as_a_hash(cast, official):
    address = cast.address("api-access/")
    assert address in official.get(cast.address("profile/")).content.decode()
    token = make(official, cast)
    answer = asked_with(token)
    assert answer.status_code == 200
    assert answer.json() == official.get(EVENTS).json()
    later = official.get(address)
    assert token not in later.content.decode()
    assert "no-store" in later["Cache-Control"]
    assert "Calendar" in page_of(later).text
    by_token = Client().get(address, headers={"Authorization": f"Token {token}"})
    assert by_token.status_code == 302  # the pages know sessions alone
    kept = ApiToken.objects.get()
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(vars(kept))


def test_a_token_does_what_it_was_made_for_and_nothing_else(cast, official):
    reading, acting = make(official, cast), make(official, cast, name="Writer", scopes=["act"])
    change = {"path": "/api/v1/me/", "method": "put", "content_type": "application/json"}
    body = {"timezone": "Asia/Manila"}
    refused = asked_with(reading, data=body, **change)
    assert (refused.status_code, refused.json()["code"]) == (403, "token_scope")
    assert refused.json()["details"] == {"scope": "act"}
    assert asked_with(acting, data=body, **change).status_code == 200
    assert asked_with(acting).json()["code"] == "token_scope"


def test_one_token_is_ended_alone_and_all_at_once(cast, official):
    one, other, third = make(official, cast), make(official, cast), make(official, cast)
    end = cast.address("api-access/end/")
    oldest = ApiToken.objects.earliest("pk")
    official.post(end, {"token": oldest.pk})
    assert [asked_with(token).status_code for token in (one, other, third)] == [401, 200, 200]
    assert official.post(end, {"token": oldest.pk}).status_code == 404
    ended = official.post(end, follow=True)
    assert "You have no token" in ended.content.decode()
    assert [asked_with(token).status_code for token in (other, third)] == [401, 401]


def test_nobody_reaches_the_token_of_another(cast, official):
    token = make(official, cast)
    others = client_of(cast.engineer.person)
    assert "You have no token" in others.get(cast.address("api-access/")).content.decode()
    assert others.post(cast.address("api-access/end/"), {"token": ApiToken.objects.get().pk}).status_code == 404
    others.post(cast.address("api-access/end/"))
    assert asked_with(token).status_code == 200
    for stranger, status in ((client_of(cast.stranger), 404), (Client(), 302)):
        assert stranger.post(cast.address("api-access/"), FIELDS).status_code == status
    assert ApiToken.objects.count() == 1


def test_only_who_organises_or_leads_is_offered_the_scope_for_it(cast, official):
    address = cast.address("api-access/")
    assert "organisers" not in page_of(official.get(address)).text.split("What it may do")[1]
    refused = official.post(address, FIELDS | {"scopes": ["organise"]})
    assert (refused.status_code, ApiToken.objects.count()) == (422, 0)
    make(client_of(cast.organiser.person), cast, scopes=["organise"])
    assert ApiToken.objects.get().scopes == ["organise"]


def test_a_form_that_names_nothing_says_so_at_its_fields(cast, official):
    answer = official.post(cast.address("api-access/"), {"name": " ", "days": "7"})
    assert answer.status_code == 422
    assert "Choose at least one." in page_of(answer).text
    assert not ApiToken.objects.exists()


def test_a_token_expires_and_its_last_use_is_written_at_most_once_an_hour(cast, official, time_machine):
    token = make(official, cast, days="30")
    made = ApiToken.objects.get()
    assert (made.last_used_at, made.expires_at - made.created_at) == (None, dt.timedelta(days=30))
    used = []
    for minutes in (0, 59, 60):
        time_machine.move_to(made.created_at + dt.timedelta(minutes=minutes), tick=False)
        assert asked_with(token).status_code == 200
        used.append(ApiToken.objects.get().last_used_at - made.created_at)
    assert used == [dt.timedelta(0), dt.timedelta(0), dt.timedelta(hours=1)]
    time_machine.move_to(made.expires_at, tick=False)
    assert asked_with(token).status_code == 401
    assert "Expired on" in page_of(client_of(cast.official.person).get(cast.address("api-access/"))).text


def test_nobody_has_more_than_twenty_and_expired_ones_do_not_count(cast, official, time_machine):
    for _number in range(20):
        token_of(cast.official.person, days=30)
    answer = official.post(cast.address("api-access/"), FIELDS)
    assert (answer.status_code, "end one" in page_of(answer).text) == (422, True)
    time_machine.move_to(ApiToken.objects.latest("pk").expires_at, tick=False)
    make(client_of(cast.official.person), cast)
    assert ApiToken.objects.count() == 1


def test_a_form_from_another_site_makes_no_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.official.person)
    assert client.post(cast.address("api-access/"), FIELDS).status_code == 403
    assert not ApiToken.objects.exists()


def test_the_tokens_of_a_closed_account_are_refused_and_end_with_it(cast, official):
    token = make(official, cast)
    cast.official.person.is_active = False
    cast.official.person.save()
    assert asked_with(token).status_code == 401
    assert end_tokens(person=cast.official.person) == 1


def test_looking_makes_no_token(cast, official):
    official.get(cast.address("api-access/"), FIELDS)
    assert not ApiToken.objects.exists()
