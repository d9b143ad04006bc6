"""Two concurrent builds of one event's lists, and one that was killed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from backend.core.models import AbandonedJob
from backend.events.services.changes import matching_lock
from backend.suggestions.models import Run
from backend.suggestions.selectors.runs import current_run, run_status_for
from backend.suggestions.services.runs import build_run
from tests.database import until_waiting
from tests.factories import NOW, make_attendee, make_event

TIMEOUT = 60  # seconds until a test that hangs fails


def make_forum():
    event = make_event()
    for _ in range(3):
        make_attendee(event, seeks_topics=["sextortion"], offers_topics=["victim-support"])
    return event


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_builds_run_one_after_the_other_and_both_publish():
    event = make_forum()
    build_run(event=event, now=NOW)
    start, stages = threading.Barrier(2), []

    def build():
        try:
            start.wait(TIMEOUT)
            return build_run(event=event, now=NOW, progress=lambda stage, share: stages.append(stage)).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():  # neither can publish while the current Run's row is locked
            Run.objects.select_for_update().get(event=event, state="current")
            jobs = [pool.submit(build) for _ in range(2)]
            until_waiting(2)
        built = [job.result(TIMEOUT) for job in jobs]
    assert current_run(event).pk == max(built)
    assert sorted(Run.objects.values_list("state", flat=True)) == ["current", "retired", "retired"]
    assert stages.count("Waiting for another computation of these lists") == 1


@pytest.mark.django_db
def test_the_next_build_marks_a_killed_build_as_failed():
    event = make_forum()
    killed = Run.objects.create(event=event, model="x", started_at=NOW)
    assert run_status_for(event).is_building
    build_run(event=event, now=NOW)
    killed.refresh_from_db()
    assert killed.state == "failed"
    page = run_status_for(event)
    assert (page.is_building, page.failed_at) == (False, None)


@pytest.mark.django_db
def test_a_build_that_is_given_up_reads_as_failed():
    event = make_forum()
    killed = Run.objects.create(event=event, model="x", started_at=NOW)
    AbandonedJob.objects.create(key="x", times=3, abandoned_at=NOW, job=7, lock=matching_lock(event.pk))
    page = run_status_for(event)
    assert (page.is_building, page.failed_at) == (False, killed.started_at)
