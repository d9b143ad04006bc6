"""Long work becomes a job: who asked sees how far it is, and fetches once what it made."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.events.models import LongJob
from tests.frontend.conftest import Cast, client_of
from tests.long_jobs import do_long_jobs
from tests.pages import page_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(cast: Cast) -> Client:
    return client_of(cast.organiser.person)


def test_a_download_becomes_a_job_that_is_shown_and_whose_file_is_fetched_once(
    cast: Cast, olga: Client
) -> None:
    started = olga.get(cast.address("attendees/files/attendees.csv"))
    job = LongJob.objects.get()
    place = cast.address(f"jobs/{job.pk}/")
    assert (started.status_code, started["Location"]) == (302, place)
    waiting = page_of(olga.get(place))
    assert waiting.text_of("h1") == "A file of the attendees"
    assert waiting.attribute("noscript meta", "content") == "2"
    assert waiting.attribute("#long-job", "hx-get") == place
    do_long_jobs()
    ready = olga.get(place, headers=HTMX).content.decode()
    assert "attendees.csv is ready" in ready
    assert "hx-get" not in ready
    file = olga.get(f"{place}answer/")
    assert file["Content-Disposition"] == f'attachment; filename="{cast.event.slug}-attendees.csv"'
    assert "Mali Wongsa" in file.content.decode("utf-8-sig")
    assert file["Cache-Control"] == "private, no-store"
    assert olga.get(f"{place}answer/").status_code == 404
    assert "kept no longer" in olga.get(place).content.decode()
