"""A thousand readers whose day's page asks twice a minute what is next, against the server's bare answer.

Real web processes on the loopback, a database and sign-ins of their own; clients in this process.

    python -m tests.benchmarks.bench_polling [PEOPLE]
"""

from __future__ import annotations

import http.client
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import django

CLIENTS = 8
PROCESSES = 2
EVERY = 30.0  # seconds between two questions of one page
SECONDS = 30.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.utils import timezone

    from backend.benchmarks.load.event import SLUG, create_event
    from backend.benchmarks.load.servers import Servers, own_database
    from backend.events.models import Attendee

    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with own_database() as address:
        event = create_event(people=people, seed=1, now=timezone.now())
        readers = list(
            Attendee.objects.select_related("person", "event").filter(
                pk__in=[user.attendee_id for user in event.users]
            )
        )
        _agree_meetings(readers)
        cookies = [_signed_in(reader) for reader in readers]
        paths = [f"/e/{SLUG}/home/next/?version={_version(reader)}" for reader in readers]
        servers = Servers(address, processes=PROCESSES)
        try:
            servers.wait_until_up()
            ask = _asker(servers.port)
            _closed_loop(lambda n: ask(paths[n % people], cookies[n % people]), 3.0)  # warm
            bare = _closed_loop(lambda _n: ask("/healthz", "")[0], 10.0)
            most = _closed_loop(lambda n: ask(paths[n % people], cookies[n % people]), 10.0)
            waits = _open_loop(lambda n: ask(paths[n % people], cookies[n % people]), people / EVERY)
        finally:
            servers.stop()
    statuses = {status for status, _wait in waits}
    times = sorted(wait for _status, wait in waits)
    print(f"{people} readers, one question each {EVERY:.0f} s ({people / EVERY:.1f} a second): {statuses}")
    print(f"  p50 {1000 * times[len(times) // 2]:.0f} ms, p95 {1000 * times[int(0.95 * len(times))]:.0f} ms, "
          f"longest {1000 * times[-1]:.0f} ms")  # fmt: skip
    print(f"  most with {CLIENTS} clients: {most:.0f} a second; the server's bare answer: {bare:.0f} "
          f"(ratio {bare / most:.1f})")  # fmt: skip
    assert statuses == {204}, statuses


def _agree_meetings(readers: Sequence[object]) -> None:
    """Every two neighbours meet at the first time both have."""
    from django.utils import timezone

    from backend.core.errors import BusinessError
    from backend.meetings.services import MeetingRequestData, accept_meeting, request_meeting

    now = timezone.now()
    for first, second in zip(readers[::2], readers[1::2], strict=False):
        try:
            meeting = request_meeting(
                attendee=first, other_id=second.pk, data=MeetingRequestData(), by=first.person, now=now
            )
            accept_meeting(attendee=second, meeting_id=meeting.pk, slot_id=None, by=second.person, now=now)
        except BusinessError as refusal:
            print(f"no meeting of {first.pk} and {second.pk}: {refusal.code}")


def _signed_in(reader: object) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(reader.person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _version(reader: object) -> str:
    """What the reader's page shows already."""
    from django.utils import timezone

    from backend.directory.selectors import meetings_to_come, minutes_to_go
    from backend.events.rules import is_over
    from frontend.directory.words import next_meeting_words

    now = timezone.now()
    row = next(iter(meetings_to_come(reader, now)), None)
    return next_meeting_words(row, minutes_to_go(row, now), is_over=is_over(reader.event, now)).version


def _asker(port: int) -> Callable[[str, str], tuple[int, float]]:
    """Asks over the thread's own kept-open connection; gives the status and the seconds it took."""
    own = threading.local()

    def ask(path: str, cookie: str) -> tuple[int, float]:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        began = time.perf_counter()
        own.connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        with closing(own.connection.getresponse()) as answer:
            answer.read()
            return answer.status, time.perf_counter() - began

    return ask


def _closed_loop(ask: Callable[[int], object], seconds: float) -> float:
    """Answers a second where every client asks again at once."""
    ends = time.monotonic() + seconds

    def run(client: int) -> int:
        done = 0
        while time.monotonic() < ends:
            ask(client + done * CLIENTS)
            done += 1
        return done

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(run, range(CLIENTS))) / (time.monotonic() - began)


def _open_loop(ask: Callable[[int], tuple[int, float]], rate: float) -> list[tuple[int, float]]:
    """Questions at fixed times whatever the answers take, so that a slow answer counts as the wait it is."""
    began = time.monotonic()

    def at(number: int) -> tuple[int, float]:
        due = began + number / rate
        time.sleep(max(due - time.monotonic(), 0.0))
        status, _seconds = ask(number)
        return status, time.monotonic() - due

    with ThreadPoolExecutor(8 * CLIENTS) as pool:
        return list(pool.map(at, range(int(rate * SECONDS))))


if __name__ == "__main__":
    main()
