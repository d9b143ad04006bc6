"""Child processes end when the process that started them is gone, even when that one is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

PARENT_ENV = "TITIAN_PARENT"  # in the environment of every child of `serve`: its process id
POLL_SECONDS = 0.5


def exit_with_parent(*, process: int | None = None) -> None:
    """Send SIGTERM to `process` (this one) once the parent is gone; without PARENT_ENV do nothing."""
    if parent := os.environ.get(PARENT_ENV):
        watch = threading.Thread(target=_watch, args=(int(parent), process or os.getpid()), daemon=True)
        watch.start()


def _watch(parent_id: int, process_id: int) -> None:
    import psutil  # most commands have no parent to watch, and do without it

    try:
        parent = psutil.Process(parent_id)  # remembers its start time: a reused process id is another one
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            time.sleep(POLL_SECONDS)
    except psutil.NoSuchProcess:
        pass
    os.kill(process_id, signal.SIGTERM)
