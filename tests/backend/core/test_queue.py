"""Jobs in their queues: rolled back with the change, also in the worker, and none held up by another kind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import psutil
import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from backend.booking.models.notices import Delivery
from backend.booking.services.notices import SEND_NOTICE
from backend.config.status import problems_of, status_at
from backend.core.errors import NotFound
from backend.core.queue import CODES, MAIL, MAX_ABANDONED, QUEUES, SMALL_WORK, WORK, enqueue, try_job_again
from backend.events.services.changes import ATTENDEES_CHANGED, announce_changes
from backend.programme.models import Plan
from backend.programme.services import drafting
from backend.suggestions.services.runs import BUILD_SUGGESTIONS, queue_build
from tests.backend.conftest import Forum
from tests.backend.notifications.services.test_notices import _real_mail, forum  # noqa: F401 - fixtures
from tests.factories import make_attendees, make_event
from tests.refusals import refuses
from tests.smtp import MailServer
from tests.worker import do_jobs, kill_worker_at_work, next_job, waiting_jobs, workers_at_work

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30  # seconds until a test that hangs fails


@pytest.fixture
def task() -> Iterator[Callable[..., str]]:
    """Makes a function a task of some queue until the test ends, and gives its name."""
    names = []

    def register(function: Callable[[], None], queue: str = WORK) -> str:
        names.append(f"tests.{function.__name__}")
        app.task(name=names[-1], queue=queue)(function)
        return names[-1]

    app.perform_import_paths()
    yield register
    for name in names:
        del app.tasks[name]


@pytest.mark.slow
def test_a_mail_server_that_holds_its_mails_holds_up_no_computation(
    forum: Forum,  # noqa: F811
    post: MailServer,
    settings: object,
    task: Callable[..., str],
) -> None:
    settings.EMAIL_TIMEOUT = PATIENCE  # type: ignore[attr-defined]
    me, *others = [*forum.people, *forum.join(2)]
    computed = threading.Event()
    compute = task(lambda: computed.set() if post.mails == [] else None)
    post.gate.clear()
    with workers_at_work():
        for other in others:
            forum.ask(me, other)
        for _ in range(QUEUES[MAIL]):
            assert post.arrived.acquire(timeout=PATIENCE)
        enqueue(compute, lock="matching")
        assert computed.wait(PATIENCE)
        assert post.mails == []
        post.gate.set()
        for _ in others:
            assert post.taken.acquire(timeout=PATIENCE)
    assert sorted(mail["To"] for mail in post.mails) == sorted(other.person.email for other in others)
    assert list(Delivery.objects.values_list("state", "attempts")) == [("sent", 1)] * len(others)
    assert waiting_jobs("notifications.send_notice") == []


@pytest.mark.slow
def test_a_long_computation_holds_up_no_mail(
    forum: Forum,  # noqa: F811
    post: MailServer,
    task: Callable[..., str],
) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def compute() -> None:
        begun.set()
        assert may_end.wait(PATIENCE)
        ended.set()

    a, b, *_ = forum.people
    with workers_at_work():
        enqueue(task(compute), lock="matching")
        assert begun.wait(PATIENCE)
        forum.accept(b, forum.ask(a, b, forum.slots[0]))
        assert post.taken.acquire(timeout=PATIENCE)
        assert post.taken.acquire(timeout=PATIENCE)
        assert not ended.is_set()
        may_end.set()
        assert ended.wait(PATIENCE)
    assert {mail["To"] for mail in post.mails} >= {a.person.email, b.person.email}


def test_a_code_is_sent_while_every_other_place_of_the_worker_is_taken(task: Callable[..., str]) -> None:
    begun, may_end, sent = threading.Semaphore(0), threading.Event(), threading.Event()

    def wait() -> None:
        begun.release()
        may_end.wait(3 * PATIENCE)

    def send() -> None:
        sent.set()

    others = {queue: places for queue, places in QUEUES.items() if queue != CODES}
    name = task(wait)
    for queue, places in others.items():
        for number in range(places):
            enqueue(name, lock=f"{queue} {number}", queue=queue)
    with workers_at_work():
        try:
            for _ in range(sum(others.values())):
                assert begun.acquire(timeout=PATIENCE)
            enqueue(task(send, CODES), lock="code", queue=CODES)
            assert sent.wait(PATIENCE)
        finally:
            may_end.set()


@pytest.mark.slow
def test_a_job_queued_by_a_job_comes_and_goes_with_its_change(task: Callable[..., str]) -> None:
    done, seen_before = [], []

    def follow() -> None:
        done.append("followed")

    following = task(follow)

    def change() -> None:
        with transaction.atomic():
            enqueue(following, lock="a")
            seen_before.append(_seen_by_others(following))

    def change_in_vain() -> None:
        with transaction.atomic():
            enqueue(following, lock="a")
            transaction.set_rollback(True)

    for function in (change, change_in_vain):
        enqueue(task(function), lock="b")
    do_jobs()
    assert (seen_before, done) == ([0], ["followed"])


def _seen_by_others(name: str) -> int:
    """How many jobs of this name another connection sees."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs where task_name = %s", [name])
            return int(cursor.fetchone()[0])
    finally:
        other.close()


def test_time_goes_on_while_mails_wait_for_a_silent_server_and_at_most_one_of_its_jobs_waits() -> None:
    app.perform_import_paths()
    for number in range(2 * QUEUES[MAIL]):
        enqueue(SEND_NOTICE, lock=f"mail:{number}", queue=MAIL, notice_id=number)
    assert [next_job(MAIL) for _ in range(QUEUES[MAIL])] == [SEND_NOTICE] * QUEUES[MAIL]
    for name in ("setup.run_meeting_deadlines", "safeguarding.alert_all_leads", "core.requeue_abandoned_jobs"):
        task = app.tasks[name]
        task.defer(timestamp=0)
        with pytest.raises(AlreadyEnqueued), transaction.atomic():
            task.defer(timestamp=60)
        assert next_job(task.queue) == name


