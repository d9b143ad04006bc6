"""People who ask, save and answer over real HTTP while organisers import lists and change many at once."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

import psycopg
from django.db import connection
from django.utils import timezone

from backend.benchmarks.load.event import SLUG, LoadEvent, create_event
from backend.events.models.attendees import Attendee
from tests.database import count_rows_anew
from tests.frontend.conftest import client_of
from tests.servers import address_of_the_database

CLIENT_TIMEOUT = 120.0
MOST_SECONDS = 600.0  # of one job
CSRF = "c" * 32
MULTIPART = "a-line-that-no-list-holds"
PROFILE = {
    "title": "Director", "country": "Laos", "languages": ["lo"], "seeks": "Partners", "offers": "",
    "seeks_topics": [], "offers_topics": [], "listed": True,
}  # fmt: skip
EXPECTED = {200, 201, 404, 409}  # people become hidden meanwhile, and caps are reached
IMPORTS, BULK_CHANGES = 3, 2
TELL = """
CREATE FUNCTION tell_of_long_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('long_job', new.id::text); RETURN NULL; END
$$;
CREATE TRIGGER tell_of_long_job AFTER UPDATE OF state ON events_longjob FOR EACH ROW
    WHEN (new.state IN ('done', 'failed')) EXECUTE FUNCTION tell_of_long_job();
"""


@dataclass(slots=True)
class CrowdLog:
    """Seconds of each answer to a person, and how often each status was given, to people and organisers."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    organisers: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status not in EXPECTED) + sum(
            status >= 400 for _what, status, _seconds in self.organisers
        )

    def __str__(self) -> str:
        cuts = quantiles(self.seconds, n=20)
        told = [f"{what}: {status} after {seconds:.1f} s" for what, status, seconds in self.organisers]
        return "\n".join(
            [
                f"{len(self.seconds)} answers, p50 {cuts[9]:.3f} s, p95 {cuts[18]:.3f} s, "
                f"longest {max(self.seconds):.3f} s; statuses {dict(sorted(self.statuses.items()))}",
                *told,
            ]
        )


@dataclass(frozen=True, slots=True)
class Crowd:
    """An event with tokens of its people, and the session of one of its organisers."""

    load: LoadEvent
    session: str
    emails: tuple[str, ...]

    @classmethod
    def make(cls, size: int) -> Crowd:
        load = create_event(people=size, seed=1, now=timezone.now())
        count_rows_anew()
        attendees = Attendee.objects.filter(event__slug=SLUG).select_related("person").order_by("pk")
        # Nobody has saved their own profile yet, so that the lists may change everybody.
        emails = tuple(attendee.person.email for attendee in attendees)
        organiser = attendees[size - 1]
        organiser.permission = Attendee.Permission.ORGANISER
        organiser.save()
        return cls(load, client_of(organiser.person).cookies["sessionid"].value, emails)

    def list_of(self, number: int) -> bytes:
        """A list of the whole event in which everybody's texts are new."""
        rows = (f"{email},User,Words of list {number}\n" for email in self.emails)
        return ("email,name,about\n" + "".join(rows)).encode()


def run_crowd(
    crowd: Crowd, port: int, *, people: int, previews: int, pause: Callable[[random.Random], float]
) -> CrowdLog:
    """Everybody asks and saves until the imports and changes of the organisers are done."""
    log, lock, done = CrowdLog(), threading.Lock(), threading.Event()
    with _telling_of_jobs(), ThreadPoolExecutor(people + 2) as pool:
        visitors = [pool.submit(_visit, crowd, port, n, log, lock, done, pause) for n in range(people)]
        organisers = [
            pool.submit(_import_lists, crowd, port, previews, log),
            pool.submit(_change_many, crowd, port, log),
        ]
        try:
            for job in organisers:
                job.result()
        finally:
            done.set()
        for job in visitors:
            job.result()
    return log


