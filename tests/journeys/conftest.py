"""A forum in a real browser: pages, worker, model and database as in `make run`."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import DjangoDbBlocker

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.services.answers import accept_meeting
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.models import Block
from backend.suggestions.services.runs import build_run
from tests.factories import NOW, in_two_weeks, make_attendee, make_event, make_run, make_session
from tests.journeys.axe import PAGE_SIZES, faults_of
from tests.smtp import MailServer
from tests.worker import do_jobs

PEOPLE = (
    ("Arif Rahman", "large-company", "industry", "Indonesia", ("id", "en"),
     "Honest feedback from police on the reports our messenger sends them.",
     "We keep chat logs after a request and can show how evidence is preserved across borders."),
    ("Linh Tran", "ngo", "civil-society", "Viet Nam", ("vi", "en"),
     "Companies that let a hotline see what happens to its reports.",
     "A helpline protocol for children who are blackmailed with pictures, tested for three years."),
    ("Aung Min", "university", "academia", "Myanmar", ("my", "en"),
     "Ministries that want to know which school lessons change behaviour.",
     "Randomised trials of online safety lessons in forty rural schools."),
    ("Grace Lim", "un-agency", "intergovernmental", "Singapore", ("en",),
     "Governments preparing a law on grooming before any meeting takes place.",
     "Model clauses on online solicitation and training for drafters."),
    ("Dara Sok", "ngo", "civil-society", "Cambodia", ("km", "en"),
     "Shelters that interview a child once and never again.",
     "A child-friendly interview room and the manual of how we built it."),
    ("Nadia Yusof", "small-company", "industry", "Malaysia", ("ms", "en"),
     "Teachers who would test a reporting button with their pupils.",
     "Age estimation that keeps no picture, for services of any size."),
    ("Paolo Reyes", "law-enforcement", "government", "Philippines", ("fil", "en"),
     "Contact points abroad who answer at night when a child is in danger.",
     "Financial tracing of livestreamed abuse, with our bank liaison officer."),
    ("Budi Santoso", "education", "government", "Indonesia", ("id", "en"),
     "Parents' guides for a child's first telephone.",
     "A network of teacher trainers in twelve provinces."),
)  # fmt: skip


# How fast this machine is, is not tested: what is waited for may come late.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Forum:
    event: Event
    official: Attendee
    others: tuple[Attendee, ...]

    def address(self, page: str = "") -> str:
        return f"/e/{self.event.slug}/{page}"

    def named(self, name: str) -> Attendee:
        return next(other for other in self.others if other.person.name == name)


@pytest.fixture(scope="session", autouse=True)
def _browser_beside_database() -> None:
    """Playwright keeps a loop in this thread, which Django takes for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def _nobody_left_in_the_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End the connections of the server's threads, which may outlive browser and server by a moment."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Each context waits for a press or a page as long as an expectation waits for a state.

    Its language and zone are not those of this machine.
    """
    new_context = browser.new_context

    def patient(**options: Any) -> BrowserContext:
        context = new_context(**{"locale": "en-US", "timezone_id": "UTC"} | options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    browser.new_context = patient  # type: ignore[method-assign]
    return browser


@pytest.fixture(scope="session")
def base_url() -> str:
    """None of pytest-base-url's: where the forum is served differs from test to test, see `door`."""
    return ""


@pytest.fixture
def forum(transactional_db: None, settings: object) -> Iterator[Forum]:
    """An official, eight who fit in different ways, and two who would fit best and must not be seen."""
    settings.TITIAN_DEMO = True  # type: ignore[attr-defined]
    event = make_event("journey", **in_two_weeks())
    official = make_attendee(
        event, email="ministry@demo.example.org", name="Mali Wongsa", sector="ict-ministry", title="Director",
        languages=["th", "en"], seeks="Good practice in protecting children on the internet.",
        offers="Our ministry can open doors to regulators in the region.",
        seeks_topics=["evidence-reporting"],
    )  # fmt: skip
    others = tuple(
        make_attendee(
            event, name=name, sector=sector, constituency=constituency, country=country,
            languages=list(languages), seeks=seeks, offers=offers, offers_topics=["evidence-reporting"],
        )
        for name, sector, constituency, country, languages, seeks, offers in PEOPLE
    )  # fmt: skip
    make_attendee(event, name="Young Delegate", age_class="minor", offers=PEOPLE[0][6])
    blocked = make_attendee(event, name="Blocked Delegate", offers=PEOPLE[0][6])
    Block.objects.create(blocker=blocked.person, blocked=official.person, created_at=NOW)
    make_session(event)
    reasons = [
        {"code": "seeks_offers", "weight": 1.2, "evidence": {"seek": official.seeks, "offer": PEOPLE[0][6]}},
        {"code": "offers_seeks", "weight": 0.8, "evidence": {"offer": official.offers, "seek": PEOPLE[0][5]}},
        {"code": "topic_offered", "weight": 0.5, "evidence": {"topic": "evidence-reporting"}},
    ]
    make_run(event, {official: list(others)}, reasons=reasons)
    yield Forum(event, official, others)
    wait_for_the_server()


