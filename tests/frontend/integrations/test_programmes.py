"""Programmes elsewhere for organisers: followed, decided about, forgotten; on pages and over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from backend.events.models.agenda import Session, SessionPart
from tests.factories import make_attendee, token_of
from tests.https import Answer
from tests.long_jobs import answered, do_long_jobs
from tests.pages import page_of
from tests.programmes import follow, publish, talk, titles
from tests.registrations import Shop


@pytest.fixture
def desk(shop: Shop, client: Client) -> tuple[Shop, Client, str]:
    client.force_login(shop.organiser.person)
    follow(shop, "programme", "/talks.csv")
    return shop, client, f"/e/{shop.event.slug}/attendees/sources/{shop.source.pk}/"


def read(desk: tuple[Shop, Client, str], **sent: Any) -> Any:
    _shop, client, page = desk
    return answered(client, client.post(f"{page}read/", sent))


def test_a_programme_is_read_decided_about_and_forgotten_on_pages(desk) -> None:
    shop, client, page = desk
    publish(shop, *map(talk, range(1, 13)))
    assert "12 would come in" in page_of(read(desk))
    assert titles(shop) == set()
    read(desk, confirm="1")
    assert len(titles(shop)) == 12
    publish(shop, talk(1, hour=18), talk(2, title="Renamed"), *map(talk, range(3, 6)))
    preview = page_of(read(desk))
    assert "0 would come in, 2 would change, 3 unchanged, 0 would go, 7 to decide" in preview
    for words in ("Before: Talk 2", "Talk 12", "Take these 7 sessions out of the agenda"):
        assert words in preview
    signed = preview.attribute("input[name=leaving]", "value")
    read(desk, confirm="1")
    assert len(titles(shop)) == 12
    read(desk, confirm="1", leaving=signed)
    assert len(titles(shop)) == 5
    assert "5 sessions of the agenda come from it" in page_of(client.get(page))
    shop.peer.answer = lambda _asked: Answer(b"<html>")
    refused = read(desk)
    assert refused.status_code == 400
    assert "Nothing was changed." in page_of(refused)
    gone = client.post(f"{page}delete/", follow=True)
    assert "Its sessions stay." in page_of(gone)
    assert Session.objects.count() == 5


def test_a_programme_is_followed_over_the_api(desk, client: Client) -> None:
    shop, _client, _page = desk
    publish(shop, *map(talk, range(1, 8)))
    key = {"HTTP_AUTHORIZATION": f"Token {token_of(shop.organiser.person)}"}
    api = f"/api/v1/events/{shop.event.slug}/sources/{shop.source.pk}/"

    def done(what: str, sent: dict[str, Any]) -> Any:
        answer = client.post(f"{api}{what}/", sent, content_type="application/json", **key)
        do_long_jobs()
        return client.get(answer.json()["address"] + "answer/", **key).json()

    assert done("preview", {})["counts"]["added"] == 7
    assert done("run", {})["added"] == [f"Talk {number}" for number in range(1, 8)]
    publish(shop, talk(1, hour=18))
    report = done("preview", {})
    assert (report["moved"], report["changed"], report["has_to_be_confirmed"]) == (["Talk 1"], [], True)
    ids = [one["session_id"] for one in report["leaving"]]
    assert done("run", {"taken_out": ids[:2]})["counts"]["taken_out"] == 2
    source = client.get(api, **key).json()
    assert (source["sessions"], source["people"], source["kind"]) == (5, 0, "programme")


def test_speakers_are_offered_unticked_and_those_ticked_speak(desk) -> None:
    shop, _client, _page = desk
    follow(shop, "indico_sessions", "/event/7/")
    answer = (settings.BASE_DIR / "tests" / "fixtures" / "indico" / "first.json").read_bytes()
    shop.peer.answer = lambda _asked: Answer(answer)
    make_attendee(shop.event, name="Sam Speaker", email="speaker1@example.org")
    preview = page_of(read(desk))
    assert "Sam Speaker · Word 1" in preview
    key = preview.attribute("input[name=speakers]", "value")
    assert not preview.all("input[name=speakers][checked]")
    read(desk, confirm="1")
    assert not SessionPart.objects.exists()
    read(desk, confirm="1", speakers=key)
    assert SessionPart.objects.get().attendee.name == "Sam Speaker"
