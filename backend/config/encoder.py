"""The encoder process: one model, one request at a time, urgent ones between the batches of all others."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from backend.core.encoder import MAX_REQUEST_BYTES

IDLE_SECONDS = 600.0  # without a request, until the process ends and gives its memory back
STUCK_SECONDS = 5  # a client that neither sends nor reads for so long is left


class Model(Protocol):
    def encode(self, texts: Sequence[str], kind: Any, progress: Callable[[int, int], None] | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class _Request:
    client: Connection
    texts: list[str]
    kind: str | list[str]


class EncoderServer:
    """Answers requests on a listening socket that is somebody else's."""

    def __init__(self, model: Model, listening: socket.socket, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._model = model
        self._listening = listening
        self._listening.setblocking(False)
        self._idle_seconds = idle_seconds
        self._clients: list[Connection] = []  # whose request is not here yet
        self._urgent: deque[_Request] = deque()
        self._work: deque[_Request] = deque()

    def run(self) -> None:
        """Return after `idle_seconds` without a request."""
        idle_since = time.monotonic()
        while (rest := idle_since + self._idle_seconds - time.monotonic()) > 0:
            self._receive(rest)
            while self._urgent or self._work:
                self._answer_urgent()
                if self._work:
                    self._answer_work(self._work.popleft())
                self._receive(0)
                idle_since = time.monotonic()
        for client in self._clients:
            client.close()

    def _receive(self, seconds: float) -> None:
        """Take in what has come; wait for it so long at most."""
        for ready in wait([self._listening, *self._clients], seconds):
            if ready is self._listening:
                with suppress(OSError):
                    self._clients.append(_accepted(self._listening))
            elif isinstance(ready, Connection):
                self._clients.remove(ready)
                self._read(ready)

    def _read(self, client: Connection) -> None:
        try:
            sent = json.loads(client.recv_bytes(MAX_REQUEST_BYTES))
            request = _Request(client, [str(text) for text in sent["texts"]], sent["kind"])
            (self._urgent if sent["is_urgent"] else self._work).append(request)
        except (EOFError, OSError, ValueError, KeyError, TypeError):  # gone, or not a client of ours
            client.close()

    def _answer_urgent(self) -> None:
        while self._urgent:
            request = self._urgent.popleft()
            self._send(request, None)

    def _answer_work(self, request: _Request) -> None:
        def between_batches(done: int, total: int) -> None:
            self._receive(0)
            self._answer_urgent()
            request.client.send_bytes(json.dumps({"done": done, "total": total}).encode())

        self._send(request, between_batches)

    def _send(self, request: _Request, on_batch: Callable[[int, int], None] | None) -> None:
        with request.client, suppress(OSError):  # a client that is gone needs no answer
            rows = self._model.encode(request.texts, request.kind, on_batch)
            request.client.send_bytes(json.dumps({"rows": len(rows)}).encode())
            request.client.send_bytes(rows.tobytes())


def _accepted(listening: socket.socket) -> Connection:
    connected, _address = listening.accept()
    with connected:
        connected.setblocking(True)
        for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            connected.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", STUCK_SECONDS, 0))
        return Connection(connected.detach())