def _visit(
    crowd: Crowd,
    port: int,
    number: int,
    log: CrowdLog,
    lock: threading.Lock,
    done: threading.Event,
    pause: Callable[[random.Random], float],
) -> None:
    """One person: asks somebody, saves somebody, changes a text; again until the organisers are done."""
    rng, me = random.Random(number), crowd.load.users[number]
    headers = {"Authorization": f"Token {me.token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_TIMEOUT)) as connection:
        for method, path, body in _wishes(crowd, rng, number):
            if done.wait(pause(rng)):
                return
            began = time.perf_counter()
            connection.request(method, f"/api/v1/events/{SLUG}/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            with lock:
                log.seconds.append(time.perf_counter() - began)
                log.statuses[answer.status] += 1


def _wishes(crowd: Crowd, rng: random.Random, number: int) -> Iterator[tuple[str, str, object]]:
    users = crowd.load.users
    while True:
        other = users[rng.choice([n for n in range(len(users)) if n != number])].attendee_id
        yield "POST", "meetings/", {"other": other, "slots": [], "message": "Shall we meet?"}
        yield "PUT", f"suggestions/{other}/feedback/", {"verdict": "not-relevant", "cause": "topic"}
        yield "PUT", f"suggestions/{other}/feedback/", {"verdict": "good"}
        slots = rng.sample(crowd.load.slot_ids, 2)
        yield "POST", "availability/", {"open": slots, "close": []}
        yield "POST", "availability/", {"open": [], "close": slots}
        yield "PUT", "profile/", PROFILE | {"about": f"Mine, {rng.random()}"}


def _import_lists(crowd: Crowd, port: int, previews: int, log: CrowdLog) -> None:
    for number in range(IMPORTS):
        table = crowd.list_of(number)
        for _preview in range(previews):
            _upload(crowd, port, table, log, confirm=False)
        _upload(crowd, port, table, log, confirm=True)


def _upload(crowd: Crowd, port: int, table: bytes, log: CrowdLog, *, confirm: bool) -> None:
    fields = {"csrfmiddlewaretoken": CSRF} | ({"confirm": "1"} if confirm else {})
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}' for name in fields]
    head = "".join(f"--{MULTIPART}\r\n{part}\r\n" for part in parts) + (
        f'--{MULTIPART}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = head.encode() + table + f"\r\n--{MULTIPART}--\r\n".encode()
    kind = f"multipart/form-data; boundary={MULTIPART}"
    _post(crowd, port, "attendees/import/", body, kind, "import" if confirm else "preview", log)


def _change_many(crowd: Crowd, port: int, log: CrowdLog) -> None:
    for visibility in ("hidden", "listed")[:BULK_CHANGES]:
        fields = {"csrfmiddlewaretoken": CSRF, "everybody": "on", "set_visibility": visibility}
        kind = "application/x-www-form-urlencoded"
        body = urlencode(fields).encode()
        fields["named"] = _post(crowd, port, "attendees/", body, kind, "everybody's names", log)
        _post(crowd, port, "attendees/", urlencode(fields).encode(), kind, f"all {visibility}", log)


def _post(crowd: Crowd, port: int, page: str, body: bytes, kind: str, what: str, log: CrowdLog) -> str:
    """Send a form, and wait for the answer of its job."""
    began = time.perf_counter()
    answer = _ask(crowd, port, f"/e/{SLUG}/{page}", body, kind)
    place = answer.getheader("Location", "")
    if "/jobs/" in place:
        _wait_for(place)
        is_ready = _ask(crowd, port, place).status == 302
        answer = _ask(crowd, port, f"{place}answer/") if is_ready else answer
    text = answer.body.decode()  # type: ignore[attr-defined]
    log.organisers.append((what, answer.status, time.perf_counter() - began))
    found = re.search(r'name="named" value="([^"]*)"', text)
    return found[1] if found else ""


def _wait_for(place: str) -> None:
    """Return when the job shown there is over, which the database tells; asked again each second."""
    number, until = place.rstrip("/").rpartition("/")[2], time.perf_counter() + MOST_SECONDS
    with psycopg.connect(address_of_the_database(), autocommit=True) as waiting:
        waiting.execute("LISTEN long_job")
        state = "SELECT state FROM events_longjob WHERE id = %s"
        while waiting.execute(state, [number]).fetchone() in (("waiting",), ("running",)):
            if time.perf_counter() > until:
                return
            list(waiting.notifies(timeout=1, stop_after=1))


@contextmanager
def _telling_of_jobs() -> Iterator[None]:
    """The database tells whoever listens of each long job that is over."""
    with connection.cursor() as cursor:
        cursor.execute(TELL)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION tell_of_long_job CASCADE")


def _ask(crowd: Crowd, port: int, path: str, body: bytes | None = None, kind: str = "") -> http.client.HTTPResponse:
    headers = {"Cookie": f"sessionid={crowd.session}; csrftoken={CSRF}"}
    if body is not None:
        headers["Content-Type"] = kind
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_TIMEOUT)
    with closing(connection):
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        return answer


def has_words_of_last_list(crowd: Crowd) -> bool:
    """Whether all have them who have not written their own."""
    attendees = Attendee.objects.filter(event__slug=SLUG, person__email__in=crowd.emails, edited_at=None)
    return not attendees.exclude(about=f"Words of list {IMPORTS - 1}").exists()
