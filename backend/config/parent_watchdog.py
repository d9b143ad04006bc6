"""Child processes end when the process that started them is gone, even when that one is killed."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time

PARENT_ENV = "TITIAN_PARENT"  # in the environment of every child of `serve`: its process id
POLL_SECONDS = 0.5  # where there is no pidfd_open (macOS)


def exit_with_parent(*, process: int | None = None) -> None:
    """Send SIGTERM to `process` (this one) once the parent is gone; without PARENT_ENV do nothing."""
    if parent := os.environ.get(PARENT_ENV):
        watch = threading.Thread(target=_watch, args=(int(parent), process or os.getpid()), daemon=True)
        watch.start()


def _watch(parent_id: int, process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        _wait_for_end(parent_id)
    os.kill(process_id, signal.SIGTERM)


def _wait_for_end(process_id: int) -> None:
    """Return once the process has ended; where the system tells that, at once. Refuses ProcessLookupError."""
    if hasattr(os, "pidfd_open"):
        ends = select.poll()
        ends.register(os.pidfd_open(process_id), select.POLLIN)
        ends.poll()
        return
    import psutil  # most commands have no parent to watch, and do without it

    try:
        process = psutil.Process(process_id)  # remembers its start time: a reused process id is another one
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(POLL_SECONDS)
    except psutil.NoSuchProcess:
        pass
