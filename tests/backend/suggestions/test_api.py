"""The API over real requests: the same answers as the pages, and nothing for those who may not."""

import json
import re

import pytest
from rest_framework.test import APIClient

from backend.config import api_urls
from backend.events.models.attendees import Attendee
from tests.factories import make_attendee, make_event, make_run, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    event = make_event("api-forum")
    me, other = make_attendee(event, name="Mali"), make_attendee(event, name="Arif", constituency="industry")
    make_run(event, {me: [other]})
    return event, me, other


def client_of(attendee):
    """A client that signs in with a token, as a program would."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(attendee.person)}")
    return client


PROFILE = {
    "title": "Director",
    "country": "Thailand",
    "languages": ["th", "en"],
    "about": "",
    "seeks": "พยานหลักฐานแชตข้ามพรมแดน",
    "offers": "Training for prosecutors",
    "seeks_topics": ["evidence-reporting"],
    "offers_topics": ["victim-support", "evidence-reporting"],
    "listed": True,
}


@pytest.mark.slow
def test_every_address_refuses_those_who_are_not_signed_in():
    event = make_event()
    for pattern in api_urls.urlpatterns:
        address = "/api/v1/" + str(pattern.pattern).replace("<slug:slug>", event.slug)
        address = re.sub(r"<int:\w+>", "1", address)
        for method in ("get", "put", "post", "delete"):
            assert getattr(APIClient(), method)(address).status_code == 401, (method, address)


def test_a_stranger_to_the_event_gets_the_same_404_as_for_an_unknown_event(forum):
    event, _, other = forum
    client = client_of(make_attendee(make_event("elsewhere")))
    for path in ("profile/", "suggestions/", f"people/{other.pk}/"):
        there = client.get(f"/api/v1/events/{event.slug}/{path}")
        nowhere = client.get(f"/api/v1/events/no-such-event/{path}")
        assert there.status_code == nowhere.status_code == 404
        assert there.json() == nowhere.json()


def test_my_events_are_those_i_take_part_in(forum):
    event, me, _ = forum
    make_event("not-mine")
    assert [row["slug"] for row in client_of(me).get("/api/v1/events/").json()] == [event.slug]


def test_a_profile_is_replaced_whole_and_read_back(forum):
    event, me, _ = forum
    client = client_of(me)
    answer = client.put(f"/api/v1/events/{event.slug}/profile/", PROFILE, format="json")
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in PROFILE} == PROFILE | {
        "offers_topics": ["evidence-reporting", "victim-support"]
    }
    assert client.get(f"/api/v1/events/{event.slug}/profile/").json() == answer.json()
    assert client.get(f"/api/v1/events/{event.slug}/suggestions/").json()["is_refreshing"] is True


def test_the_age_class_cannot_be_set_by_the_attendee(forum):
    event, me, _ = forum
    Attendee.objects.filter(pk=me.pk).update(age_class="unknown")
    answer = client_of(me).put(f"/api/v1/events/{event.slug}/profile/", PROFILE | {"age_class": "adult"}, format="json")
    assert answer.json()["age_class"] == "unknown"
    assert Attendee.objects.get(pk=me.pk).age_class == "unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"seeks_topics": ["astrology"]},
        {"seeks": "x" * 4_001},
        {"languages": "th"},
        {"listed": "perhaps"},
        {"title": None},
        {"seeks_topics": [["nested"]]},
    ],
)
def test_a_profile_with_something_wrong_is_refused_whole(forum, wrong):
    event, me, _ = forum
    before = Attendee.objects.filter(pk=me.pk).values().get()
    answer = client_of(me).put(f"/api/v1/events/{event.slug}/profile/", PROFILE | wrong, format="json")
    assert answer.status_code == 400
    assert Attendee.objects.filter(pk=me.pk).values().get() == before


@pytest.mark.parametrize("character", ["\\ud800", "\\u0000"])
def test_a_character_no_database_can_hold_is_refused_by_name(forum, character):
    event, me, _ = forum
    body = json.dumps(PROFILE | {"seeks": "before@after"}).replace("@", character)
    answer = client_of(me).put(f"/api/v1/events/{event.slug}/profile/", body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["seeks"]


def test_suggestions_come_with_reasons_and_can_be_filtered(forum):
    event, me, other = forum
    client = client_of(me)
    found = client.get(f"/api/v1/events/{event.slug}/suggestions/").json()
    assert [row["person"]["name"] for row in found["suggestions"]] == ["Arif"]
    assert found["suggestions"][0]["reasons"][0]["code"] == "topic_offered"
    assert found["suggestions"][0]["person"]["attendee_id"] == other.pk
    assert {name: found["suggestions"][0][name] for name in ("rank", "score", "strength")} == {
        "rank": 1,
        "score": 0.5,
        "strength": "good",
    }
    assert client.get(f"/api/v1/events/{event.slug}/suggestions/?constituency=youth").json()["suggestions"] == []


def test_feedback_is_put_and_taken_back(forum):
    event, me, other = forum
    client, address = client_of(me), f"/api/v1/events/{event.slug}/suggestions/{other.pk}/feedback/"
    feedback = {"verdict": "not-relevant", "cause": "known"}
    assert client.put(address, feedback, format="json").json() == feedback | {"note": ""}
    assert client.get(f"/api/v1/events/{event.slug}/suggestions/").json()["suggestions"] == []
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 204
    assert len(client.get(f"/api/v1/events/{event.slug}/suggestions/").json()["suggestions"]) == 1
    assert client.put(address, {"verdict": "not-relevant"}, format="json").json()["code"] == "unknown_verdict"


@pytest.mark.parametrize("closed", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_nobody_the_policy_closes_can_be_read_or_judged(forum, closed):
    event, me, other = forum
    Attendee.objects.filter(pk=other.pk).update(**closed)
    client = client_of(me)
    assert client.get(f"/api/v1/events/{event.slug}/people/{other.pk}/").status_code == 404
    assert client.get(f"/api/v1/events/{event.slug}/suggestions/").json()["suggestions"] == []
    address = f"/api/v1/events/{event.slug}/suggestions/{other.pk}/feedback/"
    assert client.put(address, {"verdict": "good"}, format="json").status_code == 404


def test_the_openapi_document_describes_every_address(client):
    document = client.get("/api/schema?format=json")
    assert document.status_code == 200
    paths = document.json()["paths"]
    assert len(paths) == len(api_urls.urlpatterns)
    assert all(operation["operationId"] for path in paths.values() for operation in path.values())
    assert "/api/v1/events/{slug}/suggestions/" in paths


def test_what_the_api_says_of_people_is_kept_by_no_cache(forum):
    event, me, other = forum
    for address in ("events/", f"events/{event.slug}/suggestions/", f"events/{event.slug}/people/{other.pk}/"):
        answer = client_of(me).get(f"/api/v1/{address}")
        assert answer["Cache-Control"] == "private, no-store"


def test_a_short_name_is_mine_to_set_and_a_program_that_does_not_know_it_leaves_it(forum):
    event, me, other = forum
    client, address = client_of(other), f"/api/v1/events/{event.slug}/profile/"
    assert client.put(address, PROFILE | {"short_name": "Rif"}, format="json").json()["short_name"] == "Rif"
    assert client.put(address, PROFILE, format="json").json()["short_name"] == "Rif"
    shown = client_of(me).get(f"/api/v1/events/{event.slug}/people/{other.pk}/").json()
    assert "Rif" in json.dumps(shown)
    assert client.put(address, PROFILE | {"short_name": ""}, format="json").json()["short_name"] == ""
