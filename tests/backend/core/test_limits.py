"""What is done too often is counted in the database, by account and by address, and refused with a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.config.middleware import address_of
from backend.core.limits import LIMITS, Kind, Limit, TooOften, client_address, count_use, delete_ended_uses
from backend.core.models import UseCount
from tests.factories import NOW, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def from_a_venue() -> Iterator[None]:
    before = client_address.set(lambda: "192.0.2.1")
    yield
    client_address.reset(before)


def is_allowed(kind: Kind, account: object) -> bool:
    try:
        count_use(kind, account=account)
    except TooOften:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_as_many_as_allowed_are_let_through() -> None:
    def use(_number: int) -> bool:
        try:
            return is_allowed(Kind.SIGN_IN, "one")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(24))) == 5
    assert is_allowed(Kind.SIGN_IN, "another")


def test_an_address_is_counted_over_all_its_accounts(from_a_venue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, Kind.SEARCHED, (Limit(600, by_account=2, by_address=5),))
    assert [is_allowed(Kind.SEARCHED, account) for account in (1, 1, 1, 2, 2, 3)] == [
        True, True, False, True, True, False,
    ]  # fmt: skip


def test_one_act_is_one_statement_and_names_nobody(from_a_venue: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        count_use(Kind.SEARCHED, account="somebody@example.org")
    assert len(queries) == 1
    kept = list(UseCount.objects.values_list("key", "count"))
    assert len(kept) == 4  # by minute and hour, account and address
    assert not any(word in key for key, _count in kept for word in ("@", ".", "somebody"))


def test_the_refusal_says_when_to_try_again_and_then_it_counts_anew(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    for _time in range(5):
        count_use(Kind.SIGN_IN, account=1)
    time_machine.move_to(NOW + dt.timedelta(minutes=59), tick=False)  # type: ignore[attr-defined]
    with pytest.raises(TooOften) as refused:
        count_use(Kind.SIGN_IN, account=1)
    assert refused.value.retry_after == 60
    time_machine.move_to(NOW + dt.timedelta(hours=1), tick=False)  # type: ignore[attr-defined]
    count_use(Kind.SIGN_IN, account=1)
    assert UseCount.objects.get().count == 1


def test_what_has_ended_is_deleted_and_nothing_else(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    count_use(Kind.SIGN_IN, account=1)
    count_use(Kind.READ_ALONG, account=1)
    assert delete_ended_uses(now=timezone.now() + dt.timedelta(minutes=1)) == 1
    assert UseCount.objects.count() == 1


@pytest.mark.parametrize(
    ("meta", "address"),
    [
        ({"REMOTE_ADDR": "192.0.2.7"}, "192.0.2.7"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"),
        ({"REMOTE_ADDR": ""}, ""),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, "192.0.2.7"),
    ],
)
def test_the_address_is_the_client_s_and_of_ipv6_the_network(meta: dict[str, str], address: str) -> None:
    assert address_of(RequestFactory().get("/", **meta)) == address


def test_behind_the_proxy_the_address_is_the_one_that_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.app_settings.TRUSTED_PROXY_COUNT", 1, raising=False)
    forwarded = "203.0.113.9, 198.51.100.1"
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == "198.51.100.1"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "kind"), [("", Kind.PROFILE_READ), ("ask/", Kind.MEETING_ASKED), ("wish/", Kind.MESSAGE_SENT)]
)
def test_a_page_asked_for_too_often_is_refused_with_a_time_and_the_api_counts_along(page: str, kind: Kind) -> None:
    event = make_event()
    me, other = make_attendee(event), make_attendee(event)
    client, address = client_of(me.person), f"/e/{event.slug}/people/{other.pk}/{page}"
    for _time in range(LIMITS[kind][0].by_account):
        count_use(kind, account=me.person_id)
    refused = client.post(address) if page else client.get(address)
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 3600) == (429, True)
    if not page:
        asked = client.get(f"/api/v1/events/{event.slug}/people/{other.pk}/")
        assert (asked.status_code, asked.json()["code"], "Retry-After" in asked) == (429, "too_often", True)


def test_a_stranger_asks_for_four_codes_in_ten_minutes_whether_or_not_there_is_an_account() -> None:
    make_attendee(make_event(), email="known@example.org")
    said = []
    for email in ("known@example.org", "unknown@example.org"):
        statuses = [Client().post("/accounts/login/code/", {"email": email}) for _time in range(5)]
        assert [answer.status_code for answer in statuses] == [302] * 4 + [429]
        assert 0 < int(statuses[-1]["Retry-After"]) <= 600
        said.append(page_of(statuses[-1]).text)
    assert said[0] == said[1]
    assert "ask again in ten minutes" in said[0]
