"""What an attendee's pages weigh on the way: the demo's forum, over HTTP, as a browser takes them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from backend.core.routes import routes
from backend.demo.accounts import demo_accounts
from backend.demo.loading import load_demo
from backend.demo.selectors import CURRENT
from backend.events.models.attendees import Attendee
from backend.suggestions.models import Suggestion
from tests.database import count_rows_anew
from tests.factories import make_run
from tests.servers import address_of_the_database, get, web_process

pytestmark = pytest.mark.django_db(transaction=True)
COLD_BYTES, WARM_BYTES = 90_000, 25_000
ON_A_LIST = 30
FILES = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


@dataclass
class Reader:
    """An attendee whose browser takes compressed answers; it keeps styles and scripts."""

    port: int
    cookie: str
    kept: dict[str, int]

    def weight(self, path: str) -> tuple[int, int] | None:
        """Bytes of a page alone, and with its styles and scripts; None of what is no page."""
        answer = get(self.port, path, {"Accept-Encoding": "gzip", "Cookie": self.cookie})
        if answer.status != 200 or not answer.getheader("Content-Type", "").startswith("text/html"):
            return None
        body: bytes = answer.body  # type: ignore[attr-defined]
        is_packed = answer.getheader("Content-Encoding") == "gzip"
        html = (gzip.decompress(body) if is_packed else body).decode()
        files = set(FILES.findall(html))
        assert files or "<html" not in html, path
        return len(body), len(body) + sum(map(self._file, files))

    def _file(self, path: str) -> int:
        if path not in self.kept:
            answer = get(self.port, path, {"Accept-Encoding": "gzip"})
            self.kept[path] = len(answer.body)  # type: ignore[attr-defined]
        return self.kept[path]


@pytest.fixture
def reader() -> Iterator[Reader]:
    """The official of the demo, with a full list of people whose texts the reasons quote."""
    load_demo(now=timezone.now(), notify=lambda _step: None)
    person = next(one.person for one in demo_accounts() if one.key == "government")
    me = Attendee.objects.get(person=person, event__slug=CURRENT)
    others = Attendee.objects.filter(event=me.event, visibility="listed", age_class="adult")
    others = others.exclude(pk=me.pk).exclude(seeks="")[:ON_A_LIST]
    make_run(me.event, {me: list(others)})
    for row in Suggestion.objects.select_related("other"):
        texts = {"seek": me.seeks, "offer": row.other.offers}, {"offer": me.offers, "seek": row.other.seeks}
        row.reasons = [
            {"code": code, "weight": 1.0, "evidence": evidence}
            for code, evidence in zip(("seeks_offers", "offers_seeks"), texts, strict=True)
        ]
        row.save()
    count_rows_anew()
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    with web_process(address_of_the_database(), TITIAN_DEMO="1") as (port, _process):
        yield Reader(port, f"{name}={client.cookies[name].value}", {})


def pages_of_the_forum() -> list[str]:
    """Every address under a forum's that names nothing else."""
    return [
        f"/{route.replace('<slug:slug>', CURRENT)}"
        for route, _name in routes(get_resolver())
        if route.startswith("e/") and re.findall(r"<[^>]*>", route) == ["<slug:slug>"]
    ]


def test_every_page_of_an_attendee_stays_within_its_budget(reader: Reader) -> None:
    home, weights = f"/e/{CURRENT}/", {}
    for path in pages_of_the_forum():
        if (weight := reader.weight(path)) is not None:
            weights[path] = weight
    page = get(reader.port, f"{home}suggestions/", {"Cookie": reader.cookie}).body.decode()
    links = set(re.findall(rf'href="({home}people/\d+/(?:ask/)?)[?"]', page))
    assert len(links) > 10
    weights |= {path: weight for path in links if (weight := reader.weight(path)) is not None}
    heavy = {path: (warm, cold) for path, (warm, cold) in weights.items() if warm > WARM_BYTES or cold > COLD_BYTES}
    assert len(weights) > 30
    assert heavy == {}
