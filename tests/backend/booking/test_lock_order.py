"""One order of locks: with it reversed the database ends one of two for a deadlock; with it kept, neither."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from backend.booking.models.meetings import Meeting
from backend.booking.services import booking, requests
from backend.booking.services.availability import close_slots
from backend.core import transactions
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.roster.services import importing as importer
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.rows import COLUMNS
from backend.safeguarding.models import Report
from backend.safeguarding.services.reports import close_report, report_person
from tests.backend.conftest import make_forum
from tests.factories import NOW, appoint, make_attendee

PATIENCE = 30  # seconds until a test that hangs fails


@pytest.fixture
def no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "TRIES", 1)


def begin(pool: ThreadPoolExecutor, *calls: Callable[[], object]) -> list[Callable[[], str]]:
    """Begin each in a thread and a connection of its own; functions that wait for its ok or refusal."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except BusinessError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "ok"

    jobs = [pool.submit(run, call) for call in calls]
    return [lambda job=job: job.result(PATIENCE) for job in jobs]


def two_who_write_the_same_requests() -> list[Callable[[], object]]:
    """b accepts a's request, and c closes that time: both write, in another order, what they have asked c."""
    forum = make_forum(people=3)
    a, b, c = forum.people
    mine = forum.ask(a, b, forum.slots[0])
    forum.ask(b, c)
    forum.ask(a, c)
    slots = [forum.slots[0].pk]
    return [lambda: forum.accept(b, mine), lambda: close_slots(attendee=c, slot_ids=slots, by=c.person, now=forum.now)]


def pause_between_two_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has written one request waits until the other has, too, or surely cannot."""
    release, both_wrote_one = requests._release, threading.Barrier(2)

    def release_and_wait(*arguments: object) -> None:
        release(*arguments)  # type: ignore[arg-type]
        try:
            both_wrote_one.wait(1)
        except threading.BrokenBarrierError:
            return

    monkeypatch.setattr(requests, "_release", release_and_wait)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_second_try")
def test_without_locks_on_requests_two_who_write_the_same_requests_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    both = two_who_write_the_same_requests()
    for module in (requests, booking):
        monkeypatch.setattr(module, "lock_requests", lambda ids, now: None)
    pause_between_two_requests(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(answer() for answer in begin(pool, *both)) == ["busy", "ok"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_second_try")
def test_two_who_write_the_same_requests_both_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    both = two_who_write_the_same_requests()
    pause_between_two_requests(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        assert [answer() for answer in begin(pool, *both)] == ["ok", "ok"]
    assert Meeting.objects.filter(state=Meeting.State.ACCEPTED).count() == 1


@contextmanager
def holding(attendee: Attendee) -> Iterator[None]:
    """Somebody holds this attendee's row until the block ends."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM events_attendee WHERE id = %s FOR UPDATE", [attendee.pk])
        yield
        other.rollback()
    finally:
        other.close()


def wait_until_waiting(count: int) -> None:
    """Until so many connections wait for a row or for one who holds it."""
    with connection.cursor() as cursor:
        waiting = -1
        while waiting < count:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            waiting = cursor.fetchone()[0]


def an_import_beside_an_ask() -> list[str]:
    """Both need the first and the last of three people; the one between is held until both wait."""
    forum = make_forum(people=3)
    first, between, last = forum.people
    text = "email,name,about\n" + "".join(f"{one.person.email},P,New words\n" for one in forum.people)
    table = read_csv(text.encode(), columns=frozenset(COLUMNS))
    with ThreadPoolExecutor(2) as pool:
        with holding(between):
            answers = begin(pool, lambda: import_attendees(event=forum.event, table=table, now=NOW))
            wait_until_waiting(1)
            answers += begin(pool, lambda: forum.ask(first, last, forum.slots[0]))
            wait_until_waiting(2)
        return sorted(answer() for answer in answers)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_second_try")
def test_an_import_that_locked_people_in_the_opposite_order_would_deadlock_with_an_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reversed_order(event: Event, people: Collection[int], lock: bool) -> dict[int, Attendee]:
        rows = Attendee.objects.filter(event=event, person__in=people).order_by("-pk")
        return {one.person_id: one for one in rows.select_for_update(no_key=True)}

    monkeypatch.setattr(importer, "_attendees_of", reversed_order)
    assert an_import_beside_an_ask() == ["busy", "ok"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_second_try")
def test_an_import_beside_an_ask_of_the_same_people_lets_both_through() -> None:
    assert an_import_beside_an_ask() == ["ok", "ok"]


@pytest.mark.django_db(transaction=True)
def test_whoever_closes_a_report_holds_it_only_once_its_people_are_locked() -> None:
    forum = make_forum(people=2)
    a, b = forum.people
    lead = make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
    appoint(lead, "safeguarding-lead")
    words = {"category": "other", "words": "He shouted at me.", "now": NOW}
    report = report_person(reporter=a, reported_id=b.pk, by=a.person, **words)

    def close() -> None:
        outcome = {"outcome": "Spoke to both.", "lift": True, "now": NOW}
        close_report(lead=lead, report_id=report.pk, by=lead.person, **outcome)

    with ThreadPoolExecutor(1) as pool:
        with holding(a):
            answers = begin(pool, close)
            wait_until_waiting(1)
            with transaction.atomic():
                assert Report.objects.select_for_update(nowait=True, no_key=True).get() == report
        assert answers[0]() == "ok"
    assert Report.objects.get().state == Report.State.CLOSED


def test_every_service_that_writes_in_a_transaction_is_begun_anew_on_a_conflict() -> None:
    """Only those that talk to a mail server meanwhile are not: a mail would be sent twice."""
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {function.name}"
        for path in sorted((settings.BASE_DIR / "backend").rglob("*.py"))
        if "services" in str(path.relative_to(settings.BASE_DIR))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        and "transaction.atomic" in [ast.unparse(one) for one in function.decorator_list]
    ]
    assert sorted(found) == [
        "backend/people/services.py: send_account_mail",
        "backend/safeguarding/services/age_mails.py: send_age_mail",
        "backend/safeguarding/services/alerts.py: send_alert",
        "backend/safeguarding/services/alerts.py: send_outside_alert",
    ]


def test_no_lock_is_stronger_than_it_has_to_be() -> None:
    """Rows that others refer to are locked without their key: whoever refers to them does not wait."""
    own = {"Delivery", "Nudge", "AccountMail", "UseCount", "rows", "failed"}  # nothing refers to these
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{call.lineno}"
        for path in sorted((settings.BASE_DIR / "backend").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "select_for_update"
        and "no_key" not in [one.arg for one in call.keywords]
        and ast.unparse(call.func.value).partition(".")[0] not in own
    ]
    assert found == []
