"""Web and worker end with the process that started them, even when that one is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

import psutil

OWNER = "TITIAN_OWNER"  # in the environment of web and worker: the process id of `serve`
SECONDS_BETWEEN_LOOKS = 0.5


def end_with_owner(*, process: int | None = None) -> None:
    """Ask `process` (this one) to end once the owner is gone; without an owner do nothing."""
    if owner := os.environ.get(OWNER):
        watch = threading.Thread(target=_watch, args=(int(owner), process or os.getpid()), daemon=True)
        watch.start()


def _watch(owner_id: int, process_id: int) -> None:
    try:
        owner = psutil.Process(owner_id)  # notes when it began: another one with its id is not taken for it
        while owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except psutil.NoSuchProcess:
        pass
    os.kill(process_id, signal.SIGTERM)
