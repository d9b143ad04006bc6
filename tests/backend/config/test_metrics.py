"""/metrics, the status behind it, ids of requests, and logs as JSON: for whoever runs Titian, of nobody."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from backend.config.logs import JsonFormatter, logging_settings, request_id
from backend.config.request_log import Observed, view_name
from backend.config.shared_counts import FOLDER_ENV, share_counts
from backend.config.status import problems_of, status_at
from backend.core.models import StepFailure
from backend.core.queue import QUEUES
from backend.core.routes import match_of
from tests.factories import make_event, make_run
from tests.servers import address_of_the_database, get, web_process

TOKEN = "s3cr3t"


@pytest.fixture
def metrics(db: None, client: Client, settings: Settings, tmp_path: Path) -> dict[str, float]:
    """What is told, by name with labels, of an installation with jobs, a list and a backup."""
    settings.TITIAN_MONITOR_TOKEN, settings.BACKUPS = TOKEN, tmp_path
    (tmp_path / f"titian-{timezone.now() - dt.timedelta(hours=1):%Y%m%dT%H%M%SZ}.tar").touch()
    make_run(make_event(), {}, report={"seconds": [["pairs", 1.5]]})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at, status) values "
            "('urgent', 'a', now() - interval '90 seconds', 'todo'), "
            "('mail', 'b', now() + interval '1 hour', 'todo'), ('default', 'c', null, 'failed')"
        )
        cursor.execute(
            "insert into core_abandonedjob (key, times, abandoned_at, job) "
            "select 'c', 3, now(), id from procrastinate_jobs where task_name = 'c'"
        )
    StepFailure.objects.create(step="notifications.remind_people", failed=2, failed_at=timezone.now())
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return {
        sample.name + "".join(f"{{{key}={value}}}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_jobs_mails_lists_database_and_backups_are_counted(metrics: dict[str, float]) -> None:
    assert metrics["titian_database_up"] == metrics["titian_database_migrated"] == 1
    assert metrics["titian_jobs{queue=urgent}{state=ready}"] == 1
    assert metrics["titian_jobs{queue=mail}{state=later}"] == 1
    assert metrics["titian_jobs{queue=default}{state=failed}"] == metrics["titian_jobs_given_up"] == 1
    assert metrics["titian_rows_failed_total{step=notifications.remind_people}"] == 2
    assert 90 <= metrics["titian_oldest_job_seconds{queue=urgent}"] < 600
    assert metrics["titian_lists_stage_seconds{stage=pairs}"] == 1.5
    assert 3600 <= metrics["titian_backup_age_seconds"] < 4200
    assert metrics["titian_database_bytes"] > 1e6
    assert {f"titian_jobs{{queue={queue}}}{{state=ready}}" for queue in QUEUES} <= metrics.keys()


def test_each_alert_is_on_figures_that_are_told(metrics: dict[str, float]) -> None:
    rules = yaml.safe_load((project.BASE_DIR / "deploy" / "alerts.yml").read_text())
    told = {name.partition("{")[0] for name in metrics} | {
        "titian_requests_total",  # from the first request to a web process on
        "titian_request_seconds_bucket",
        "titian_worker_heartbeat_seconds",  # from the first worker on, and mails from the first mail
        "titian_last_mail_sent_seconds",
        "titian_last_mail_failed_seconds",
    }
    (group,) = rules["groups"]
    for rule in group["rules"]:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        assert set(re.findall(r"titian_\w+", rule["expr"])) <= told, rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Token s3cr3t"])
def test_without_the_token_nothing_is_told(db: None, client: Client, settings: Settings, given: str) -> None:
    settings.TITIAN_MONITOR_TOKEN, settings.TITIAN_IS_LOCAL = TOKEN, True
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == 403
    assert b"titian_" not in answer.content


def test_without_a_token_it_is_told_to_this_machine_alone(db: None, client: Client, settings: Settings) -> None:
    settings.TITIAN_MONITOR_TOKEN = ""
    for is_local, status in ((True, 200), (False, 403)):
        settings.TITIAN_IS_LOCAL = is_local
        assert client.get("/metrics").status_code == status


@pytest.mark.django_db
def test_what_needs_somebody_is_named(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUPS = tmp_path
    now = timezone.now()
    assert set(problems_of(status_at(now), now)) == {"worker_silent", "backup_old"}
    (tmp_path / f"titian-{now:%Y%m%dT%H%M%SZ}.tar").touch()
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")
        assert problems_of(status_at(now), now) == []
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at, status) values "
            "('urgent', 'a', now() - interval '2 minutes', 'todo'), "
            "('plans', 'a', now() - interval '2 hours', 'todo'), ('mail', 'b', null, 'failed')"
        )
        cursor.execute(
            "insert into procrastinate_events (job_id, type) select id, 'failed' from procrastinate_jobs "
            "where status = 'failed'"
        )
    assert problems_of(status_at(now), now) == ["codes_wait", "work_waits", "jobs_failed"]


@pytest.mark.slow
def test_a_web_process_counts_requests_by_page_and_gives_each_an_id(transactional_db: None) -> None:
    given = {"TITIAN_MONITOR_TOKEN": TOKEN, "TITIAN_LOGS": "json"}
    with web_process(address_of_the_database(), **given) as (port, _process):
        first, second = get(port, "/e/no-forum/people/77/"), get(port, "/nowhere?q=siti@example.org")
        named = get(port, "/healthz", {"X-Request-ID": "chosen-by-a-client"})
        told = get(port, "/metrics", {"Authorization": f"Bearer {TOKEN}"}).body.decode()  # type: ignore[attr-defined]
    ids = [answer.headers["X-Request-ID"] for answer in (first, second, named)]
    assert len(set(ids)) == 3
    assert "chosen-by-a-client" not in ids
    assert re.search(r'titian_requests_total\{method="GET",status="\d+",view="person"\} 1.0', told)
    assert 'view="nowhere"' in told
    assert "_created" not in told
    assert "siti" not in told
    assert "no-forum" not in told


@pytest.mark.slow
def test_each_of_several_web_processes_tells_what_all_of_them_counted(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_ENV, "")  # restored at the end
    share_counts(tmp_path / "metrics")
    database, given = address_of_the_database(), {"TITIAN_MONITOR_TOKEN": TOKEN}
    with web_process(database, **given) as (first, _one), web_process(database, **given) as (second, _other):
        for port in (first, second):
            get(port, "/nowhere")
            get(port, "/nowhere")
        answer = get(first, "/metrics", {"Authorization": f"Bearer {TOKEN}"})
    told = answer.body.decode()  # type: ignore[attr-defined]
    assert 'titian_requests_total{method="GET",status="404",view="nowhere"} 4.0' in told
    assert "titian_database_up 1.0" in told


def test_an_id_is_taken_from_the_proxy_alone_and_is_in_the_log(settings: Settings) -> None:
    seen = []

    def application(_environment: dict[str, object], start: object) -> list[bytes]:
        seen.append(request_id.get())
        start("200 OK", [("X-Request-ID", "another")])  # type: ignore[operator]
        return []

    def ask() -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = []
        environment = {"PATH_INFO": "/healthz", "REQUEST_METHOD": "GET", "HTTP_X_REQUEST_ID": "of-the-proxy"}
        Observed(application)(environment, lambda _status, given: headers.extend(given))
        return headers

    settings.TITIAN_HTTPS = False
    (own,) = ask()
    settings.TITIAN_HTTPS = True
    assert ask() == [("X-Request-ID", "of-the-proxy")]
    assert seen == [own[1], "of-the-proxy"]
    assert request_id.get() == ""


def test_an_address_is_named_by_its_page() -> None:
    names = {
        path: view_name(path, match_of(path))
        for path in ("/e/forum/people/7/", "/static/css/base.css", "/e/forum/siti@example.org")
    }
    assert list(names.values()) == ["person", "static", "nowhere"]


def test_a_line_of_json_holds_the_id_and_nobody() -> None:
    formatter = JsonFormatter()
    given = request_id.set("abc")
    try:
        raise ValueError("siti@example.org")
    except ValueError as error:
        record = logging.LogRecord(
            "backend", logging.ERROR, "f", 1, "to %s at /answer/xyz/", ("a@b.org",),
            (ValueError, error, error.__traceback__),
        )  # fmt: skip
        record.fields = {"ms": 3}
        line = formatter.format(record)
    finally:
        request_id.reset(given)
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "to (address) at answer"
    assert (told["level"], told["logger"], told["request"], told["ms"]) == ("ERROR", "backend", "abc", 3)
    assert "(address)" in told["trace"]
    assert "siti" not in line
    assert dt.datetime.fromisoformat(told["time"]).tzinfo is not None


def test_a_line_for_each_request_is_written_as_json_alone() -> None:
    assert logging_settings(as_json=True)["loggers"]["backend.requests"]["level"] == "INFO"
    assert logging_settings(as_json=False)["loggers"]["backend.requests"]["level"] == "WARNING"
