"""Calendar feeds and mail deliveries over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.agenda.models import CalendarFeed
from backend.booking.models.notices import Delivery, Notice
from tests.backend.conftest import Forum, client_of
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
FEED, MAILS = "/api/v1/events/forum/calendar-feed/", "/api/v1/events/forum/meetings/mails/"


def test_an_address_is_made_once_changed_on_demand_and_closed(forum: Forum, client: Client) -> None:
    mine = client_of(forum.people[0])
    first = mine.post(FEED).json()["address"]
    assert mine.post(FEED).json()["address"] == first
    second = mine.put(FEED).json()["address"]
    path = second.removeprefix("http://127.0.0.1:8000")
    assert second != first
    assert client.get(path).status_code == 200
    assert mine.delete(FEED).status_code == 204
    assert client.get(path).status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=NOW).count() == 2


def test_only_organisers_read_what_each_side_reported_of_a_meeting(forum: Forum) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b))
    forum.now = forum.slots[-1].ends_at
    forum.attest(a, meeting, True)
    forum.attest(b, meeting, False)
    address = "/api/v1/events/forum/meetings/told/"
    assert client_of(a).get(address).status_code == 403
    (boss,) = forum.join(1, permission="organiser")
    (row,) = client_of(boss).get(address).json()
    assert (row["meeting"], row["is_disputed"]) == (meeting.pk, True)
    assert [(side["attendee"], side["word"]) for side in row["sides"]] == [(a.pk, "held"), (b.pk, "not_held")]


def test_organisers_alone_see_which_mails_fail_without_addresses_and_send_them_again(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b)
    Delivery.objects.update(state="failed", attempts=1, error="550", tried_at=NOW)
    refused = client_of(a).get(MAILS)
    assert (refused.status_code, refused.json()["code"]) == (403, "only_organisers")
    assert client_of(a).post(MAILS).status_code == 403
    (boss,) = forum.join(1, permission="organiser")
    notice = Notice.objects.get()
    seen = client_of(boss).get(MAILS)
    assert seen.json() == {
        "queued": 0,
        "sent": 0,
        "failed": 1,
        "skipped": 0,
        "in_trouble": [
            {"notice": notice.pk, "attendee": b.pk, "kind": "requested", "state": "failed", "attempts": 1,
             "error": "550", "tried_at": "2026-11-25T09:00:00Z"}
        ],
    }  # fmt: skip
    for body, answer in (({"notice": notice.pk + 1}, {"count": 0}), ({"notice": "one"}, None)):
        got = client_of(boss).post(MAILS, body, format="json")
        assert (got.status_code, got.json() if answer else None) == (200 if answer else 400, answer)
    assert client_of(boss).post(MAILS).json() == {"count": 1}
    assert client_of(boss).post(MAILS).json() == {"count": 0}
    delivery = Delivery.objects.get(notice=Notice.objects.get())
    assert (delivery.state, delivery.attempts) == ("queued", 0)
