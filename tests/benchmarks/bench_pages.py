"""A forum's readers on the pages they read most, at a given rate and as fast as they come.

Web processes on the loopback with a database, profiles, lists, sessions and meetings of their own; the
clients are a process of theirs, whose cost is told apart. Each measurement is made twice: of pages as they
are, and compressed.

    python -m tests.benchmarks.bench_pages [--people 1000] [--rate 60] [--processes 1 2] [--seconds 30]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django
import psutil

from tests.benchmarks.http_load import CLIENTS, signed_in
from tests.benchmarks.page_turns import HEALTH, READERS, compare

MIX = {"suggestions": 35, "people": 15, "profile": 20, "sessions": 10, "agenda": 15, "home": 5}  # per cent
OWN_PAGES = ("suggestions", "sessions", "people", "home", "meetings", "agenda")
DESK_PAGES = ("desk", "attendees", "matching")
SOME = range(2, 2 + READERS)  # of the readers, for `--against`
AS_FAST_SECONDS = 15.0
WARM_SECONDS = 5.0
ON_A_LIST = 30
SESSIONS, LENGTH = 24, dt.timedelta(minutes=20)
# Everybody's own words, so that nothing drawn for one is found again for another.
SEEKS = "We seek a shared procedure for preserving chat evidence across borders, and who has tried one."
OFFERS = "We offer a training on mutual legal assistance for prosecutors, tried in four countries since 2023."


def seeks_of(number: int) -> str:
    return f"{SEEKS} ({number})"


def offers_of(number: int) -> str:
    return f"{OFFERS} ({number})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="one measurement of each")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--against", metavar="COMMIT", help="what each page costs there and here, in turns")
    parser.add_argument("--rounds", type=int, default=5, help="with --against: each of two turns of both")
    parser.add_argument("--times", type=int, default=20, help="with --against: readings of a page in a turn")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.people <= ON_A_LIST:
        parser.error(f"--people {given.people}: at least {ON_A_LIST + 1}, for lists of {ON_A_LIST} others.")
    if given.against:
        compare(given.against, people=given.people, rounds=given.rounds, times=given.times)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from backend.benchmarks.load.event import SLUG
    from backend.benchmarks.load.servers import Servers

    with forum(given.people) as (address, readers, lists):
        cookies = [signed_in(reader) for reader in readers]
        if given.serve:
            _serve(address, _visits_by_page(SLUG, readers, lists, cookies))
            return
        visits = _visits(SLUG, readers, lists, cookies)
        for processes in given.processes:
            servers = Servers(address, processes=processes)
            try:
                servers.wait_until_up()
                web = [psutil.Process(process.pid) for process in servers.web]
                plan = {"port": servers.port, "rate": given.rate, "seconds": given.seconds, "visits": visits}
                for encoding in ("identity", "gzip"):
                    _told(web, given, plan | {"encoding": encoding})
            finally:
                servers.stop()


@contextmanager
def forum(people: int, sessions: int = SESSIONS) -> Iterator[tuple[str, list[Any], dict[int, list[int]]]]:
    """A forum in a database of its own: its address, everybody, and the lists of each (ids)."""
    from django.db import connection
    from django.utils import timezone

    from backend.benchmarks.load.event import create_event
    from backend.benchmarks.load.servers import own_database
    from backend.events.models.attendees import Attendee

    with own_database() as address:
        create_event(people=people, seed=1, now=timezone.now())
        readers = list(Attendee.objects.select_related("person", "event").order_by("pk"))
        _declare(readers)
        _hold_sessions(readers, sessions)
        lists = _write_lists(readers)
        _agree_meetings(readers)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield address, readers, lists


def _serve(address: str, visits: dict[str, list[tuple[str, str]]]) -> None:
    """Serve the pages by one process until standard input ends; one line says where, for `page_turns`."""
    from django.db import connection

    from backend.benchmarks.load.servers import Servers

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = psutil.Process(cursor.fetchone()[0]).ppid()
    servers = Servers(address, processes=1)
    try:
        servers.wait_until_up()
        told = {"port": servers.port, "web": servers.web[0].pid, "database": database, "visits": visits}
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    finally:
        servers.stop()


def _told(web: list[psutil.Process], given: argparse.Namespace, plan: dict[str, object]) -> None:
    """Let the clients run, and print what they saw and what it cost."""
    client = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_pages_client"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert client.stdin
    assert client.stdout
    print(json.dumps(plan), file=client.stdin, flush=True)
    spent: dict[str, tuple[float, float, float]] = {}
    found: dict[str, object] = {}
    before = _cpu(web)
    for line in client.stdout:
        after = _cpu(web)
        told = json.loads(line)
        spent[told["part"]] = (after[0] - before[0], after[1] - before[1], told["seconds_of_client"])
        found[told["part"]] = told["found"]
        before = after
    assert client.wait() == 0
    waits, sizes = defaultdict(list), defaultdict(list)
    for page, status, size, wait in found["rate"]:
        assert status == 200, (page, status)
        waits[page].append(1000 * wait)
        sizes[page].append(size / 1000)
    sizes["all"] = [size for page in sizes.values() for size in page]
    every = [wait for page in waits.values() for wait in page]
    memory = [round(process.memory_full_info().pss / 2**20) for process in web]
    print(f"{given.people} readers, {len(web)} web processes ({memory} MB), {given.rate:.0f} pages/s, "
          f"as {plan['encoding']}")  # fmt: skip
    for page, these in [*sorted(waits.items()), ("all", every)]:
        these.sort()
        print(f"  {page:12} {len(these):5} pages  p50 {these[len(these) // 2]:5.0f} ms  "
              f"p95 {these[int(0.95 * len(these))]:5.0f} ms  longest {these[-1]:5.0f} ms  "
              f"mean {sum(sizes[page]) / len(these):5.1f} kB")  # fmt: skip
    print(f"  as fast as they come, {CLIENTS} clients: {found['most']:.0f} pages/s; "
          f"/healthz: {found['bare']:.0f}/s")  # fmt: skip
    counts = {"rate": len(every), "most": found["most"] * AS_FAST_SECONDS}
    for part, count in counts.items():
        costs = zip(("web", "database", "clients"), spent[part], strict=True)
        print(f"  {part}: ms of a processor per page: "
              + ", ".join(f"{who} {1000 * seconds / count:.1f}" for who, seconds in costs))  # fmt: skip


def _cpu(web: Sequence[psutil.Process]) -> tuple[float, float]:
    """Processor seconds of the web processes, and of the processes of PostgreSQL on this machine."""

    def spent(process: psutil.Process) -> float:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return times.user + times.system

    database = [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
    return sum(map(spent, web)), sum(map(spent, database))


def _declare(readers: Sequence[object]) -> None:
    """Give everybody texts, a country, two languages and four topics."""
    from backend.events.models.attendees import Attendee, Interest
    from backend.events.models.events import Theme, Topic

    event = readers[0].event
    topics = []
    for place in range(4):
        theme = Theme.objects.create(event=event, key=f"theme-{place}", name=f"Theme {place}", position=place)
        topics += [
            Topic.objects.create(
                event=event, theme=theme, key=f"topic-{place}-{n}", name=f"Topic {place}.{n}", position=n
            )
            for n in range(4)
        ]
    for number, one in enumerate(readers):
        one.seeks, one.offers = seeks_of(number), offers_of(number)
        one.about = f"{one.offers} {one.seeks}"
        one.country, one.languages, one.title = f"Country {number % 12}", ["en", "th"], "Head of unit"
    Attendee.objects.bulk_update(readers, ["seeks", "offers", "about", "country", "languages", "title"], batch_size=500)
    Interest.objects.bulk_create(
        Interest(event=event, attendee=one, topic=topics[(number + 3 * n) % 16], seeks=n < 2, offers=n > 0)
        for number, one in enumerate(readers)
        for n in range(4)
    )


def _hold_sessions(readers: Sequence[object], number_of_sessions: int) -> None:
    """Sessions with two speakers each; everybody bookmarked one."""
    from backend.events.models.agenda import Session, SessionPart
    from backend.events.models.events import Theme

    event = readers[0].event
    themes = list(Theme.objects.filter(event=event))
    opening = dt.datetime.combine(event.starts_on, dt.time(9), event.zone)
    sessions = [
        Session.objects.create(
            event=event, theme=themes[n % 4], title=f"Session {n}", abstract=f"{SEEKS} {OFFERS}",
            room="Hall A", starts_at=opening + n * LENGTH, ends_at=opening + (n + 1) * LENGTH,
        )
        for n in range(number_of_sessions)
    ]  # fmt: skip
    speaking = {one.pk: sessions[n % len(sessions)] for n, one in enumerate(readers[: 2 * len(sessions)])}
    SessionPart.objects.bulk_create(
        SessionPart(
            event=event,
            attendee=one,
            session=speaking.get(one.pk, sessions[number % len(sessions)]),
            part="speaking" if one.pk in speaking else "bookmarked",
        )
        for number, one in enumerate(readers)
    )


def _write_lists(readers: Sequence[object]) -> dict[int, list[int]]:
    """A published run with thirty others on each list, three reasons each; gives the lists (ids)."""
    from django.utils import timezone

    from backend.suggestions.models import ListReading, Run, Suggestion

    event, now = readers[0].event, timezone.now()
    run = Run.objects.create(event=event, model="load", state=Run.State.CURRENT, published_at=now)
    places = {one.pk: place for place, one in enumerate(readers)}
    step = (len(readers) - 1) // ON_A_LIST  # once round, and never as far as oneself
    lists = {
        one.pk: [readers[(place + step * n + 1) % len(readers)].pk for n in range(ON_A_LIST)]
        for place, one in enumerate(readers)
    }
    ListReading.objects.bulk_create(
        ListReading(run=run, attendee=one, profile_changed_at=one.changed_at, computed_at=now) for one in readers
    )
    Suggestion.objects.bulk_create(
        (
            Suggestion(
                run=run,
                attendee_id=pk,
                other_id=other,
                rank=rank,
                score=0.9 - 0.02 * rank,
                reasons=_reasons(places[pk], places[other]),
            )
            for pk, others in lists.items()
            for rank, other in enumerate(others, start=1)
        ),
        batch_size=2_000,
    )
    return lists


def _reasons(mine: int, theirs: int) -> list[dict[str, object]]:
    seek_and_offer = {"seek": seeks_of(mine), "offer": offers_of(theirs)}
    offer_and_seek = {"offer": offers_of(mine), "seek": seeks_of(theirs)}
    return [
        {"code": "seeks_offers", "weight": 0.6, "evidence": seek_and_offer},
        {"code": "topic_offered", "weight": 0.3, "evidence": {"topic": f"topic-0-{theirs % 4}"}},
        {"code": "offers_seeks", "weight": 0.2, "evidence": offer_and_seek},
    ]


def _agree_meetings(readers: Sequence[object]) -> None:
    """Every two neighbours meet at the first time both have, and each asked the next but one.

    Their mails count as sent: readers are measured, not the worker.
    """
    from django.db import connection
    from django.utils import timezone

    from backend.booking.models.notices import Delivery
    from backend.booking.services.answers import accept_meeting
    from backend.booking.services.requests import MeetingRequestData, request_meeting
    from backend.core.errors import BusinessError

    now, data = timezone.now(), MeetingRequestData()
    for place, first in enumerate(readers[:-2]):
        second, third = readers[place + 1], readers[place + 2]
        try:
            if place % 2 == 0:
                asked = request_meeting(attendee=first, other_id=second.pk, data=data, by=first.person, now=now)
                accept_meeting(attendee=second, meeting_id=asked.pk, slot_id=None, by=second.person, now=now)
            request_meeting(attendee=first, other_id=third.pk, data=data, by=first.person, now=now)
        except BusinessError as refusal:
            print(f"no meeting of {first.pk}: {refusal.code}")
    Delivery.objects.update(state=Delivery.State.SENT, attempts=1, tried_at=now)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _visits(
    slug: str, readers: Sequence[object], lists: dict[int, list[int]], cookies: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Pages in the order in which they are read: name, path and cookie."""

    def endless() -> Iterator[tuple[str, str, str]]:
        rng = random.Random(7)
        while True:
            place = rng.randrange(len(readers))
            page = rng.choices(list(MIX), list(MIX.values()))[0]
            path = {"agenda": "meetings/", "profile": f"people/{rng.choice(lists[readers[place].pk][:10])}/"}.get(
                page, f"{page}/"
            )
            yield page, f"/e/{slug}/{path}", cookies[place]

    found = endless()
    return [next(found) for _ in range(20_000)]


def _visits_by_page(
    slug: str, readers: Sequence[Any], lists: dict[int, list[int]], cookies: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    """Each page as some read it, those of the desk as one organiser does: path and cookie."""
    organiser = readers[-1]
    type(organiser).objects.filter(pk=organiser.pk).update(permission="organiser")
    found = {HEALTH: [(HEALTH, "")]}
    for page in OWN_PAGES:
        found[page] = [(f"/e/{slug}/{page}/", cookies[place]) for place in SOME]
    found["profile"] = [(f"/e/{slug}/people/{lists[readers[place].pk][0]}/", cookies[place]) for place in SOME]
    return found | {page: [(f"/e/{slug}/{page}/", cookies[-1])] for page in DESK_PAGES}


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"  {time.monotonic() - started:.0f} s in all")
