"""The web server beside work that only computes."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from backend.config.processes import bound_socket
from backend.config.web import SECONDS_OF_ONE_THREAD
from tests.servers import get

SERVER = """
import socket, sys
import django
from backend.config.web import serve_pages

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr(sys.getswitchinterval()).encode()]

django.setup()
serve_pages(application, socket.socket(fileno=int(sys.argv[1])))
"""


def test_whoever_waits_for_the_interpreter_beside_an_import_gets_it_soon() -> None:
    """A thread that computes keeps it for half a millisecond; Python's own five add up with each query."""
    with bound_socket("127.0.0.1", 0) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(listening.fileno())],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"},
            pass_fds=[listening.fileno()],
        )
    try:
        answer = get(port, "/")
        assert float(answer.body) == SECONDS_OF_ONE_THREAD  # type: ignore[attr-defined]
    finally:
        server.terminate()
        server.wait(30)
