"""The status page: for administrators alone, with what needs somebody first."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from backend.core.models import AbandonedJob, StepFailure
from backend.people.models import Person
from tests.factories import make_event, make_run
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.mark.django_db
def test_an_administrator_reads_what_needs_somebody_and_how_jobs_stand(settings: Settings, tmp_path: Path) -> None:
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


def give_up_a_job() -> int:
    """A job that ended its worker three times; its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status) values "
            "('default', 'suggestions.build', '{\"event_id\": 3}', 'todo') returning id"
        )
        (number,) = cursor.fetchone()
        cursor.execute(
            "insert into core_abandonedjob (key, times, abandoned_at, job) values ('a', 3, now(), %s)", [number]
        )
    return int(number)


@pytest.mark.django_db
def test_an_administrator_reads_of_a_job_given_up_and_has_it_tried_again() -> None:
    ada = Person.objects.create_user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)
    number, client = give_up_a_job(), client_of(ada)
    page = page_of(client.get("/forums/status/"))
    assert "A job was given up" in page.text_of("[role=alert]")
    assert "suggestions.build event_id 3" in page
    assert "The worker ended 3 times while it was at work." in page
    address = f"/forums/status/jobs/{number}/again/"
    assert address in page.attributes("main form", "action")
    assert "waits for its turn again" in page_of(client.post(address, follow=True))
    assert not AbandonedJob.objects.exists()
    assert client.post(address).status_code == 404


@pytest.mark.django_db
def test_what_failed_is_one_table_of_jobs_and_of_regular_work() -> None:
    ada = Person.objects.create_user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)
    give_up_a_job()
    StepFailure.objects.create(step="notifications.remind", failed=2, failed_at=timezone.now())
    rows = page_of(client_of(ada).get("/forums/status/")).rows("[aria-labelledby=failed]", cells="th, td")
    assert [row[0] for row in rows] == ["suggestions.build event_id 3", "notifications.remind"]
    assert rows[1][1].startswith("An error on 2 rows in all, which is in the log. The others were done.")
