"""The load's verdict counts what it should, and the command runs real processes to get it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from backend.benchmarks.load.clients import Ledger
from backend.benchmarks.load.verdict import judge
from backend.core.errors import BusinessError
from backend.meetings.models import Meeting, Notice


@pytest.fixture
def kept(forum):
    """A request and its acceptance, and the ledger of a client who was told of both."""
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], key="k"))
    ledger = Ledger(seconds=2.0, latencies=[0.001 * n for n in range(1, 101)])
    ledger.requested["k"] = (meeting.pk, a.pk)
    ledger.accepted[meeting.pk] = meeting.period.lower.isoformat()
    return meeting, ledger


@pytest.mark.django_db
def test_kept_promises_pass_and_the_figures_are_those_of_the_calls(kept):
    _, ledger = kept
    verdict = judge(ledger, requests=1)
    assert verdict.is_passed
    assert (verdict.requests, verdict.accepted, verdict.rps) == (1, 1, 50.0)
    assert (verdict.p50_ms, verdict.p95_ms, verdict.p99_ms) == (50.0, 95.0, 99.0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "loss",
    ["meeting", "slot", "state", "asker", "mail", "answer", "error"],
    ids=lambda loss: f"a lost {loss}",
)
def test_every_broken_promise_is_counted(kept, loss):
    meeting, ledger = kept
    if loss == "meeting":
        Meeting.objects.all().delete()
    elif loss == "slot":
        ledger.accepted[meeting.pk] = "2026-12-09T00:00:00+00:00"
    elif loss == "state":
        ledger.ended[meeting.pk] = "cancelled"
    elif loss == "asker":
        ledger.requested["k"] = (meeting.pk, 0)
    elif loss == "mail":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        assert Notice.objects.count() == 3
    elif loss == "answer":
        ledger.unanswered = 1
    else:
        ledger.errors = 1
    verdict = judge(ledger, requests=1)
    assert not verdict.is_passed
    assert (verdict.errors_5xx > 0) == (loss == "error")
    assert (verdict.lost > 0) == (loss != "error")


@pytest.mark.parametrize(
    "options", [{"people": 1}, {"requests": 0}, {"workers": 65}, {"json": "/no/such/folder/file.json"}]
)
def test_a_load_that_makes_no_sense_is_refused_before_anything_starts(options):
    with pytest.raises(BusinessError) as caught:
        call_command("load_meetings", **options)
    assert caught.value.code == "bad_load"


@pytest.mark.django_db(transaction=True)
def test_a_small_load_with_a_killing_half_way_loses_nothing(tmp_path):
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
