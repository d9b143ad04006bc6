"""Concurrent HTTP clients that request, accept, decline and cancel meetings, and log every response."""

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

from backend.benchmarks.load.event import SLUG, LoadEvent, LoadUser

MAX_ATTEMPTS = 12
TIMEOUT_SECONDS = 30


@dataclass(slots=True)
class ResponseLog:
    """What the servers answered; the database must agree with it afterwards."""

    latencies: list[float] = field(default_factory=list)
    requested: dict[str, tuple[int, int]] = field(default_factory=dict)  # key -> (meeting, asker)
    accepted: dict[int, str] = field(default_factory=dict)  # meeting -> its start
    ended: dict[int, str] = field(default_factory=dict)  # meeting -> declined, withdrawn, cancelled
    refused: int = 0
    errors: int = 0
    unanswered: int = 0
    retried: int = 0
    seconds: float = 0.0


class Client:
    """One kept-open connection; a call that breaks off is repeated unchanged."""

    def __init__(self, port: int, log: ResponseLog, lock: threading.Lock) -> None:
        self.port, self.log, self.lock = port, log, lock
        self.connection: http.client.HTTPConnection | None = None

    def call(
        self, user: LoadUser, method: str, path: str, body: object = None, key: str = ""
    ) -> tuple[int, dict[str, object]]:
        """Status and body of the response; status 0 where none came in any attempt."""
        headers = {"Authorization": f"Token {user.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        began = time.perf_counter()
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

    def _once(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, object]]:
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
) -> ResponseLog:
    """Make this many requests, `workers` at a time, each with its answer; `on_half_way` runs half-way."""
    log, lock, numbers = ResponseLog(), threading.Lock(), iter(range(requests))

    def work() -> None:
        with closing(Client(port, log, lock)) as client:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                if number == requests // 2 and on_half_way is not None:
                    on_half_way()
                _run_scenario(client, event, number, random.Random(f"{seed}/{number}"))  # noqa: S311
                progress("Asking and answering", (number + 1) / requests)

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for job in [pool.submit(work) for _ in range(workers)]:
            job.result()
    log.seconds = time.perf_counter() - began
    return log


def _run_scenario(client: Client, event: LoadEvent, number: int, rng: random.Random) -> None:
    """One request and its answer; one in ten goes to one of a few popular people."""
    log, lock = client.log, client.lock
    candidates = event.users[: max(len(event.users) // 50, 2)] if rng.random() < 0.1 else event.users
    other = rng.choice(candidates)
    asker = rng.choice([user for user in rng.sample(event.users, 2) if user != other])
    if rng.random() < 0.7:
        status, free = client.call(asker, "GET", f"people/{other.attendee_id}/free-slots/")
        rows = free.get("rows") if status == 200 else None
        slots = [row["slot"] for row in rows] if isinstance(rows, list) else []
        wanted = rng.sample(slots, min(3, len(slots)))
    else:  # from an outdated page
        wanted = rng.sample(event.slot_ids, 2)
    key = f"load-{number}"
    body = {"other": other.attendee_id, "slots": wanted, "message": f"Request {number}"}
    status, created = client.call(asker, "POST", "meetings/", body, key)
    if status != 201:
        return
    meeting = int(str(created["meeting"]))
    with lock:
        log.requested[key] = (meeting, asker.attendee_id)
    outcome = rng.random()
    if outcome < 0.75:
        status, accepted = client.call(other, "POST", f"meetings/{meeting}/accept/")
        if status == 200:
            with lock:
                log.accepted[meeting] = str(accepted["starts_at"])
            if outcome < 0.05:
                _end(client, asker, meeting, "cancel", "cancelled")
    elif outcome < 0.85:
        _end(client, other, meeting, "decline", "declined")
    elif outcome < 0.9:
        _end(client, asker, meeting, "withdraw", "withdrawn")


def _end(client: Client, user: LoadUser, meeting: int, verb: str, state: str) -> None:
    status, _ = client.call(user, "POST", f"meetings/{meeting}/{verb}/", {"reason": "Another duty"})
    if status == 200:
        with client.lock:
            client.log.ended[meeting] = state
