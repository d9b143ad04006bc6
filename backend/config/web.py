"""How gunicorn serves the pages: `gunicorn --config python:backend.config.web backend.config.wsgi`."""

from __future__ import annotations

import os
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from gunicorn.glogging import Logger

from backend.config.logs import LINE, RedactingFormatter
from backend.config.parent_watchdog import PARENT_ENV, exit_with_parent
from backend.config.settings import ALLOWED_HOSTS, TITIAN_HOST, TITIAN_PORT

bind = f"{TITIAN_HOST}:{TITIAN_PORT}"
threads = 8
graceful_timeout = 3
loglevel = "warning"
control_socket_disable = True  # all installations on a machine would share its one file in the home folder


class RedactingLogger(Logger):  # type: ignore[misc]
    """gunicorn's own lines, redacted as ours are: errors hold the address that was asked for."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(RedactingFormatter(LINE))


logger_class = RedactingLogger


def post_worker_init(worker: Any) -> None:
    """Print where the pages are once they answer, and end when `serve` does."""
    exit_with_parent(process=worker.ppid)
    if PARENT_ENV in os.environ:
        threading.Thread(target=_announce, daemon=True).start()


def _announce() -> None:
    host = ALLOWED_HOSTS[0].lstrip("*.") or "127.0.0.1"
    first_page = urllib.request.Request(
        f"http://127.0.0.1:{TITIAN_PORT}/", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    while True:
        try:
            with urllib.request.urlopen(first_page, timeout=30):  # noqa: S310
                print(f"Titian answers at http://127.0.0.1:{TITIAN_PORT} (Ctrl-C ends it)", flush=True)
                return
        except urllib.error.HTTPError as error:
            print(f"The first page answers with {error.code}; the lines above say why.", flush=True)
            return
        except OSError:
            time.sleep(0.1)
