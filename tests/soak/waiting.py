"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

MOST_SECONDS = 60.0


def seconds_until(holds: Callable[[], bool], *, most: float = MOST_SECONDS) -> float:
    """How long it took until this held; `most` or more where it did not."""
    began = time.monotonic()
    while time.monotonic() - began < most:
        try:
            if holds():
                break
        except (OSError, psycopg.OperationalError):
            pass
        time.sleep(0.05)
    return time.monotonic() - began
