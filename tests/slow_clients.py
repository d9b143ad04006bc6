"""Clients that begin a request and do not end it, each on a raw connection of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

HEAD = b"POST /accounts/login/code/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\n"

# What is sent at once; the trickling ones send one more byte each second.
KINDS = {
    "headers unfinished": HEAD + b"X-Unfinished: ",
    "bodies unfinished": BODY + b"email=",
    "bytes trickled": BODY + b"email=",
}
TRICKLING = "bytes trickled"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def slow_clients(port: int, kind: str, number: int) -> Iterator[list[socket.socket]]:
    """So many unfinished requests of this kind, open until the end of the block."""
    with ExitStack() as open_ones:
        clients = []
        for _ in range(number):
            client = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            client.sendall(KINDS[kind])
            clients.append(client)
        ended = threading.Event()
        if kind == TRICKLING:
            thread = threading.Thread(target=_trickle, args=(clients, ended), daemon=True)
            thread.start()
            open_ones.callback(thread.join)
        open_ones.callback(ended.set)
        yield clients


def _trickle(clients: list[socket.socket], ended: threading.Event) -> None:
    while not ended.wait(1.0):
        for client in clients:
            with suppress(OSError):
                client.sendall(b"a")
