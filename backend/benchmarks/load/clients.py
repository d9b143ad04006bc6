"""Concurrent HTTP clients that ask, answer, move, cancel, wait and hold office hours, and log all of it."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from backend.benchmarks.load.event import SLUG, LoadEvent, LoadUser

MAX_ATTEMPTS = 12
TIMEOUT_SECONDS = 30
OFFICE_HOURS_EVERY = 20  # steps of the load
MAX_GUESTS = 8


@dataclass(slots=True)
class ResponseLog:
    """What the servers answered; the database must agree with it afterwards."""

    latencies: list[float] = field(default_factory=list)
    requested: dict[str, tuple[int, int]] = field(default_factory=dict)  # key -> (meeting, asker)
    accepted: dict[int, str] = field(default_factory=dict)  # meeting -> its start
    ended: dict[int, str] = field(default_factory=dict)  # meeting -> declined, withdrawn, cancelled
    moved: set[int] = field(default_factory=set)  # meetings that have another time by agreement of the two
    waiting: set[tuple[int, int]] = field(default_factory=set)  # who waits for whom
    left_open: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # of whom: meeting, asker
    of_popular: dict[int, list[int]] = field(default_factory=dict)  # the one asked -> agreed meetings
    office_hours: dict[int, set[int]] = field(default_factory=dict)  # meeting -> guests
    refused: int = 0
    errors: int = 0
    unanswered: int = 0
    retried: int = 0
    seconds: float = 0.0


class Schedule:
    """When calls are due: so many a second whatever the answers take, or as soon as a client is free."""

    def __init__(self, rate: float) -> None:
        """`rate` 0: as soon as a client is free."""
        self._rate, self._began = rate, time.perf_counter()
        self._numbers = count()

    def wait(self) -> float:
        """Until the next call is due; gives that time, from which its answer is waited for (`perf_counter`)."""
        if not self._rate:
            return time.perf_counter()
        due = self._began + next(self._numbers) / self._rate
        time.sleep(max(due - time.perf_counter(), 0.0))
        return due


class Client:
    """One kept-open connection; a call that breaks off is repeated unchanged."""

    def __init__(self, port: int, log: ResponseLog, lock: threading.Lock, schedule: Schedule) -> None:
        self.port, self.log, self.lock, self.schedule = port, log, lock, schedule
        self.connection: http.client.HTTPConnection | None = None

    def call(
        self, user: LoadUser, method: str, path: str, body: object = None, key: str = ""
    ) -> tuple[int, dict[str, object]]:
        """Status and body of the response; status 0 where none came in any attempt."""
        headers = {"Authorization": f"Token {user.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        began = self.schedule.wait()
        for attempt in range(MAX_ATTEMPTS):
            try:
                status, answer = self._once(method, path, json.dumps(body or {}), headers)
            except (OSError, http.client.HTTPException):
                self.close()
                with self.lock:
                    self.log.retried += 1
                time.sleep(0.05 * 2 ** min(attempt, 5))
                continue
            with self.lock:
                self.log.latencies.append(time.perf_counter() - began)
                self.log.errors += status >= 500
                self.log.refused += 400 <= status < 500
            return status, answer
        with self.lock:
            self.log.unanswered += 1
        return 0, {}

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _once(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, object]]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        self.connection.request(method, f"/api/v1/events/{SLUG}/{path}", body, headers)
        response = self.connection.getresponse()
        read = response.read()
        body = json.loads(read) if response.headers.get_content_type() == "application/json" else {}
        return response.status, body if isinstance(body, dict) else {"rows": body}


def run_clients(
    event: LoadEvent,
    *,
    port: int,
    requests: int,
    workers: int,
    seed: int,
    on_half_way: Callable[[], None] | None,
    progress: Callable[[str, float], None],
    rate: float = 0.0,
) -> ResponseLog:
    """Make this many requests, `workers` at a time, each with its answer; `on_half_way` runs half-way.

    `rate`: calls a second, of which there are several to a request; 0: as fast as the answers come.
    """
    schedule = Schedule(rate)
    log, lock, numbers = ResponseLog(), threading.Lock(), iter(range(requests))

    def work() -> None:
        with closing(Client(port, log, lock, schedule)) as client:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                if number == requests // 2 and on_half_way is not None:
                    on_half_way()
                rng = random.Random(f"{seed}/{number}")  # noqa: S311 - a load, not a secret
                if number % OFFICE_HOURS_EVERY == OFFICE_HOURS_EVERY - 1:
                    _open_office_hour(client, event, number, rng)
                _run_scenario(client, event, number, rng)
                progress("Asking and answering", (number + 1) / requests)

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for job in [pool.submit(work) for _ in range(workers)]:
            job.result()
    log.seconds = time.perf_counter() - began
    return log


def rate_of(port: int, path: str, *, workers: int, seconds: float) -> float:
    """Answers a second to GET of a path, where each client asks again at once."""
    ends = time.perf_counter() + seconds

    def ask() -> int:
        connection, asked = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS), 0
        with closing(connection):
            while time.perf_counter() < ends:
                connection.request("GET", path)
                connection.getresponse().read()
                asked += 1
        return asked

    with ThreadPoolExecutor(workers) as pool:
        return sum(job.result() for job in [pool.submit(ask) for _ in range(workers)]) / seconds


def _run_scenario(client: Client, event: LoadEvent, number: int, rng: random.Random) -> None:
    """One request and its answer; one in ten goes to one of a few popular people."""
    log, lock = client.log, client.lock
    is_popular = rng.random() < 0.1
    other = rng.choice(event.popular if is_popular else event.users)
    asker = rng.choice([user for user in rng.sample(event.users, 2) if user != other])
    if rng.random() < 0.7:
        slots = _free_slots(client, asker, other.attendee_id)
        wanted = rng.sample(slots, min(3, len(slots)))
    else:  # from an outdated page
        wanted = rng.sample(event.slot_ids, 2)
    key = f"load-{number}"
    body = {"other": other.attendee_id, "slots": wanted, "message": f"Request {number}"}
    status, created = client.call(asker, "POST", "meetings/", body, key)
    if status == 409 and rng.random() < 0.5:
        _wait(client, asker, other)
    if status != 201:
        return
    meeting = int(str(created["meeting"]))
    with lock:
        log.requested[key] = (meeting, asker.attendee_id)
    outcome = rng.random()
    if is_popular and rng.random() < 0.4:
        with lock:
            log.left_open.setdefault(other.attendee_id, []).append((meeting, asker.attendee_id))
    elif outcome < 0.75:
        status, accepted = client.call(other, "POST", f"meetings/{meeting}/accept/")
        if status == 200:
            with lock:
                log.accepted[meeting] = str(accepted["starts_at"])
                if is_popular:
                    log.of_popular.setdefault(other.attendee_id, []).append(meeting)
            if outcome < 0.05:
                _end(client, asker, meeting, "cancel", "cancelled")
            elif outcome < 0.15:
                _move(client, asker, other, meeting, rng)
    elif outcome < 0.85:
        _end(client, other, meeting, "decline", "declined")
    elif outcome < 0.9:
        _end(client, asker, meeting, "withdraw", "withdrawn")


def _end(client: Client, user: LoadUser, meeting: int, verb: str, state: str) -> None:
    status, _ = client.call(user, "POST", f"meetings/{meeting}/{verb}/", {"reason": "Another duty"})
    if status == 200:
        with client.lock:
            client.log.ended[meeting] = state


def _free_slots(client: Client, user: LoadUser, other_id: int) -> list[int]:
    status, free = client.call(user, "GET", f"people/{other_id}/free-slots/")
    rows: Any = free.get("rows") if status == 200 else None
    return [row["slot"] for row in rows or []]


def _move(client: Client, user: LoadUser, other: LoadUser, meeting: int, rng: random.Random) -> None:
    """One offers another time for an agreed meeting, and the other takes it."""
    slots = _free_slots(client, user, other.attendee_id)
    if not slots:
        return
    slot = rng.choice(slots)
    path = f"meetings/{meeting}/other-times/"
    status, _offered = client.call(user, "PUT", path, {"slots": [slot]})
    if status != 200:
        return
    status, moved = client.call(other, "POST", f"{path}take/", {"slot": slot})
    if status == 200:
        with client.lock:
            client.log.accepted[meeting] = str(moved["starts_at"])
            client.log.moved.add(meeting)


def _wait(client: Client, user: LoadUser, other: LoadUser) -> None:
    """One waits for the other, who then cancels a meeting: its time goes to whoever waited longest."""
    body = {"other": other.attendee_id, "message": "Whenever you have time"}
    status, _lists = client.call(user, "POST", "waiting-list/", body)
    if status != 201:
        return
    with client.lock:
        client.log.waiting.add((user.attendee_id, other.attendee_id))
        agreed = client.log.of_popular.get(other.attendee_id)
        meeting = agreed.pop() if agreed else None
    if meeting is not None:
        _end(client, other, meeting, "cancel", "cancelled")


def _open_office_hour(client: Client, event: LoadEvent, number: int, rng: random.Random) -> None:
    """One of the popular people answers up to eight requests at once."""
    log, lock = client.log, client.lock
    host = rng.choice(event.popular)
    with lock:
        requests = log.left_open.pop(host.attendee_id, [])[:MAX_GUESTS]
    slots = _free_slots(client, host, requests[0][1]) if requests else []
    if not slots:
        return
    ids = [meeting for meeting, _asker in requests]
    body = {"requests": ids, "slot": rng.choice(slots), "about": "What you all asked"}
    status, opened = client.call(host, "POST", "office-hours/", body, f"office-{number}")
    if status == 201:
        guests: Any = opened["guests"]
        with lock:
            log.office_hours[int(str(opened["office_hour"]))] = {guest["attendee_id"] for guest in guests}