def wait_for_the_server(seconds: float = 30.0, looks: int = 50) -> None:
    """Until so many looks in a row find no request at work: a page that was closed may have sent what was
    typed in it, which would stand in the way of emptying the tables."""
    deadline, idle = time.monotonic() + seconds, 0
    with connection.cursor() as cursor:
        while idle < looks and time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND (state = 'active' OR state LIKE 'idle in transaction%')"
            )
            idle = idle + 1 if cursor.fetchone() == (0,) else 0


@pytest.fixture
def matched_forum(forum: Forum, model_folder: object) -> Forum:
    """The forum after a Run of the real matching."""
    build_run(event=forum.event, now=NOW)
    return forum


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """The real worker in a process of its own, on the test's database."""
    database = connection.settings_dict
    where = urlencode({"host": database["HOST"], "port": database["PORT"] or 5432})
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    address = f"postgresql://{user}@/{database['NAME']}?{where}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_worker"],
        cwd=project.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address},
        stdout=subprocess.DEVNULL,
    )
    yield
    process.terminate()
    try:
        process.wait(timeout=60)  # a job at work is finished first, on a machine that may be busy
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def door(live_server: object) -> str:
    """Where the forum is served."""
    return str(live_server.url)  # type: ignore[attr-defined]


def go_in(page: Page, door: str, label: str) -> None:
    page.goto(f"{door}/demo/")
    with page.expect_navigation():
        page.get_by_role("button", name=f"Enter as: {label}").click()


@pytest.fixture
def enter(door: str) -> Callable[[BrowserContext, str], Page]:
    """Walk in through the demo's door as one of its personas."""

    def sign_in(context: BrowserContext, label: str) -> Page:
        page = context.new_page()
        go_in(page, door, label)
        return page

    return sign_in


@pytest.fixture
def sign_in(browser: Browser, door: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the forum as somebody, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def sign_in_as(attendee: Attendee, size: str = "desk") -> Page:
        client = Client()
        client.force_login(attendee.person)
        session = client.cookies[project.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport=PAGE_SIZES[size], reduced_motion="reduce")
        context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": session, "url": door}])
        contexts.append(context)
        return context.new_page()

    yield sign_in_as
    for context in contexts:
        context.close()


@pytest.fixture
def visit(browser: Browser, door: str) -> Iterator[Callable[..., list[tuple[str, ...]]]]:
    """Open pages in light and dark, on a phone and on a desk; gives all that is wrong with them."""
    contexts = []

    def opened(addresses: Iterable[str], enter_as: str = "") -> list[tuple[str, ...]]:
        context = browser.new_context(reduced_motion="reduce")
        contexts.append(context)
        page, found = context.new_page(), []
        page.on("request", lambda asked: None if asked.url.startswith(door) else found.append((asked.url,)))
        page.on("console", lambda line: found.append((line.text,)) if "security policy" in line.text.lower() else None)
        page.on("pageerror", lambda error: found.append((str(error),)))
        if enter_as:
            go_in(page, door, enter_as)
        for address in addresses:
            page.goto(door + address)
            found += faults_of(page)
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def without_script(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def mail_server(post: MailServer, door: str, settings: object) -> MailServer:
    """To which all mail goes, with links to the pages of the test."""
    settings.TITIAN_ADDRESS = door
    return post


@pytest.fixture
def booking(forum: Forum, mail_server: MailServer) -> list[Slot]:
    """The forum in two weeks, with twelve times, tables, and everybody open; mail goes to a real server."""
    event = forum.event
    opening = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    half = dt.timedelta(minutes=30)
    slots = [
        Slot.objects.create(event=event, starts_at=opening + n * half, ends_at=opening + (n + 1) * half)
        for n in range(12)
    ]
    for number in range(1, 5):
        Table.objects.create(event=event, label=f"T{number}", place="Gallery")
    for attendee in (forum.official, *forum.others):
        Availability.objects.bulk_create(Availability(event=event, attendee=attendee, slot=slot) for slot in slots)
    return slots


def ask(asker: Attendee, other: Attendee, *slots: Slot) -> Meeting:
    wish = MeetingRequestData(slot_ids=tuple(slot.pk for slot in slots), message="Shall we talk?")
    return request_meeting(attendee=asker, other_id=other.pk, data=wish, by=asker.person, now=timezone.now())


def accept(meeting: Meeting, attendee: Attendee, slot: Slot | None = None) -> Meeting:
    return accept_meeting(
        attendee=attendee,
        meeting_id=meeting.pk,
        slot_id=slot.pk if slot else None,
        by=attendee.person,
        now=timezone.now(),
    )


def over(meeting: Meeting) -> Meeting:
    """The meeting, as one that ended an hour ago."""
    now = timezone.now()
    period = (now - dt.timedelta(hours=2), now - dt.timedelta(hours=1))
    meeting.seats.update(period=period)
    Meeting.objects.filter(pk=meeting.pk).update(period=period)
    return meeting


def mail_to(post: MailServer, attendee: Attendee, word: str) -> EmailMessage:
    """The newest mail to somebody whose subject has the word."""
    do_jobs()
    mails = [mail for mail in post.received_by(attendee.person.email) if word in mail["Subject"]]
    assert mails, [mail["Subject"] for mail in post.mails]
    return mails[-1]


def signed_in(context: BrowserContext, door: str, attendee: Attendee) -> Page:
    """This browser as the attendee's, whose code was typed in before."""
    client = Client()
    client.force_login(attendee.person)
    session = client.cookies[project.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": session, "url": door}])
    return context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    yield context
    context.close()
