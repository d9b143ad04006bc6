"""The load test counts every contradiction, and the command runs real processes."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from backend.benchmarks.load.clients import ResponseLog
from backend.benchmarks.load.consistency import check_load
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.core.errors import BusinessError


@pytest.fixture
def logged(forum):
    """A request and its acceptance, and a log that holds both."""
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], key="k"))
    log = ResponseLog(seconds=2.0, latencies=[0.001 * n for n in range(1, 101)])
    log.requested["k"] = (meeting.pk, a.pk)
    log.accepted[meeting.pk] = meeting.period.lower.isoformat()
    return meeting, log


@pytest.mark.django_db
def test_a_log_the_database_agrees_with_passes(logged):
    _, log = logged
    result = check_load(log, requests=1)
    assert result.is_passed
    assert (result.requests, result.accepted, result.rps) == (1, 1, 50.0)
    assert (result.p50_ms, result.p95_ms, result.p99_ms) == (50.0, 95.0, 99.0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "loss",
    ["meeting", "slot", "state", "asker", "mail", "answer", "wait", "guest", "error"],
    ids=lambda loss: f"a lost {loss}",
)
def test_every_loss_is_counted(logged, loss):
    meeting, log = logged
    if loss == "meeting":
        Meeting.objects.all().delete()
    elif loss == "slot":
        log.accepted[meeting.pk] = "2026-12-09T00:00:00+00:00"
    elif loss == "state":
        log.ended[meeting.pk] = "cancelled"
    elif loss == "asker":
        log.requested["k"] = (meeting.pk, 0)
    elif loss == "mail":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        assert Notice.objects.count() == 3
    elif loss == "answer":
        log.unanswered = 1
    elif loss == "wait":
        log.waiting.add((meeting.asker_id, meeting.asker_id + 1))
    elif loss == "guest":
        log.office_hours[meeting.pk] = {meeting.asker_id}
    else:
        log.errors = 1
    result = check_load(log, requests=1)
    assert not result.is_passed
    assert (result.errors_5xx > 0) == (loss == "error")
    assert (result.lost > 0) == (loss != "error")


@pytest.mark.parametrize(
    "options", [{"people": 1}, {"requests": 0}, {"workers": 65}, {"rate": -1.0}, {"json": "/no/such/folder/file.json"}]
)
def test_unusable_options_are_refused_before_anything_starts(options):
    with pytest.raises(BusinessError) as caught:
        call_command("load_meetings", **options)
    assert caught.value.code == "bad_load"


@pytest.mark.django_db(transaction=True)
def test_a_small_load_with_a_kill_half_way_loses_nothing(tmp_path):
    file, out = tmp_path / "load.json", io.StringIO()
    call_command(
        "load_meetings",
        *("--people", "12", "--requests", "24", "--workers", "4", "--kill", "--json", str(file)),
        stdout=out,
        stderr=io.StringIO(),
    )
    figures = json.loads(file.read_text())
    assert json.loads(out.getvalue()) == figures
    assert set(figures) == {
        "requests",
        "accepted",
        "refused",
        "errors_5xx",
        "double_bookings",
        "lost",
        "moved",
        "waited",
        "given_a_freed_time",
        "office_hours",
        "guests",
        "rps",
        "p50_ms",
        "p95_ms",
        "p99_ms",
    }
    assert (figures["errors_5xx"], figures["double_bookings"], figures["lost"]) == (0, 0, 0)
    assert figures["accepted"] > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'titian_load_%%'", [])
        assert cursor.fetchone()[0] == 0
