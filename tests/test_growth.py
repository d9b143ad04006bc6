"""How much pages and jobs read as a forum grows: as many queries, and no more rows than the table says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from time_machine import travel

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import Session, SessionPart, Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from tests.factories import make_attendees, make_event, make_run
from tests.frontend.conftest import client_of

SLOTS, OPENED, BOOKMARKED = 12, 6, 2
MOST_SESSIONS, MOST_REQUESTS, MOST_LISTED = 60, 100, 30  # of a forum, to one person, and on their list


@dataclass(frozen=True, slots=True)
class Most:
    """Queries of a page or job, whatever the size of the forum, and the rows they give: so many, and so many
    for each person. Of a job that writes batches: so many more queries for a hundred people."""

    queries: int
    rows: int
    rows_a_person: int = 0
    queries_a_hundred: int = 0


@dataclass(slots=True)
class Grown:
    """A forum, one of its people, and the browsers of others."""

    event: Event
    other: Attendee
    clients: dict[str, Client]


@contextmanager
def reading() -> Iterator[list[int]]:
    """The number of rows that each query gave."""
    rows: list[int] = []

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        done = execute(sql, params, many, context)
        rows.append(max(context["cursor"].rowcount, 0))
        return done

    with connection.execute_wrapper(count):
        yield rows


def grown_forum(people: int) -> Grown:
    """So many people with topics, times, bookmarks and lists; some asked one of them, others each other."""
    event, now = make_event(f"of-{people}"), timezone.now()
    me, organiser, lead = make_attendees(
        event,
        [
            {"offers_topics": ["sextortion"]},
            {"permission": "organiser", "visibility": "hidden"},
            {"permission": "safeguarding-lead", "visibility": "hidden"},
        ],
    )
    others = make_attendees(
        event, [{"offers_topics": ["sextortion"], "seeks_topics": ["evidence-reporting"]} for _ in range(people)]
    )
    everybody = [me, *others]
    slots = Slot.objects.bulk_create(
        Slot(event=event, starts_at=begins, ends_at=begins + dt.timedelta(minutes=25))
        for begins in (now + dt.timedelta(days=3, minutes=30 * number) for number in range(SLOTS))
    )
    Availability.objects.bulk_create(
        Availability(event=event, attendee=one, slot=slot)
        for number, one in enumerate(everybody)
        for slot in (slots * 2)[number % SLOTS :][:OPENED]
    )
    sessions = Session.objects.bulk_create(
        Session(
            event=event,
            title=f"Session {number}",
            starts_at=now + dt.timedelta(days=4, hours=number),
            ends_at=now + dt.timedelta(days=4, hours=number + 1),
        )
        for number in range(min(people // 5, MOST_SESSIONS))
    )
    bookmarks = [
        (one, sessions[(number + step) % len(sessions)], SessionPart.Part.BOOKMARKED)
        for number, one in enumerate(everybody)
        for step in range(BOOKMARKED)
    ]
    speeches = zip(others[-len(sessions) :], sessions, [SessionPart.Part.SPEAKING] * len(sessions), strict=True)
    SessionPart.objects.bulk_create(
        (
            SessionPart(event=event, attendee=one, session=session, part=part)
            for one, session, part in (*speeches, *bookmarks)
        ),
        ignore_conflicts=True,  # some would bookmark where they speak
    )
    listed = min(people // 3 + 2, MOST_LISTED)
    # About no topic: of those who ask about the same each pair is looked at, for an office hour of theirs.
    words = {"code": "words", "weight": 0.5, "evidence": {"terms": "chat, evidence"}}
    make_run(event, {me: others[:listed]} | {one: [me] for one in others}, [words])
    to_me = min(people // 3, MOST_REQUESTS)
    asked = [*((one, me) for one in others[:to_me]), *pairwise(others[to_me::3])]
    meetings = Meeting.objects.bulk_create(
        Meeting(event=event, asker=asker, any_time=True, asked_at=now, expires_at=now + dt.timedelta(days=1))
        for asker, _invited in asked
    )
    Seat.objects.bulk_create(
        Seat(event=event, meeting=meeting, attendee=one, part=part)
        for meeting, pair in zip(meetings, asked, strict=True)
        for one, part in zip(pair, (Seat.Part.ASKER, Seat.Part.INVITED), strict=True)
    )
    readers = {"me": me, "organiser": organiser, "lead": lead}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Grown(event, others[0], {who: client_of(one.person) for who, one in readers.items()})


PAGES: dict[str, dict[str, Most]] = {
    "me": {
        "home/": Most(30, 1275),
        "suggestions/": Most(19, 478),
        "people/": Most(19, 492, 1),
        "people/{other}/": Most(26, 340),
        "people/in-my-sessions/": Most(16, 790),
        "sessions/": Most(15, 590),
        "agenda/": Most(17, 1202),
        "meetings/": Most(31, 1175),
        "profile/": Most(12, 214),
        "connections/": Most(9, 208),
        "my-data/": Most(40, 234),
    },
    "organiser": {
        "desk/": Most(18, 75, 4),
        "desk/bridges/": Most(15, 46, 4),
        "desk/progress/": Most(14, 24, 3),
        "desk/method/": Most(14, 45, 3),
        "desk/who-needs-help/": Most(25, 335, 8),
        "desk/unmet-needs/": Most(5, 9),
        "desk/done/": Most(24, 8),
        "attendees/": Most(9, 124, 1),
        "attendees/{other}/": Most(9, 36, 1),
        "invitations/": Most(10, 121),
        "programme/": Most(6, 8),
        "matching/": Most(12, 12, 2),
        "roles/": Most(13, 14, 1),
    },
    "lead": {
        "reports/": Most(18, 19),
        "age-classes/": Most(9, 11),
        "consents/": Most(9, 11),
        "supervision/": Most(12, 12, 1),
        "aliases/": Most(8, 11),
    },
}
JOBS = {
    "core.delete_ended_uses": Most(5, 5),
    "people.delete_old_account_mails": Most(3, 5),
    "people.delete_expired_hashes": Most(3, 5),
    "people.delete_ended_sign_ins": Most(4, 5),
    "events.follow_days": Most(7, 8),
    "events.delete_expired_jobs": Most(3, 5),
    "events.delete_old_remarks": Most(3, 5),
    "safeguarding.alert_all_leads": Most(3, 5),
    "safeguarding.remind_of_consents": Most(5, 5),
    "safeguarding.remind_of_vettings": Most(5, 5),
    "safeguarding.tell_of_doubts": Most(4, 5),
    "safeguarding.delete_barred_pictures": Most(3, 5),
    "invitations.queue_reminders": Most(3, 5),
    "setup.run_meeting_deadlines": Most(24, 79, 2),
    "suggestions.requeue_stale_lists": Most(5, 8, 2),
    "suggestions.build_nightly": Most(8, 7),
    "suggestions.forget_unused_vectors": Most(4, 9),
    "directory.read_names": Most(11, 9, 5, queries_a_hundred=2),
    "directory.read_texts": Most(5, 6),
    "privacy.purge": Most(5, 5),
    "integrations.queue_due_sources": Most(3, 5),
    "integrations.queue_due_deliveries": Most(3, 5),
    "integrations.queue_due_calendars": Most(5, 5),
    "integrations.delete_old_deliveries": Most(3, 5),
}


def readings(people: int) -> dict[str, tuple[Most, list[int]]]:
    """Of a forum of this size, by page and job: what is allowed, and the rows that each query gave."""
    # At one moment: once a minute a page also notes that its reader is there.
    with travel(timezone.now(), tick=False), transaction.atomic():
        forum = grown_forum(people)
        found = {page: (most, read_page(forum, who, page)) for who in PAGES for page, most in PAGES[who].items()}
        found |= {job.name: (JOBS[job.name], do_job(job)) for job in periodic_jobs()}
        transaction.set_rollback(True)
    return found


def read_page(forum: Grown, who: str, page: str) -> list[int]:
    """At the second reading, as most are."""
    address = f"/e/{forum.event.slug}/" + page.format(other=forum.other.pk)
    forum.clients[who].get(address)
    with reading() as rows:
        assert forum.clients[who].get(address).status_code == 200, page
    return rows


def do_job(job: Any) -> list[int]:
    with reading() as rows, transaction.atomic():
        job.func(timestamp=0)
    return rows


def periodic_jobs() -> list[Any]:
    """All but the one that asks the queue itself, in a worker."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    tasks = [one.task for one in app.periodic_registry.periodic_tasks.values()]
    return [task for task in tasks if task.name != "core.requeue_abandoned_jobs"]


def compare_with_thirty(people: int) -> None:
    few, many = readings(30), readings(people)
    grew = {
        name: (len(few[name][1]), len(rows))
        for name, (most, rows) in many.items()
        if len(rows) > len(few[name][1]) and not most.queries_a_hundred
    }
    assert grew == {}
    over = {
        name: (len(rows), sum(rows))
        for found, size in ((few, 30), (many, people))
        for name, (most, rows) in found.items()
        if len(rows) > most.queries + most.queries_a_hundred * size / 100
        or sum(rows) > most.rows + most.rows_a_person * size
    }
    assert over == {}


def test_a_forum_of_three_hundred_takes_as_many_queries_as_one_of_thirty(db: None) -> None:
    compare_with_thirty(300)


@pytest.mark.slow
def test_a_forum_of_three_thousand_takes_as_many_queries_as_one_of_thirty(db: None) -> None:
    compare_with_thirty(3_000)
