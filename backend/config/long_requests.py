"""Requests that take long are answered by a process of their own: docs/decisions/0015-lists-in-batches.md.

Its computing takes no time of the threads that serve everybody, which share one interpreter.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.template.loader import get_template
from django.utils.translation import gettext as _

from backend.core import local_socket

AT_ONCE = 4  # of the web process's threads; whoever comes then is asked to try again
SILENT_SECONDS = 600.0
RETRY_AFTER_SECONDS = 10
READING = ("GET", "HEAD")
# Many people at once: what reads, shows, changes or writes down up to all of an event.
LONG = (
    (("POST",), "/e/[^/]+/attendees/"),
    (("POST",), "/e/[^/]+/attendees/import/"),
    (("POST",), "/e/[^/]+/set-up/sessions/import/"),
    (("POST",), "/e/[^/]+/invitations/(?:send/)?"),
    (READING, "/e/[^/]+/attendees/files/[^/]+"),
    (READING, "/e/[^/]+/desk/print/"),
    (READING, "/api/v1/events/[^/]+/attendees/files/[^/]+"),
    (READING, "/api/v1/events/[^/]+/stats/[^/]+"),
    (("POST",), "/api/v1/events/[^/]+/attendees/open-times/"),
    (("POST",), "/api/v1/events/[^/]+/invitations/(?:preview/)?"),
    (("POST",), "/api/v1/events/[^/]+/programme-sessions/import/"),
)
_LONG = [(methods, re.compile(path)) for methods, path in LONG]
OF_ONE_CONNECTION = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}

Environment = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[..., Any]


def is_long(method: str, path: str) -> bool:
    """
    >>> is_long("POST", "/e/forum/attendees/import/"), is_long("GET", "/e/forum/attendees/import/")
    (True, False)
    """
    return any(method in methods and pattern.fullmatch(path) for methods, pattern in _LONG)


class PassingOn:
    """Has the process that listens at `address` answer what is long, and the application all else."""

    def __init__(self, application: Application, address: Path) -> None:
        self._application = application
        self._address = address
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def __call__(self, environment: Environment, start: Start) -> Any:
        if not is_long(environment["REQUEST_METHOD"], environment["PATH_INFO"]):
            return self._application(environment, start)
        if not self._places.acquire(blocking=False):
            sentence = _(
                "Long lists of other organisers are being worked on just now. Nothing was done of yours: "
                "please try again in a moment."
            )
            return _unavailable(environment, start, sentence)
        try:
            return self._pass_on(environment, start)
        except (OSError, http.client.HTTPException):
            sentence = _(
                "This was interrupted. Part of it may be done: look whether it is, and do the same again if "
                "not; what is done already is not done twice."
            )
            return _unavailable(environment, start, sentence)
        finally:
            self._places.release()

    def _pass_on(self, environment: Environment, start: Start) -> Iterable[bytes]:
        path = quote(environment["PATH_INFO"].encode("latin-1"))
        query = environment.get("QUERY_STRING", "")
        connection = _Connection(self._address)
        try:
            connection.request(
                environment["REQUEST_METHOD"],
                f"{path}?{query}" if query else path,
                environment["wsgi.input"],
                dict(_headers(environment)),
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        headers = [
            (name, value) for name, value in answer.getheaders() if name.lower() not in OF_ONE_CONNECTION
        ]
        start(f"{answer.status} {answer.reason}", headers)
        return [content]


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, address: Path) -> None:
        super().__init__("localhost")
        self._address = address

    def connect(self) -> None:
        self.sock: socket.socket = local_socket.connect(self._address)
        self.sock.settimeout(SILENT_SECONDS)


def _headers(environment: Environment) -> Iterator[tuple[str, str]]:
    """The request's headers, as WSGI names them."""
    for key, value in environment.items():
        name = key.removeprefix("HTTP_").replace("_", "-").lower()
        if key.startswith("HTTP_") and name not in OF_ONE_CONNECTION:
            yield name, value
    yield "content-type", environment.get("CONTENT_TYPE", "")
    yield "content-length", environment.get("CONTENT_LENGTH") or "0"


def _unavailable(environment: Environment, start: Start, sentence: str) -> Iterable[bytes]:
    """503 with the sentence: JSON under the API's addresses, a page elsewhere."""
    if environment["PATH_INFO"].startswith("/api/"):
        kind = "application/json"
        text = json.dumps({"code": "back_in_a_moment", "message": sentence, "details": {}})
    else:
        kind, text = "text/html; charset=utf-8", get_template("503.html").render({"sentence": sentence})
    retry = [("Retry-After", str(RETRY_AFTER_SECONDS)), ("Cache-Control", "no-store")]
    start("503 Service Unavailable", [("Content-Type", kind), *retry])
    return [text.encode()]
