"""The web server: slow clients cost no thread, what is begun is answered, and sizes have limits."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator

import pytest

from backend.config import web
from tests.servers import CLIENT_TIMEOUT, address_of_the_database, get, web_process
from tests.slow_clients import BODY, KINDS, slow_clients

PAGE = "/accounts/login/code/"


@pytest.fixture(scope="module")
def database(django_db_setup: None) -> str:
    """The pages asked for here read nothing from it."""
    return address_of_the_database()


@pytest.fixture(scope="module")
def port(database: str) -> Iterator[int]:
    with web_process(database) as (port, _process):
        yield port


@pytest.mark.parametrize("kind", KINDS)
def test_an_ordinary_client_gets_a_page_while_two_hundred_slow_ones_are_open(port: int, kind: str) -> None:
    with slow_clients(port, kind, 200):
        assert get(port, PAGE).status == 200


def test_the_tests_process_answers_on_however_much_it_writes(port: int) -> None:
    """A line for each page that is not there; a pipe that nobody reads would be full after 65,536 bytes."""
    missing, lines = "/" + "a" * 4_000, 20
    assert {get(port, missing).status for _line in range(lines)} == {404}


def test_a_request_that_was_begun_is_answered_when_the_end_is_asked_for(database: str) -> None:
    with web_process(database) as (port, process):
        with socket.create_connection(("127.0.0.1", port), timeout=CLIENT_TIMEOUT) as client:
            client.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            first = client.recv(100)
            process.send_signal(signal.SIGTERM)
            rest = b""
            while part := client.recv(65536):
                rest += part
        assert first.startswith(b"HTTP/1.1 200 OK")
        assert rest.rstrip().endswith(b"</html>")
        assert process.wait(CLIENT_TIMEOUT) == 0


def test_open_connections_do_not_hold_the_end_back(database: str) -> None:
    with web_process(database) as (port, process), slow_clients(port, "bodies unfinished", 5):
        process.terminate()
        assert process.wait(CLIENT_TIMEOUT) == 0


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (BODY.replace(b"2000", str(web.MAX_BODY_BYTES + 1).encode()), b"413"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * (web.MAX_HEADER_BYTES + 1), b"431"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n", b"501"),
    ],
    ids=["body", "headers", "encoding"],
)
def test_what_is_too_large_or_unclear_is_refused_by_the_server_itself(
    port: int, request_of: bytes, status: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=CLIENT_TIMEOUT) as client:
        client.sendall(request_of)
        answer = client.recv(65536)
        assert answer.split()[1] == status
        assert b"waitress" not in answer.partition(b"\r\n\r\n")[0].lower()


def test_a_header_that_only_a_proxy_may_write_counts_behind_a_proxy_alone(port: int, database: str) -> None:
    """Behind one that does not say it ended TLS, a page leads to https; a client's word changes nothing."""
    assert get(port, PAGE, {"X-Forwarded-Proto": "https"}).status == 200
    with web_process(database, TITIAN_HTTPS="1") as (behind, _process):
        assert get(behind, PAGE).status == 301
        assert get(behind, PAGE, {"X-Forwarded-Proto": "https"}).status == 200
