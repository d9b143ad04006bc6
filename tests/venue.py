"""People of one venue who sign in over real HTTP from one address, and one who guesses codes there."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from statistics import quantiles
from urllib.parse import urlencode

from django.core import mail

from tests.accounts import send_account_mails

ASK, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
CODE = re.compile(r"^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", re.MULTILINE)
TIMEOUT = 120.0


@dataclass
class Venue:
    """What became of those who signed in, and how long each request took."""

    port: int
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sign_in(self, emails: Sequence[str], *, at_once: int, mistyped_by_every: int = 10) -> int:
        """Everybody asks for a code and types it, some after a wrong one; gives how many are signed in."""
        visitors = [Visitor(self, email) for email in emails]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(Visitor.ask, visitors))
            codes = sent_codes()
            for place, visitor in enumerate(visitors):
                visitor.codes = ["WRONG1"] * (place % mistyped_by_every == 0) + [codes[visitor.email]]
            return sum(pool.map(Visitor.type_codes, visitors))

    def note(self, seconds: float, status: int) -> None:
        with self._lock:
            self.seconds.append(seconds)
            self.statuses[status] += 1

    def __str__(self) -> str:
        cuts = quantiles(self.seconds, n=20)
        return (
            f"{len(self.seconds)} answers, p50 {cuts[9]:.3f} s, p95 {cuts[18]:.3f} s, "
            f"longest {max(self.seconds):.3f} s; statuses {dict(sorted(self.statuses.items()))}"
        )


class Visitor:
    """A browser of the venue."""

    def __init__(self, venue: Venue, email: str) -> None:
        self.venue, self.email, self.codes = venue, email, [""]
        self.cookies: dict[str, str] = {}
        self.wait = ""  # what the last answer said of when to try again

    def ask(self) -> int:
        self.send("GET", ASK)
        return self.send("POST", ASK, email=self.email)

    def type_codes(self) -> bool:
        """Whether the last code signs in."""
        for code in self.codes:
            self.send("GET", CONFIRM)
            self.send("POST", CONFIRM, code=code)
        self.send("GET", "/")
        return self.address.startswith("/e/")  # the home of the only forum of the one signed in

    def send(self, method: str, path: str, **fields: str) -> int:
        body = (
            urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}) if method == "POST" else None
        )
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.venue.port, timeout=TIMEOUT)) as connection:
            began = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            self.venue.note(time.perf_counter() - began, answer.status)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            for name, value in SimpleCookie(cookie).items():
                self.cookies[name] = value.value
        self.address, self.wait = answer.getheader("Location") or "", answer.getheader("Retry-After") or ""
        return answer.status


def sent_codes() -> dict[str, str]:
    """The newest code sent to each address; the mails wait for a worker, which is here."""
    send_account_mails()
    found = {letter.to[0]: CODE.search(letter.body) for letter in mail.outbox}
    return {address: code[1] for address, code in found.items() if code}


def guess(visitor: Visitor, most: int) -> int:
    """Type wrong codes, with a new one whenever that is needed; gives how many before the refusal."""
    typed = 0
    visitor.ask()
    while typed < most:
        status = visitor.send("POST", CONFIRM, code=f"W{typed:05}")
        if status == 429:
            break
        typed += 1
        if visitor.address == ASK and visitor.ask() == 429:
            break
    return typed
