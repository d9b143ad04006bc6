"""Clients that ask, answer and change their minds over HTTP, all at once; what they were told is kept."""

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

from backend.benchmarks.load.forum import SLUG, LoadedForum, Visitor

TRIES = 12
SECONDS_TO_ANSWER = 30


@dataclass(slots=True)
class Ledger:
    """What the servers said: every promise in it must be found in the database afterwards."""

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
    """One connection, kept open; a call that is cut off is made again, word for word."""

    def __init__(self, port: int, ledger: Ledger, lock: threading.Lock) -> None:
        self.port, self.ledger, self.lock = port, ledger, lock
        self.connection: http.client.HTTPConnection | None = None

    def call(
        self, visitor: Visitor, method: str, path: str, body: object = None, key: str = ""
    ) -> tuple[int, dict[str, object]]:
        """The status and the answer; 0 where none came, however often it was tried."""
        headers = {"Authorization": f"Token {visitor.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        began = time.perf_counter()
        for attempt in range(TRIES):
            try:
                status, answer = self._once(method, path, json.dumps(body or {}), headers)
            except (OSError, http.client.HTTPException):
                self.close()
                with self.lock:
                    self.ledger.retried += 1
                time.sleep(0.05 * 2 ** min(attempt, 5))
                continue
            with self.lock:
                self.ledger.latencies.append(time.perf_counter() - began)
                self.ledger.errors += status >= 500
                self.ledger.refused += 400 <= status < 500
            return status, answer
        with self.lock:
            self.ledger.unanswered += 1
        return 0, {}

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _once(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, object]]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_ANSWER)
        self.connection.request(method, f"/api/v1/events/{SLUG}/{path}", body, headers)
        response = self.connection.getresponse()
        read = response.read()
        said = json.loads(read) if response.headers.get_content_type() == "application/json" else {}
        return response.status, said if isinstance(said, dict) else {"rows": said}


def run_clients(
    forum: LoadedForum,
    *,
    port: int,
    requests: int,
    workers: int,
    seed: int,
    half_way: Callable[[], None] | None,
    progress: Callable[[str, float], None],
) -> Ledger:
    """Make this many requests, `workers` at a time, each with its answer; calls `half_way` half-way."""
    ledger, lock, numbers = Ledger(), threading.Lock(), iter(range(requests))

    def work() -> None:
        with closing(Client(port, ledger, lock)) as client:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                if number == requests // 2 and half_way is not None:
                    half_way()
                _live_one_request(client, forum, number, random.Random(f"{seed}/{number}"))  # noqa: S311
                progress("Asking and answering", (number + 1) / requests)

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for job in [pool.submit(work) for _ in range(workers)]:
            job.result()
    ledger.seconds = time.perf_counter() - began
    return ledger


def _live_one_request(client: Client, forum: LoadedForum, number: int, chance: random.Random) -> None:
    """One request from asking to answer; one in ten goes to one of the few whom everybody asks."""
    ledger, lock = client.ledger, client.lock
    crowd = forum.visitors[: max(len(forum.visitors) // 50, 2)] if chance.random() < 0.1 else forum.visitors
    other = chance.choice(crowd)
    asker = chance.choice([v for v in chance.sample(forum.visitors, 2) if v != other])
    if chance.random() < 0.7:
        status, free = client.call(asker, "GET", f"people/{other.attendee_id}/free-slots/")
        rows = free.get("rows") if status == 200 else None
        slots = [row["slot"] for row in rows] if isinstance(rows, list) else []
        wish = chance.sample(slots, min(3, len(slots)))
    else:  # from a page read long ago
        wish = chance.sample(forum.slot_ids, 2)
    key = f"load-{number}"
    body = {"other": other.attendee_id, "slots": wish, "message": f"Request {number}"}
    status, said = client.call(asker, "POST", "meetings/", body, key)
    if status != 201:
        return
    meeting = int(str(said["meeting"]))
    with lock:
        ledger.requested[key] = (meeting, asker.attendee_id)
    what = chance.random()
    if what < 0.75:
        status, said = client.call(other, "POST", f"meetings/{meeting}/accept/")
        if status == 200:
            with lock:
                ledger.accepted[meeting] = str(said["starts_at"])
            if what < 0.05:
                _end(client, asker, meeting, "cancel", "cancelled")
    elif what < 0.85:
        _end(client, other, meeting, "decline", "declined")
    elif what < 0.9:
        _end(client, asker, meeting, "withdraw", "withdrawn")


def _end(client: Client, visitor: Visitor, meeting: int, verb: str, state: str) -> None:
    status, _ = client.call(visitor, "POST", f"meetings/{meeting}/{verb}/", {"reason": "Another duty"})
    if status == 200:
        with client.lock:
            client.ledger.ended[meeting] = state
