"""Webhooks for organisers: added, tried, sent again, switched and deleted; on pages and over the API."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from backend.core.models import Act
from backend.events.models.attendees import Attendee
from backend.integrations.models import Webhook, WebhookDelivery
from backend.integrations.services.deliveries import deliver_due
from tests.factories import make_attendee, make_event, token_of
from tests.https import Answer, Asked, Peer
from tests.pages import page_of

pytestmark = pytest.mark.django_db
TYPES = ["meeting.accepted", "forum.closed"]


@pytest.fixture
def organiser() -> Attendee:
    return make_attendee(make_event(), permission="organiser", email="organiser@example.org")


def deliver() -> None:
    deliver_due(webhook_id=Webhook.objects.get().pk, now=timezone.now())


def verified(secret: str, asked: Asked) -> str:
    headers = {name.lower(): value for name, value in asked.headers.items()}
    return Verifier(secret).verify(asked.body, headers)["type"]


def test_a_webhook_is_added_tried_sent_again_and_deleted(peer: Peer, organiser, client: Client) -> None:
    client.force_login(organiser.person)
    pages = f"/e/{organiser.event.slug}/set-up/webhooks/"
    assert "No webhook yet" in page_of(client.get(pages))
    answer = client.post(f"{pages}add/", {"address": peer.address("/in"), "types": TYPES})
    secret = page_of(answer).attribute("#secret", "value")
    hook = Webhook.objects.get()
    here = f"{pages}{hook.pk}/"
    assert hook.types == TYPES
    assert not page_of(client.get(here)).has("#secret")
    client.post(f"{here}test/")
    deliver()
    assert verified(secret, peer.asked[0]) == "webhook.test"
    page = page_of(client.get(here))
    assert "webhook.test" in page
    assert "Taken · 200" in page
    client.post(f"{here}again/{WebhookDelivery.objects.get().pk}/")
    peer.answer = lambda _asked: Answer(status=500)
    deliver()
    ids = [one.headers["webhook-id"] for one in peer.asked]
    assert ids[0] == ids[1]
    page = page_of(client.get(here))
    assert "Waits · 500" in page
    assert "Nothing was taken since" in page
    assert "1 message waits" in page_of(client.get(pages))
    new = page_of(client.post(f"{here}secret/")).attribute("#secret", "value")
    assert "End the former secret" in page_of(client.get(here))
    client.post(f"{here}secret/", {"end": "1"})
    assert "Make a new secret" in page_of(client.get(here))
    client.post(f"{here}switch/", {})
    assert "Switch on" in page_of(client.get(here))
    client.post(f"{here}switch/", {"is_on": "1"})
    for one in (secret, new):
        assert one not in repr(list(Webhook.objects.values())) + repr(list(Act.objects.values()))
    client.post(f"{here}delete/")
    assert not Webhook.objects.exists()
    done = page_of(client.get(f"/e/{organiser.event.slug}/desk/done/"))
    for words in (
        "Added webhook", "Gave webhook", "Ended the former secret", "Switched webhook", "Deleted webhook",
    ):  # fmt: skip
        assert words in done


def test_what_cannot_be_is_refused_in_place(organiser: Attendee, client: Client) -> None:
    client.force_login(organiser.person)
    pages = f"/e/{organiser.event.slug}/set-up/webhooks/"
    good = {"address": "https://example.org/in", "types": TYPES}
    client.post(f"{pages}add/", good)
    here = f"{pages}{Webhook.objects.get().pk}/"
    changed = {"address": "https://example.org/other", "types": ["attendee.joined"]}
    assert client.post(here, changed).status_code == 302
    assert Webhook.objects.get().types == ["attendee.joined"]
    for wrong in ({"address": "http://example.org/"}, {"types": []}, {"types": ["all"]}):
        for address in (f"{pages}add/", here):
            answer = client.post(address, good | wrong)
            assert answer.status_code == 422, (address, wrong)
            assert page_of(answer).has(".error")
    assert client.post(f"{pages}add/", changed).status_code == 422
    assert client.get(f"{pages}{Webhook.objects.get().pk + 1}/").status_code == 404


def test_a_program_does_the_same_over_the_api(peer: Peer, organiser: Attendee, client: Client) -> None:
    api = f"/api/v1/events/{organiser.event.slug}/webhooks/"
    key = {"HTTP_AUTHORIZATION": f"Token {token_of(organiser.person, 'organise')}"}

    def call(method: str, address: str, sent: object = None) -> tuple[int, object]:
        body = {} if sent is None else {"data": json.dumps(sent), "content_type": "application/json"}
        answer = getattr(client, method)(address, **body, **key)
        return answer.status_code, answer.json() if answer.content else None

    status, made = call("post", api, {"address": peer.address("/in"), "types": TYPES})
    assert status == 201
    assert made["secret"].startswith("whsec_")
    here = f"{api}{made['webhook_id']}/"
    [row] = call("get", api)[1]
    assert (row["types"], row["state"], row["waiting"]) == (TYPES, "on", 0)
    assert "secret" not in row
    assert call("get", here)[1] == row
    sent = call("post", f"{here}deliveries/")[1]
    deliver()
    assert verified(made["secret"], peer.asked[0]) == "webhook.test"
    [taken] = call("get", f"{here}deliveries/")[1]
    assert (taken["state"], taken["answer"], taken["delivery_id"]) == ("sent", "200", sent["delivery_id"])
    assert taken["message_id"] == peer.asked[0].headers["webhook-id"]
    assert call("post", f"{here}deliveries/{sent['delivery_id']}/")[1]["state"] == "queued"
    assert call("post", f"{here}secret/")[1]["secret"] != made["secret"]
    assert call("delete", f"{here}secret/") == (204, None)
    assert call("put", f"{here}switch/", {"is_on": False})[1]["state"] == "off"
    assert call("post", f"{here}deliveries/")[1]["code"] == "webhook_off"
    changed = {"address": "https://example.org/", "types": ["forum.opened"]}
    assert call("put", here, changed)[1]["types"] == ["forum.opened"]
    assert call("put", here, {"address": "ftp://example.org/", "types": TYPES})[0] == 400
    assert call("delete", here) == (204, None)
    assert call("get", here)[0] == 404
