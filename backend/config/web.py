"""The web server: waitress, which reads requests and writes answers by itself, and threads for what is whole.

A slow client costs a buffer and no thread: docs/decisions/0013-web-server.md.
"""

from __future__ import annotations

import gc
import resource
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from types import FrameType
from typing import Any

from django.conf import settings
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

THREADS = 8
YOUNG_OBJECTS = 20_000  # between two looks for cycles among them; Python looks at each 700
SECONDS_OF_ONE_THREAD = 0.0005  # while others wait: Python's 5 ms, after each query, add up beside an import
GRACE_SECONDS = 3  # for requests that are being answered when the end is asked for
MAX_CONNECTIONS = 2_000
MAX_HEADER_BYTES = 64 * 1024
MAX_BODY_BYTES = 12_000_000  # every form and file has a lower limit of its own
KEPT_IN_MEMORY_BYTES = 64 * 1024  # of one request's body; the rest goes to a temporary file
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104
IDLE_SECONDS = 60  # a connection without a whole request and without a byte is closed


def serve_pages(application: Any, listening: socket.socket, *, announces: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; then take no new request, and end when those begun are answered.

    `announces`: print where the pages are.
    """
    gc.freeze()  # what every page needs is there for good, and never looked through again
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)  # a page makes some thousands, and leaves no cycles to look for
    _allow_connections(MAX_CONNECTIONS)
    sys.setswitchinterval(SECONDS_OF_ONE_THREAD)
    channels: dict[int, Any] = {}
    server: BaseWSGIServer = create_server(
        application,
        map=channels,
        sockets=[listening],
        threads=THREADS,
        connection_limit=MAX_CONNECTIONS,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=MAX_BODY_BYTES,
        inbuf_overflow=KEPT_IN_MEMORY_BYTES,
        channel_timeout=IDLE_SECONDS,
        asyncore_use_poll=True,  # select() ends at file 1023
        # Django and allauth read them behind a proxy alone: a client writes what it likes.
        clear_untrusted_proxy_headers=not settings.TITIAN_HTTPS,
        ident=None,
    )
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if announces:
        threading.Thread(target=_announce, daemon=True).start()
    while not ending.is_set():
        wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
    wasyncore.dispatcher.close(server)  # the socket alone: its trigger still wakes the loop
    deadline = time.monotonic() + GRACE_SECONDS
    while _is_answering(server) and time.monotonic() < deadline:
        wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)


def _is_answering(server: BaseWSGIServer) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())


def _allow_connections(number: int) -> None:
    """Raise the limit of open files as far as allowed: a connection is one, a long body another."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * number + 200
    if soft < wanted or soft == resource.RLIM_INFINITY:
        with suppress(ValueError, OSError):
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _announce() -> None:
    """Print where the pages are once they answer."""
    host = settings.ALLOWED_HOSTS[0].lstrip("*.") or "127.0.0.1"
    own = "127.0.0.1" if settings.TITIAN_HOST in EVERY_ADDRESS else settings.TITIAN_HOST
    address = f"http://{f'[{own}]' if ':' in own else own}:{settings.TITIAN_PORT}"
    first_page = urllib.request.Request(  # noqa: S310
        f"{address}/", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    while True:
        try:
            with urllib.request.urlopen(first_page, timeout=30):  # noqa: S310
                print(f"Titian answers at {address} (Ctrl-C ends it)", flush=True)
                return
        except urllib.error.HTTPError as error:
            print(f"The first page answers with {error.code}; the lines above say why.", flush=True)
            return
        except OSError:
            time.sleep(0.1)
