"""The encoder process, seen by its clients: texts to vectors, over a socket that only its user may open.

It alone holds the language model while Titian runs: docs/decisions/0017-encoder-process.md. A connection
carries one request, JSON, and its answer: lines of progress, then the vectors. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core import local_socket
from backend.core.errors import BusinessError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

OnCount = Callable[[int, int], None]

MAX_REQUEST_BYTES = 32 << 20
SILENT_SECONDS = 120.0  # for work: starting, loading and one batch on a slow machine
ATTEMPTS = 3  # a process that is killed while it reads is started again, and asked again


class EncoderAway(BusinessError):
    """The encoder process does not run, or does not answer in time."""

    code = "encoder_away"
    status = 503
    retry_after = 60


def encode(
    texts: Sequence[str],
    kind: str | Sequence[str],
    *,
    is_urgent: bool = False,
    silent_seconds: float = SILENT_SECONDS,
    on_count: OnCount | None = None,
) -> npt.NDArray[np.float32]:
    """One unit row for each text, (n, dimension), as `matching.text.encoder.Encoder.encode` gives them.

    What is urgent goes before all other work; its texts should be few and short. `on_count(done, total)`
    counts the batches of what is not. Refuses EncoderAway: no process listens, or it sends nothing for
    `silent_seconds`.
    """
    request = json.dumps({"texts": list(texts), "kind": kind, "is_urgent": is_urgent}).encode()
    for _attempt in range(ATTEMPTS):
        try:
            with _connect() as connection:
                connection.send_bytes(request)
                return _answer(connection, silent_seconds, on_count)
        except (EOFError, ConnectionResetError, BrokenPipeError):
            continue
        except OSError:
            break
    raise _away()


def wake() -> bool:
    """Have the process started where it does not run; False where nothing would start it."""
    try:
        _connect().close()
    except OSError:
        return False
    return True


def listen() -> socket.socket:
    """The socket on which requests wait, whether the process runs or not. Raises OSError.

    For the one process that starts the encoder.
    """
    return local_socket.listen(_address())


def stop_listening(listening: socket.socket) -> None:
    """Close the socket of `listen` and remove its file."""
    local_socket.stop_listening(listening, _address())


def _answer(connection: Connection, silent_seconds: float, on_count: OnCount | None) -> npt.NDArray[np.float32]:
    import numpy as np  # `serve`, which only listens, does without it

    while True:
        if not connection.poll(silent_seconds):
            raise _away()
        line = json.loads(connection.recv_bytes())
        if "rows" in line:
            return np.frombuffer(connection.recv_bytes(), np.float32).reshape(line["rows"], -1)
        if on_count:
            on_count(line["done"], line["total"])


def _away() -> EncoderAway:
    return EncoderAway(_("The language model does not answer just now. Please try again in a minute."))


def _connect() -> Connection:
    """A connection that waits until the process takes it; raises OSError where nobody listens."""
    return Connection(local_socket.connect(_address()).detach())


def _address() -> Path:
    """Named by the model: a command that is to use another one finds nobody, and loads its own."""
    mark = hashlib.sha256(settings.TITIAN_MODEL.encode()).hexdigest()[:8]
    return Path(settings.ENCODER_FOLDER, f"encoder-{mark}.sock")
