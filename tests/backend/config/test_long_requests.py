"""What takes long is answered by a process of its own; all else goes on when that is busy or gone."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve

from backend.config.long_requests import AT_ONCE, LONG, PassingOn, is_long
from backend.config.parent_watchdog import PARENT_ENV
from backend.config.supervision import bound_socket
from backend.core import local_socket
from backend.events.models import Attendee
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.servers import CLIENT_TIMEOUT, address_of_the_database, get, post, web_and_long_requests

IMPORT = "/e/forum/attendees/import/"
ANSWER = b"HTTP/1.1 200 OK\r\nX-Own: 1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"

LONG_ONES = {
    "POST /e/forum/attendees/": "attendees",
    "POST /e/forum/attendees/import/": "import_list",
    "POST /e/forum/set-up/sessions/import/": "import_agenda",
    "POST /e/forum/invitations/": "invitations",
    "POST /e/forum/invitations/send/": "send_invitations",
    "GET /e/forum/attendees/files/attendees.xlsx": "attendees_file",
    "HEAD /e/forum/attendees/files/attendees.xlsx": "attendees_file",
    "GET /e/forum/desk/print/": "desk_print",
    "GET /api/v1/events/forum/attendees/files/attendees.csv": "RosterFileView",
    "GET /api/v1/events/forum/stats/tables.xlsx": "StatsFileView",
    "POST /api/v1/events/forum/attendees/open-times/": "OpenTimesView",
    "POST /api/v1/events/forum/invitations/": "InvitationListView",
    "POST /api/v1/events/forum/invitations/preview/": "InvitationPreviewView",
    "POST /api/v1/events/forum/programme-sessions/import/": "ProgrammeImportView",
}


@pytest.mark.parametrize("request_of", LONG_ONES)
def test_what_may_take_long_is_an_address_of_titian(request_of: str) -> None:
    method, path = request_of.split()
    found = resolve(path)
    assert LONG_ONES[request_of] in (found.url_name, getattr(found.func, "cls", type(None)).__name__)
    assert is_long(method, path)


@pytest.mark.parametrize(("methods", "path"), LONG)
def test_every_line_of_the_table_is_tried_above(methods: tuple[str, ...], path: str) -> None:
    tried = [one.split() for one in LONG_ONES]
    assert any(method in methods and re.fullmatch(path, place) for method, place in tried)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", IMPORT), ("POST", "/e/forum/attendees/7/"), ("POST", "/e/forum/people/7/ask/"),
        ("POST", "/api/v1/events/forum/meetings/"), ("GET", "/x/e/forum/desk/print/"),
    ],
)  # fmt: skip
def test_what_one_person_does_is_not_long(method: str, path: str) -> None:
    assert not is_long(method, path)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    with local_socket.listen(tmp_path / "long.sock") as one:
        one.settimeout(CLIENT_TIMEOUT)
        yield one


@pytest.fixture
def passing_on(tmp_path: Path) -> PassingOn:
    def application(environment: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("X-Where", "here")])
        return [b"here"]

    return PassingOn(application, tmp_path / "long.sock")


class Asked:
    """One request to the WSGI application, answered in a thread."""

    def __init__(self, application: PassingOn, method: str = "POST", path: str = IMPORT, **more: str) -> None:
        self.environment = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "CONTENT_TYPE": "text/csv",
            "CONTENT_LENGTH": "5", "wsgi.input": io.BytesIO(b"a,b\r\n"), **more,
        }  # fmt: skip
        self.status, self.headers = "", {}
        self.thread = threading.Thread(target=self._ask, args=(application,))
        self.thread.start()

    def _ask(self, application: PassingOn) -> None:
        self.content = b"".join(application(self.environment, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)

    def done(self) -> Asked:
        self.thread.join(CLIENT_TIMEOUT)
        assert not self.thread.is_alive()
        return self


def test_the_request_and_its_answer_are_passed_on_as_they_are(
    passing_on: PassingOn, listening: socket.socket
) -> None:
    asked = Asked(
        passing_on,
        path="/e/for\xc3\xbcm/attendees/import/",
        QUERY_STRING="a=1&b=%2F",
        HTTP_HOST="forum.example",
        HTTP_COOKIE="sessionid=x",
        HTTP_CONNECTION="keep-alive",
    )
    taken, _address = listening.accept()
    with taken, taken.makefile("rb") as sent:
        first = sent.readline()
        headers = dict(line.rstrip().lower().split(b": ", 1) for line in iter(sent.readline, b"\r\n"))
        assert sent.read(5) == b"a,b\r\n"
        taken.sendall(ANSWER)
        asked.done()
    assert first == b"POST /e/for%C3%BCm/attendees/import/?a=1&b=%2F HTTP/1.1\r\n"
    assert headers[b"host"] == b"forum.example"
    assert headers[b"cookie"] == b"sessionid=x"
    assert headers[b"content-type"] == b"text/csv"
    assert headers[b"content-length"] == b"5"
    assert b"connection" not in headers
    assert asked.status == "200 OK"
    assert asked.headers == {"X-Own": "1", "Content-Length": "2"}
    assert asked.content == b"OK"


def test_what_is_not_long_is_answered_here(passing_on: PassingOn) -> None:
    asked = Asked(passing_on, method="GET").done()
    assert (asked.status, asked.content) == ("200 OK", b"here")


def test_some_threads_stay_for_everybody_else(passing_on: PassingOn, listening: socket.socket) -> None:
    waiting, taken = [], []
    for _place in range(AT_ONCE):
        waiting.append(Asked(passing_on))
        taken.append(listening.accept()[0])
    refused = Asked(passing_on).done()
    assert refused.status.startswith("503")
    assert refused.headers["Retry-After"] == "10"
    assert b"Nothing was done of yours" in refused.content
    for one in taken:
        one.sendall(ANSWER)
    assert {asked.done().status for asked in waiting} == {"200 OK"}
    for one in taken:
        one.close()
    again = Asked(passing_on)  # the places are free again
    with listening.accept()[0] as one:
        one.sendall(ANSWER)
        assert again.done().status == "200 OK"


@pytest.mark.parametrize("path", [IMPORT, "/api/v1/events/forum/attendees/open-times/"])
def test_a_process_that_ends_meanwhile_costs_one_sentence(
    passing_on: PassingOn, listening: socket.socket, path: str
) -> None:
    asked = Asked(passing_on, path=path)
    listening.accept()[0].close()
    asked.done()
    assert asked.status.startswith("503")
    assert b"This was interrupted. Part of it may be done" in asked.content
    if path.startswith("/api/"):
        assert json.loads(asked.content)["code"] == "back_in_a_moment"


def test_it_ends_by_itself_after_a_while_and_never_says_where_the_pages_are(tmp_path: Path) -> None:
    """The web process says that, after it has asked for its first page."""
    with local_socket.listen(tmp_path / "long.sock") as listening, bound_socket("127.0.0.1", 0) as pages:
        pages.listen()
        given = {"TITIAN_PORT": str(pages.getsockname()[1]), PARENT_ENV: str(os.getpid())}
        command = ["run_long_requests", "--socket", str(listening.fileno()), "--idle-seconds", "0.1"]
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=os.environ | given,
            pass_fds=[listening.fileno()],
        )
        assert process.wait(CLIENT_TIMEOUT) == 0
        pages.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has asked
            pages.accept()


@pytest.mark.django_db(transaction=True)
def test_a_list_is_read_by_the_other_process_and_pages_are_given_without_it() -> None:
    event = make_event("forum")
    organiser = make_attendee(event, permission=Attendee.Permission.ORGANISER)
    cookies = client_of(organiser.person).cookies
    headers = {"Cookie": f"sessionid={cookies['sessionid'].value}"}
    with web_and_long_requests(address_of_the_database()) as (port, process):
        asked = post(port, IMPORT, headers)
        assert asked.status == 403  # without its token: the other process asks for it as this one would
        process.kill()
        process.wait()
        assert get(port, IMPORT, headers).status == 200
