"""The status page: for administrators alone, with what needs somebody first."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from backend.people.models import Person
from tests.factories import make_attendee, make_event, make_run
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.mark.django_db
def test_an_administrator_reads_what_needs_somebody_and_how_jobs_stand(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BACKUPS = tmp_path
    make_run(make_event(), {}, report={"seconds": [["pairs", 1.2]]})
    ada = Person.objects.create_user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)
    page = page_of(client_of(ada).get("/forums/status/"))
    alert = page.text_of("[role=alert]")
    assert "No worker" in alert
    assert "no backup" in alert
    rows = page.rows("main", cells="th, td")
    assert ["Sign-in codes", "0", "0 s", "0", "0", "0"] in rows
    assert ["Scoring pairs", "1.2"] in rows
    (tmp_path / f"titian-{timezone.now():%Y%m%dT%H%M%SZ}.tar").touch()
    assert "no backup" not in client_of(ada).get("/forums/status/").content.decode()


@pytest.mark.django_db
def test_to_everybody_else_it_does_not_exist() -> None:
    organiser = make_attendee(make_event(), permission="organiser")
    assert client_of(organiser.person).get("/forums/status/").status_code == 404
