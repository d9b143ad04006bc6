"""The handbook under /handbook/: what `make docs` wrote, or a sentence that says how to write it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from django.test import Client

from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.HANDBOOK = tmp_path / "handbook"
    return settings.HANDBOOK


def test_where_it_has_not_been_written_the_page_says_how_to(client: Client, folder: Path) -> None:
    answer = client.get("/handbook/")
    assert answer.status_code == 404
    assert "make docs writes it" in page_of(answer)
    assert "/handbook/" in [address for _, address in page_of(client.get("/")).links("footer")]


def test_pages_and_files_are_given_to_everybody_and_nothing_beside_them(client: Client, folder: Path) -> None:
    (folder / "handbook").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Titian handbook</h1>")
    (folder / "handbook" / "index.html").write_text("<h1>Parts</h1>")
    (folder / "titian.css").write_text("body {}")
    (folder.parent / "secret_key").write_text("secret")
    for page in ("", "index.html", "handbook/", "titian.css"):
        with closing(client.get(f"/handbook/{page}")) as answer:
            assert answer.status_code == 200
            text = b"".join(answer.streaming_content).decode()
            assert text == (folder / (f"{page}index.html" if page in ("", "handbook/") else page)).read_text()
            assert answer["Content-Type"] == ("text/css" if page.endswith("css") else "text/html")
    for page in ("none.html", "../secret_key", "%2e%2e/secret_key", "handbook", "/etc/passwd"):
        assert client.get(f"/handbook/{page}").status_code in {400, 404}, page