def test_a_plan_being_drafted_and_a_build_that_waits_hold_up_no_refresh() -> None:
    drafting.order_solving(Plan(pk=1, event_id=1, round=1))
    enqueue(BUILD_SUGGESTIONS, lock="matching:2", queue=SMALL_WORK, event_id=2)
    announce_changes(1)
    assert next_job(SMALL_WORK) == ATTENDEES_CHANGED


def test_a_small_forum_has_a_queue_that_no_large_one_holds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.events.services.changes.SMALL_FORUM", 2)
    large, small = make_event("large"), make_event("small")
    make_attendees(large, [{}, {}, {}])
    make_attendees(small, [{}, {}])
    for event in (large, small):
        queue_build(event=event)
        announce_changes(event.pk)
    jobs = ProcrastinateJob.objects.filter(task_name__in=[BUILD_SUGGESTIONS, ATTENDEES_CHANGED])
    assert {(job.queue_name, job.lock) for job in jobs} == {
        (WORK, f"matching:{large.pk}"),
        (SMALL_WORK, f"matching:{small.pk}"),
    }
    assert (next_job(WORK), next_job(SMALL_WORK)) == (ATTENDEES_CHANGED, ATTENDEES_CHANGED)


def test_some_worker_looks_after_the_queue_of_every_task() -> None:
    app.perform_import_paths()
    assert {task.queue for task in app.tasks.values()} | {SMALL_WORK} == {"builtin", *QUEUES}


@pytest.mark.slow
def test_what_a_computation_no_longer_uses_goes_back_to_the_system(task: Callable[..., str]) -> None:
    held, seen = [], []
    ended = threading.Event()

    def computes() -> None:
        blocks = [bytes(1_000) for _ in range(100_000)]
        held.append(blocks[-1])  # beside what is free, so that the C library keeps it
        seen.append(psutil.Process().memory_info().rss)

    def comes_next() -> None:
        seen.append(psutil.Process().memory_info().rss)
        ended.set()

    names = [task(computes), task(comes_next)]
    with workers_at_work():
        for name in names:
            enqueue(name, lock="")
        assert ended.wait(PATIENCE)
    assert seen[0] - seen[1] > 50_000_000


@pytest.mark.slow
def test_queueing_a_job_does_not_load_the_matching() -> None:
    """In a process of its own, as one that serves pages."""
    code = (
        "import django, sys; django.setup()\n"
        "from unittest.mock import patch\n"
        "from backend.core import queue\n"
        "from django.db import transaction\n"
        "with patch.object(queue._jobs, 'defer_job'), patch.object(transaction, 'atomic'):\n"
        "    queue.enqueue('events.attendees_changed', lock='a', event_id=1)\n"
        "print([name for name in ('scipy', 'networkx', 'backend.suggestions.jobs') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.BASE_DIR, env={"DJANGO_SETTINGS_MODULE": "backend.config.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.parametrize("queued_beside", [False, True], ids=["alone", "another waits"])
def test_a_job_that_ends_its_worker_each_time_is_given_up_and_done_where_somebody_asks(
    task: Callable[..., str], caplog: pytest.LogCaptureFixture, queued_beside: bool
) -> None:
    """Nor is another queued that does the same, as every change of a profile and every minute would."""
    done: list[str] = []
    name = task(lambda: done.append("done"))
    enqueue(name, lock="a", once="a")
    for _ in range(MAX_ABANDONED):
        assert kill_worker_at_work(WORK, then=lambda: queued_beside and enqueue(name, lock="a", once="a")) == name
    enqueue(name, lock="a", once="a")
    do_jobs(silent_for=0)
    assert (done, ProcrastinateJob.objects.filter(task_name=name).count()) == ([], 1)
    assert "3 times: given up" in caplog.text
    status = status_at(timezone.now())
    (failed,) = status.failed_jobs
    assert (failed.task, failed.abandoned) == (name, MAX_ABANDONED)
    assert "jobs_given_up" in problems_of(status, timezone.now())

    try_job_again(failed.id)
    for _ in range(MAX_ABANDONED - 1):  # as often as a new one
        kill_worker_at_work(WORK)
    do_jobs()
    assert (done, status_at(timezone.now()).failed_jobs) == (["done"], [])
    with pytest.raises(NotFound):
        try_job_again(failed.id)


def test_a_job_given_up_holds_back_no_other_of_its_lock(task: Callable[..., str]) -> None:
    done: list[str] = []
    enqueue(task(lambda: None), lock="a")
    for _ in range(MAX_ABANDONED):
        kill_worker_at_work(WORK)
    (failed,) = status_at(timezone.now()).failed_jobs

    def follow() -> None:
        done.append("followed")

    enqueue(task(follow), lock="a")
    do_jobs()
    assert done == ["followed"]
    try_job_again(failed.id)
    assert ProcrastinateJob.objects.get(pk=failed.id).lock == "a"


def test_a_failed_job_is_not_tried_beside_another_that_does_the_same(task: Callable[..., str]) -> None:
    def fail() -> None:
        raise ValueError

    name = task(fail)
    enqueue(name, lock="a", once="a")
    do_jobs()
    (failed,) = status_at(timezone.now()).failed_jobs
    enqueue(name, lock="a", once="a")
    with refuses("already_waiting"):
        try_job_again(failed.id)
