"""Signed-in readers over kept-open connections: as fast as answers come, or at fixed times."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

CLIENTS = 8

Answer = TypeVar("Answer")


def signed_in(reader: object) -> str:
    """The cookie of a browser in which this attendee's account has signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(reader.person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def asker(port: int, encoding: str = "", *, tls: bool = False) -> Callable[[str, str], tuple[int, int]]:
    """Asks for a path with a cookie over the thread's own kept-open connection; gives status and length.

    `encoding`: the compression that the client takes. `tls`: of a server at `localhost` that signs for itself.
    """
    own = threading.local()
    context = ssl._create_unverified_context() if tls else None

    def ask(path: str, cookie: str) -> tuple[int, int]:
        if not hasattr(own, "connection"):
            own.connection = (
                http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
                if tls
                else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            )
        headers = {"Cookie": cookie, "Accept-Encoding": encoding or "identity"}
        own.connection.request("GET", path, headers=headers)
        with closing(own.connection.getresponse()) as answer:
            return answer.status, len(answer.read())

    return ask


def closed_loop(ask: Callable[[int], object], seconds: float) -> float:
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


def open_loop(ask: Callable[[int], Answer], rate: float, seconds: float) -> list[tuple[Answer, float]]:
    """Questions at fixed times whatever the answers take, so that a slow answer counts as the wait it is.

    Gives each answer with the seconds since it was due.
    """
    began = time.monotonic()

    def at(number: int) -> tuple[Answer, float]:
        due = began + number / rate
        time.sleep(max(due - time.monotonic(), 0.0))
        answer = ask(number)
        return answer, time.monotonic() - due

    with ThreadPoolExecutor(8 * CLIENTS) as pool:
        return list(pool.map(at, range(int(rate * seconds))))
