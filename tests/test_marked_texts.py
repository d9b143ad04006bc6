"""Every text of pages and mails comes from the catalogue, and attendees read none of the organisers' part."""

from __future__ import annotations

import logging
from collections import defaultdict

import pytest
from django.test import Client

from backend.core.models import UseCount
from tests.access_matrix import make_stage
from tests.languages import MARKED, languages_offered, write_marked
from tests.marked_texts import OwnWords, outside_marks, shown_texts
from tests.reading_everything import addresses

TEAM = {"organiser", "lead", "elsewhere", "administrator"}
EACH = 2  # addresses of a route


def test_what_stands_outside_marks_is_found() -> None:
    assert outside_marks("⟦Meet ⟦Mali⟧ now⟧ or ⟪later⟫").split() == ["or"]
    page = (
        '<p title="⟦a⟧">⟦One <b>bold</b> word⟧ left</p><p lang="th">x</p><script>y</script><img alt="Seen">'
    )
    assert [text for text in shown_texts(page) if outside_marks(text).strip()] == [
        "⟦One bold word⟧ left",
        "Seen",
    ]


@pytest.mark.slow
@pytest.mark.django_db
def test_no_page_says_anything_outside_the_catalogue(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    write_marked(tmp_path, MARKED)
    with languages_offered(tmp_path, tet="Tetun"):
        stage, clients = make_stage()
        shown: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for route, numbered in addresses(stage, 0).items():
            for role, client in clients.items():
                for address in numbered[:EACH]:
                    for text in _texts_at(client, address):
                        shown[text].add((role, route))
        own = OwnWords()
        outside = {said: sorted(shown[text])[:2] for text in shown if (said := own.unmarked(text))}
        of_organisers = {
            text: sorted(readers)[:2]
            for text, readers in shown.items()
            if "⟪" in text and {role for role, _route in readers} - TEAM
        }
    assert len(shown) > 1000
    assert outside == {}
    assert of_organisers == {}


def _texts_at(client: Client, address: str) -> list[str]:
    UseCount.objects.all().delete()
    client.raise_request_exception = False
    answer = client.get(address, headers={"Accept-Language": MARKED})
    is_page = "html" in answer.headers.get("Content-Type", "") and answer.status_code not in (301, 302)
    return shown_texts(answer.content.decode()) if is_page else []
