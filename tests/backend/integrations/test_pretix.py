"""People from pretix: what a pretix 2026.8 answered to `tests/peers/record.py`, over real HTTPS."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from backend.core.outgoing import AddressRefused, PeerFailed
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services import json_server, pretix
from backend.integrations.services.sources import SourceData, change_source, choose_columns
from backend.privacy.services.leaving import erase_account
from tests.backend.integrations.test_syncing import tables
from tests.https import Answer, Asked
from tests.registrations import Shop

FOLDER: Path = settings.BASE_DIR / "tests" / "fixtures" / "pretix"
API = "/api/v1/organizers/peer/events/forum/"
Recorded = dict[str, list[dict[str, Any]]]


def recorded(name: str) -> Recorded:
    found: Recorded = json.loads((FOLDER / name).read_text())
    return found


def answering(found: Recorded) -> Callable[[Asked], Answer]:
    """As pretix answers: by page, to its token alone."""

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != "Token very-secret":
            return Answer(b'{"detail": "Invalid token."}', status=401)
        name = asked.path.removeprefix(API).strip("/")
        if name not in found:
            return Answer(status=404)
        [page] = asked.query["page"]
        return Answer(json.dumps(found[name][int(page) - 1]).encode())

    return answer


@pytest.fixture
def pretix_shop(shop: Shop) -> Shop:
    """The source is a pretix event, in which one product is for minors."""
    found = recorded("first.json")
    [youth] = [one["id"] for one in found["items"][0]["results"] if one["name"]["en"] == "Young delegate"]
    data = SourceData(
        kind="pretix", name="Registration", address=shop.peer.address("/peer/forum/"), token="very-secret",
        minor_products=(youth,),
    )  # fmt: skip
    shop.source = change_source(
        event=shop.event, source_id=shop.source.pk, data=data, by=shop.organiser.person, now=shop.now
    )
    shop.peer.answer = answering(found)
    return shop


def test_a_whole_registration_is_read_changed_cancelled_passed_on_and_read_again(pretix_shop: Shop) -> None:
    shop = pretix_shop
    preview = shop.sync(dry_run=True)
    report = shop.sync()
    assert preview.counts == report.counts
    assert report.counts.values() == {
        "added": 118, "updated": 0, "unchanged": 0, "taken_out": 0, "to_decide": 2, "left_out": 4,
    }  # fmt: skip
    assert sorted(one.reason for one in report.left_out) == [
        "an add-on of another ticket", "an order of the test mode", "an order that is not paid",
        "no e-mail address",
    ]  # fmt: skip
    assert [one.row.email for one in report.sharing] == ["office@example.org"] * 2
    first = shop.attendee(1)
    assert (first.name, first.country, first.languages) == ("Given1 Family1", "Thailand", ["en", "th"])
    assert (first.organisation.name, first.seeks) == ("Organisation 1", "A partner for plan 1")
    assert set(Attendee.objects.exclude(pk=shop.organiser.pk).values_list("age_class", flat=True)) == {"unknown"}

    before = tables()
    again = shop.sync(by=False)
    assert (again.counts.unchanged, again.counts.added, again.counts.updated) == (118, 0, 0)
    assert tables() == before

    erased = shop.attendee(60).person
    erase_account(person=erased, is_confirmed=True, by=erased, now=shop.now)
    shop.peer.answer = answering(recorded("second.json"))
    report = shop.sync(by=False)
    assert report.counts.values() == {
        "added": 2, "updated": 12, "unchanged": 98, "taken_out": 5, "to_decide": 5, "left_out": 6,
    }  # fmt: skip
    emails = shop.emails()
    assert not emails & {f"person{number}@example.org" for number in (21, 22, 23, 24, 25, 60)}
    assert {"successor0@example.org", "successor1@example.org", "person31@example.org"} <= emails
    assert shop.named("successor0@example.org").seeks == ""
    assert shop.attendee(11).organisation.name == "Another organisation"
    assert shop.attendee(41).age_class == "minor"
    assert len(report.passed_on) == 2
    before = tables()
    assert shop.sync(by=False).counts.to_decide == 5
    assert tables() == before


def test_what_pretix_is_not_asked_for_is_neither_stored_nor_logged(
    pretix_shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = recorded("first.json")
    for page in found["orders"]:
        for order in page["results"]:
            order |= {"secret": "qxsecret", "email": "qxpayer@example.com", "payments": [{"info": "qxpaid"}]}
            for position in order["positions"]:
                position |= {"secret": "qxticket", "seat": {"name": "qxseat"}, "street": "qxstreet"}
    pretix_shop.peer.answer = answering(found)
    pretix_shop.sync()
    asked = [one for one in pretix_shop.peer.asked if one.path.endswith("/orders/")]
    assert {"secret", "payments", "positions.secret"} <= set(asked[0].query["exclude"])
    assert [one.query["page"] for one in asked] == [["1"], ["2"], ["3"]]
    with connection.cursor() as cursor:
        cursor.execute("select args::text from procrastinate_jobs")
        jobs = repr(cursor.fetchall())
    everything = repr(tables()) + repr(list(Source.objects.values())) + jobs + caplog.text
    for word in ("qxsecret", "qxpayer", "qxpaid", "qxticket", "qxseat", "qxstreet", "very-secret"):
        assert word not in everything, word


def test_a_ticket_is_a_sector_and_one_product_is_read_where_organisers_say_so(pretix_shop: Shop) -> None:
    shop = pretix_shop
    columns = {"ticket": "sector", "sector": "", "organisation": "organisation"}
    choose_columns(event=shop.event, source_id=shop.source.pk, columns=columns, by=shop.organiser.person)
    Source.objects.update(takes_unpaid=True)
    assert shop.sync(dry_run=True).counts.added == 119
    Source.objects.update(products=[9_999_999], takes_unpaid=False)
    assert shop.sync(dry_run=True).counts.added == 0
    Source.objects.update(products=[])
    found = deepcopy(recorded("first.json"))
    found["items"][0]["results"][0]["name"] = {"en": "Academia"}
    shop.peer.answer = answering(found)
    shop.sync()
    assert shop.attendee(1).organisation.sector.key == "academia"


def test_data_fields_are_read_where_pretix_has_them(pretix_shop: Shop) -> None:
    """Made by the documentation of pretix 2027.1."""
    found = recorded("first.json")
    for page in found["questions"]:
        for row in page["results"]:
            row["internal_name"] = row.pop("question")["en"]
    found["datafields/position"] = found.pop("questions")
    pretix_shop.peer.answer = answering(found)
    assert pretix_shop.sync().counts.added == 118
    assert pretix_shop.attendee(1).seeks == "A partner for plan 1"


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b"not json", b'{"results": {}}', b'{"results": [1]}', b"[" * 100_000]
)
def test_what_is_not_as_pretix_answers_changes_nobody(pretix_shop: Shop, content: bytes) -> None:
    pretix_shop.peer.answer = lambda _asked: Answer(content)
    with pytest.raises(PeerFailed, match="not what its kind answers"):
        pretix_shop.sync(by=False)
    assert pretix_shop.emails() == set()


def test_an_order_of_another_shape_changes_nobody(pretix_shop: Shop) -> None:
    found = recorded("first.json")
    for wrong in ({"positions": None}, {"positions": [{"answers": "none"}]}):
        broken = deepcopy(found)
        broken["orders"][2]["results"][-1] |= wrong
        pretix_shop.peer.answer = answering(broken)
        with pytest.raises(PeerFailed):
            pretix_shop.sync(by=False)
    assert pretix_shop.emails() == set()


def test_pages_without_end_are_ended(pretix_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_server, "MAX_PAGES", 5)
    page = json.dumps({"results": [], "next": "https://127.0.0.1/somewhere/else/"}).encode()
    pretix_shop.peer.answer = lambda _asked: Answer(page)
    with pytest.raises(PeerFailed, match="more than 5 pages"):
        pretix_shop.sync()
    assert len(pretix_shop.peer.asked) == 5


def test_the_whole_reading_has_an_end(pretix_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_server, "READING_SECONDS", -1.0)
    with pytest.raises(PeerFailed, match="did not answer in time"):
        pretix_shop.sync()
    assert pretix_shop.peer.asked == []


def test_only_the_address_of_an_event_is_one() -> None:
    whole = "https://pretix.example.org/api/v1/organizers/a/events/b/"
    for address in ("https://pretix.example.org/a/b", "https://pretix.example.org/a/b/", whole, whole[:-1]):
        assert pretix.api_address(address) == whole
    for address in ("https://pretix.example.org/", "https://pretix.example.org/a/b/c/"):
        with pytest.raises(AddressRefused):
            pretix.api_address(address)
